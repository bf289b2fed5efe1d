import Files

/// Character references of HTML: `&amp;`, `&#233;`, `&#xE9;`, as Python's `html.unescape` and ftfy read them, with the
/// names of the HTML standard.
struct HTMLReferences {
    /// By name, with its semicolon; the older names also without.
    private let names: [String: [Unicode.Scalar]]
    /// ftfy's names in capitals (`&EACUTE;`), which the standard has not.
    private let capitals: [String: [Unicode.Scalar]]
    /// Numbers that stand for another character, or for none.
    private let numbers: [Int: [Unicode.Scalar]]
    /// Longer than this no name is.
    private static let longest = 32, longestForRepair = 24

    /// - Parameter json: the tables in `text-repair.json`.
    init(_ json: JSON) {
        func table(_ key: String) -> [String: [Unicode.Scalar]] {
            Dictionary(
                uniqueKeysWithValues: (json[key]?.members ?? []).map {
                    ($0.key, Array(($0.value.string ?? "").unicodeScalars))
                })
        }
        names = table("names")
        capitals = table("capitals")
        numbers = Dictionary(
            uniqueKeysWithValues: table("numbers").compactMap { key, value in Int(key).map { ($0, value) } })
    }

    /// Python's `html.unescape`: also names without their semicolon, where the standard has them.
    func unescaped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        replaced(text) { rest in
            if let number = Self.number(rest) {
                return (character(number.digits, radix: number.radix), number.count)
            }
            let name = rest.prefix(Self.longest).prefix { !"\t\n\u{0C} <&#;".unicodeScalars.contains($0) }
            guard !name.isEmpty else { return nil }
            let ends = rest.dropFirst(name.count).first == ";"
            let whole = String(String.UnicodeScalarView(name)) + (ends ? ";" : "")
            if let found = names[whole] { return (found, name.count + (ends ? 1 : 0)) }
            // The longest older name that it begins with.
            for count in stride(from: name.count + (ends ? 0 : -1), to: 1, by: -1) {
                let part = String(String.UnicodeScalarView(name.prefix(count)))
                if let found = names[part] { return (found, count) }
            }
            return nil
        }
    }

    /// ftfy's `unescape_html`: names and numbers with a semicolon alone.
    func entitiesRead(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        replaced(text) { rest in
            let isNumber = rest.first == "#"
            let name = rest.dropFirst(isNumber ? 1 : 0).prefix(Self.longestForRepair)
                .prefix { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil) }
            let count = name.count + (isNumber ? 1 : 0)
            guard !name.isEmpty, rest.dropFirst(count).first == ";" else { return nil }
            if isNumber {
                guard let number = Self.number(rest), number.count == count + 1 else { return nil }
                let found = character(number.digits, radix: number.radix)
                // ftfy takes a semicolon for one that was not read.
                return found == [";"] ? nil : (found, number.count)
            }
            let whole = String(String.UnicodeScalarView(name)) + ";"
            return (names[whole] ?? capitals[whole]).map { ($0, count + 1) }
        }
    }

    /// Goes through the places of "&" once, from left to right.
    ///
    /// - Parameter read: what stands behind it to what that becomes and how much it takes; nil leaves it.
    private func replaced(
        _ text: [Unicode.Scalar], _ read: (ArraySlice<Unicode.Scalar>) -> (to: [Unicode.Scalar], count: Int)?
    ) -> [Unicode.Scalar] {
        guard text.contains("&") else { return text }
        var result: [Unicode.Scalar] = []
        var place = 0
        while place < text.count {
            if text[place] == "&", let (to, count) = read(text[(place + 1)...]) {
                result += to
                place += 1 + count
            } else {
                result.append(text[place])
                place += 1
            }
        }
        return result
    }

    /// The digits of `#233;` or `#xE9;`, and how much of the text they take with `#` and the semicolon, where there is one.
    private static func number(
        _ rest: ArraySlice<Unicode.Scalar>
    ) -> (digits: ArraySlice<Unicode.Scalar>, radix: Int, count: Int)? {
        guard rest.first == "#" else { return nil }
        let isHexadecimal = ["x", "X"].contains(rest.dropFirst().first)
        let start = isHexadecimal ? 2 : 1
        let digits = rest.dropFirst(start).prefix {
            $0.isASCII && (isHexadecimal ? $0.properties.isHexDigit : ("0"..."9").contains($0))
        }
        guard !digits.isEmpty else { return nil }
        let count = start + digits.count
        return (digits, isHexadecimal ? 16 : 10, count + (rest.dropFirst(count).first == ";" ? 1 : 0))
    }

    private func character(_ digits: ArraySlice<Unicode.Scalar>, radix: Int) -> [Unicode.Scalar] {
        let significant = digits.drop { $0 == "0" }
        // Beyond Unicode whatever it is.
        guard significant.count < 9, let value = Int("0" + String(String.UnicodeScalarView(significant)), radix: radix)
        else { return ["\u{FFFD}"] }
        if let special = numbers[value] { return special }
        return [Unicode.Scalar(UInt32(value)) ?? "\u{FFFD}"]
    }
}
