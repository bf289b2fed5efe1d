/// A JSON object as the values of a row: members of inner objects are named `outer.inner`; a list is no quantity and is
/// kept as its text.
enum JSONRow {
    typealias Members = [(key: String, value: MetricsValue)]

    /// The members of the object that a line is, in their order.
    static func members(_ line: Substring) throws(JSONError) -> Members {
        var line = line
        // Typed throws do not pass through the standard library's `rethrows` closures: the result crosses them instead.
        return try line.withUTF8 { bytes -> Result<Members, JSONError> in
            do throws(JSONError) {
                var parser = JSONParser(UnsafeRawBufferPointer(bytes)), members: Members = []
                try read(&parser, prefix: "", into: &members)
                try parser.end()
                return .success(members)
            } catch {
                return .failure(error)
            }
        }.get()
    }

    private static func read(
        _ parser: inout JSONParser, prefix: String, into members: inout Members
    ) throws(JSONError) {
        try parser.members { (parser, key) throws(JSONError) in
            let name = prefix.isEmpty ? key : prefix + key
            if parser.beginning() == UInt8(ascii: "{") { return try read(&parser, prefix: name + ".", into: &members) }
            let start = parser.at
            let value = try parser.value()
            members.append((name, MetricsValue(value) ?? .text(parser.text(from: start))))
        }
    }
}

extension MetricsValue {
    /// Nil for lists and objects. Truth is 1 or 0; of texts, those of programs that may not write NaN are numbers.
    init?(_ json: JSON) {
        switch json {
        case .null: self = .missing
        case .bool(let isTrue): self = .number(isTrue ? 1 : 0)
        case .integer(let whole): self = .number(Double(whole))
        case .number(let number): self = .number(number)
        case .string(let text):
            let number = text.utf8.count <= 9 ? Self.notFinite[text.lowercased()] : nil
            self = number.map(MetricsValue.number) ?? .text(text)
        case .array, .object: return nil
        }
    }

    private static let notFinite: [String: Double] = [
        "nan": .nan, "inf": .infinity, "infinity": .infinity, "-inf": -.infinity, "-infinity": -.infinity,
    ]
}
