import FoundationEssentials

extension Checkpoint {
    /// A value of the program's own types out of a JSON file. A number that is not finite counts as null.
    /// - Throws: ``CheckpointError`` naming the file, and the key or the place that is wrong.
    public static func decode<Value: Decodable>(_ type: Value.Type, from url: URL) throws(CheckpointError) -> Value {
        // By way of this parser, which says where a mistake is and takes what Python writes.
        let text = try json(url).text()
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
            throw .malformed(file: url.displayPath, item: nil, .other(explain(error)))
        }
    }

    /// A value as JSON, to which members can be added before it is written.
    public static func json(_ value: some Encodable) throws -> JSON {
        let contents = try JSONEncoder().encode(value)
        return try contents.withUnsafeBytes { try JSON(parsing: $0) }
    }

    private static func explain(_ error: any Error) -> String {
        func key(_ context: DecodingError.Context) -> String {
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
        }
        switch error {
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return "\(key(context)) has the wrong type"
        case DecodingError.dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "it is not valid JSON" : "\(key(context)) has a value that is not supported"
        case DecodingError.keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        default: return "\(error)"
        }
    }
}
