import FoundationEssentials

extension FileContents {
    /// A value of the program's own types out of a JSON file. A number that is not finite counts as null.
    /// - Throws: ``FileError`` naming the file, and the key or the place that is wrong.
    public static func decode<Value: Decodable>(_ type: Value.Type, from url: URL) throws(FileError) -> Value {
        // By way of this parser, which says where a mistake is and takes what Python writes.
        let json = try json(url), text = json.text()
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
            throw .malformed(file: url.displayPath, item: nil, .other(explain(error, in: json)))
        }
    }

    /// A value as JSON, to which members can be added before it is written.
    public static func json(_ value: some Encodable) throws -> JSON {
        let contents = try JSONEncoder().encode(value)
        return try contents.withUnsafeBytes { try JSON(parsing: $0) }
    }

    private static func explain(_ error: any Error, in json: JSON) -> String {
        func key(_ context: DecodingError.Context) -> String {
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
        }
        switch error {
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return "\(key(context)) has the wrong type"
        case DecodingError.dataCorrupted(let context):
            // The text is JSON: it was read before. What Foundation gives no place for is a number beyond its type.
            if context.codingPath.isEmpty { return json.numberTooLarge() ?? "it holds a value that is not supported" }
            return "\(key(context)) has a value that is not supported"
        case DecodingError.keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        default: return "\(error)"
        }
    }
}

extension JSON {
    /// A clause about the first number that no integer can be, or nil where there is none.
    fileprivate func numberTooLarge(_ path: String = "") -> String? {
        switch self {
        case .number(let value) where value.magnitude >= 0x1p63: return "'\(path)' is \(value), which is too large"
        case .array(let items): return items.lazy.compactMap { $0.numberTooLarge(path) }.first
        case .object(let members):
            return members.lazy.compactMap { $0.value.numberTooLarge(path.isEmpty ? $0.key : "\(path).\($0.key)") }
                .first
        default: return nil
        }
    }
}
