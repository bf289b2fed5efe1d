extension JSON {
    /// The value as JSON text.
    ///
    /// - Parameters:
    ///   - indent: Spaces a level; nil writes one line without spaces.
    /// - Returns: UTF-8 safe text; non-ASCII characters are written as they are. A number that is not finite has no
    ///   JSON form and is written `null`.
    public func text(indent: Int? = nil) -> String { text(indent: indent, keepsNonFinite: false) }

    /// The value as JSON text.
    ///
    /// - Parameters:
    ///   - indent: Spaces a level; nil writes one line without spaces.
    ///   - keepsNonFinite: Whether a number that is not finite is written as Python writes it, NaN and Infinity, which
    ///     this project reads, and some programs refuse; `null` otherwise.
    public func text(indent: Int? = nil, keepsNonFinite: Bool) -> String {
        var out = ""
        write(to: &out, indent: indent, level: 0, keepsNonFinite)
        return out
    }

    private func write(to out: inout String, indent: Int?, level: Int, _ keepsNonFinite: Bool) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .integer(let value): out += String(value)
        case .number(let value) where value.isFinite: out += String(value)
        case .number(let value):
            out += !keepsNonFinite ? "null" : value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
        case .string(let value): Self.quote(value, to: &out)
        case .array(let values):
            Self.writeList(values, "[", "]", to: &out, indent: indent, level: level) { value, out in
                value.write(to: &out, indent: indent, level: level + 1, keepsNonFinite)
            }
        case .object(let members):
            Self.writeList(members, "{", "}", to: &out, indent: indent, level: level) { member, out in
                Self.quote(member.key, to: &out)
                out += indent == nil ? ":" : ": "
                member.value.write(to: &out, indent: indent, level: level + 1, keepsNonFinite)
            }
        }
    }

    private static func writeList<Element>(
        _ elements: [Element], _ opening: String, _ closing: String, to out: inout String, indent: Int?, level: Int,
        writeElement: (Element, inout String) -> Void
    ) {
        out += opening
        for (index, element) in elements.enumerated() {
            if index > 0 { out += "," }
            if let indent { out += "\n" + String(repeating: " ", count: indent * (level + 1)) }
            writeElement(element, &out)
        }
        if let indent, !elements.isEmpty { out += "\n" + String(repeating: " ", count: indent * level) }
        out += closing
    }

    private static func quote(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
