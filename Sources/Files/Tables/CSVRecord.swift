/// One record of a file of separated values (RFC 4180): fields in quotes may hold separators, line breaks and, doubled,
/// quotes.
enum CSVRecord {
    /// Where in a record a byte stands. A quote within a field is a character like any other: `5" pipe`.
    private enum Place { case before, within, quoted, afterQuote }

    /// Where the record that begins at `start` ends: the place of its line break, outside quotes; `nil` while there is
    /// none.
    static func end(in bytes: [UInt8], from start: Int, separator: Character) -> Int? {
        // Blanks don't go with quotes.
        guard separator != " ", let mark = separator.asciiValue else {
            return bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
        }
        var place = Place.before
        for index in start..<bytes.count {
            let byte = bytes[index]
            switch place {
            case .quoted: if byte == UInt8(ascii: "\"") { place = .afterQuote }
            case _ where byte == UInt8(ascii: "\n"): return index
            case _ where byte == mark: place = .before
            case .before: if byte != UInt8(ascii: " ") { place = byte == UInt8(ascii: "\"") ? .quoted : .within }
            // A doubled quote is one of the text.
            case .afterQuote: place = byte == UInt8(ascii: "\"") ? .quoted : .within
            case .within: break
            }
        }
        return nil
    }

    /// A field as it must be written to be read back.
    static func quoted(_ field: String, separator: Character) -> String {
        let needsQuotes =
            field.contains { $0 == separator || $0 == "\"" || $0.isNewline } || field.first == " " || field.last == " "
            // It would begin a comment.
            || field.first == "#"
        return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }

    /// The fields of a record; `nil` when its quotes don't match.
    ///
    /// - Parameter separator: A blank stands for any number of blanks.
    static func fields(_ record: Substring, separator: Character) -> [Substring]? {
        guard separator != " " else { return record.split { $0 == " " || $0 == "\t" } }
        // Most records have no quotes.
        guard record.utf8.contains(UInt8(ascii: "\"")) else {
            guard let mark = separator.asciiValue else { return nil }
            return record.utf8.split(separator: mark, omittingEmptySubsequences: false).map { Substring($0) }
        }
        var fields: [Substring] = []
        var rest = record
        while true {
            let trimmed = rest.drop { $0 == " " }
            if trimmed.first == "\"" {
                guard let (text, after) = quoted(trimmed.dropFirst()) else { return nil }
                fields.append(text)
                rest = after.drop { $0 == " " }
                if rest.isEmpty { return fields }
                guard rest.first == separator else { return nil }
                rest = rest.dropFirst()
            } else if let end = rest.firstIndex(of: separator) {
                fields.append(rest[..<end])
                rest = rest[rest.index(after: end)...]
            } else {
                return fields + [rest]
            }
        }
    }

    /// The text up to the closing quote, and what follows it.
    private static func quoted(_ text: Substring) -> (text: Substring, after: Substring)? {
        var result = ""
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == "\"" {
                guard next < text.endIndex, text[next] == "\"" else { return (result[...], text[next...]) }
                index = next
            }
            result.append(text[index])
            index = text.index(after: index)
        }
        return nil
    }
}
