/// Writing.
extension JSON {
    /// The value as text in UTF-8, its names in their order. Numbers are written shortest so that they read back as
    /// themselves; those that are not finite as Python does (`NaN`, `Infinity`).
    /// - Parameter indent: spaces a level, each element on a line of its own; nil for one line without spaces.
    public func text(indent: Int? = nil) -> String {
        var output = ""
        write(to: &output, indent: indent, level: 0)
        return output
    }

    private func write(to output: inout String, indent: Int?, level: Int) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .integer(let value): output += String(value)
        case .number(let value):
            if value.isNaN {
                output += "NaN"
            } else if value.isInfinite {
                output += value < 0 ? "-Infinity" : "Infinity"
            } else {
                output += "\(value)"
            }
        case .string(let value): Self.write(quoted: value, to: &output)
        case .array(let elements):
            Self.writeList("[", "]", count: elements.count, to: &output, indent: indent, level: level) {
                elements[$1].write(to: &$0, indent: indent, level: level + 1)
            }
        case .object(let object):
            Self.writeList("{", "}", count: object.count, to: &output, indent: indent, level: level) {
                Self.write(quoted: object.keys[$1], to: &$0)
                $0 += indent == nil ? ":" : ": "
                object.values[$1].write(to: &$0, indent: indent, level: level + 1)
            }
        }
    }

    private static func writeList(
        _ opening: String, _ closing: String, count: Int, to output: inout String, indent: Int?, level: Int,
        element: (inout String, Int) -> Void
    ) {
        func newLine(_ level: Int) {
            guard let indent, count > 0 else { return }
            output += "\n" + String(repeating: " ", count: indent * level)
        }
        output += opening
        for index in 0..<count {
            if index > 0 { output += "," }
            newLine(level + 1)
            element(&output, index)
        }
        newLine(level)
        output += closing
    }

    private static func write(quoted text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case ..<" ":
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
