import Foundation

extension JSON {
    /// Parses strict JSON (RFC 8259): UTF-8, no comments, no trailing commas, nesting at most 512 deep.
    ///
    /// - Throws: `JSONError` with the place.
    public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var parser = JSONParser(bytes)
        self = try parser.document()
    }

    public init(parsing data: Data) throws(JSONError) {
        self = try Self.parse { body in data.withUnsafeBytes(body) }
    }

    public init(parsing text: String) throws(JSONError) {
        var text = text
        self = try Self.parse { body in text.withUTF8 { body(UnsafeRawBufferPointer($0)) } }
    }

    /// Typed throws do not pass through the standard library's `rethrows` closures: the result crosses them instead.
    private static func parse(
        _ withBytes: ((UnsafeRawBufferPointer) -> Result<JSON, JSONError>) -> Result<JSON, JSONError>
    ) throws(JSONError) -> JSON {
        try withBytes { bytes in
            do throws(JSONError) {
                return .success(try JSON(parsing: bytes))
            } catch {
                return .failure(error)
            }
        }.get()
    }
}
