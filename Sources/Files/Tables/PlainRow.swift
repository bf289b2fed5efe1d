/// A row of nothing but numbers and empty fields, read from its bytes: most rows of most files of metrics, and many
/// times faster to read so than as text. Any other row is left to those who know better.
struct PlainRow {
    /// A number for each field; `nil` where it is empty.
    private(set) var fields: [Double?] = []
    private let separator: UInt8

    init(separator: UInt8) { self.separator = separator }

    /// Reads the row that begins at `start`.
    ///
    /// - Parameter count: How many fields it has to have.
    /// - Returns: Where the next row begins; `nil` for a row of another kind, or without a line break at its end.
    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, count: Int) -> Int? {
        fields.removeAll(keepingCapacity: true)
        var index = start
        while true {
            guard readField(bytes, &index), index < bytes.count else { return nil }
            if bytes[index] == separator {
                index += 1
                if fields.count == count { return nil }
                continue
            }
            if bytes[index] == UInt8(ascii: "\r") { index += 1 }
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\n"), fields.count == count else { return nil }
            // A blank line is not a row.
            return count == 1 && fields[0] == nil ? nil : index + 1
        }
    }

    /// Reads a field, with blanks and quotes around it.
    ///
    /// - Returns: Whether it is empty or a plain number.
    private mutating func readField(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Bool {
        func skipBlanks() { while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 } }
        skipBlanks()
        let isQuoted = index < bytes.count && bytes[index] == UInt8(ascii: "\"")
        if isQuoted { index += 1 }
        var value: Double?
        if index < bytes.count, DecimalNumber.begins(bytes[index]) {
            value = DecimalNumber.read(bytes, &index)
            if value == nil { return false }
        }
        if isQuoted {
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return false }
            index += 1
        }
        skipBlanks()
        fields.append(value)
        return true
    }
}
