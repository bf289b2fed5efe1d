/// The header of a `.npy` file: a magic word, a version, a length, and a Python dictionary with the element type, the
/// order and the shape (NumPy Enhancement Proposal 1).
struct NPYHeader: Equatable {
    let type: StoredType
    let isBigEndian: Bool
    /// Whether the first index varies fastest.
    let isFortranOrdered: Bool
    let shape: [Int]
    /// Where the elements begin.
    let dataStart: Int

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// - Parameter file: its name, for messages.
    init(_ bytes: UnsafeRawBufferPointer, file: String) throws(FileError) {
        func malformed(_ fault: FileError.Fault) -> FileError { .malformed(file: file, item: nil, fault) }
        guard bytes.starts(with: Self.magic) else { throw malformed(.wrongMagic(expected: ".npy")) }
        guard bytes.count >= 10 else { throw malformed(.cutShort) }
        let version = bytes[6]
        guard (1...3).contains(version) else { throw malformed(.unsupported("version \(version) of the .npy format")) }
        let lengthBytes = version == 1 ? 2 : 4
        guard bytes.count >= 8 + lengthBytes else { throw malformed(.cutShort) }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        dataStart = 8 + lengthBytes + length
        guard dataStart <= bytes.count else { throw malformed(.cutShort) }
        // Version 3 is UTF-8, the others Latin-1; both agree where field names are plain, and arrays have none.
        let text = String(decoding: bytes[(8 + lengthBytes)..<dataStart], as: UTF8.self)
        var parser = PythonLiteral(text)
        guard let fields = parser.dictionary() else {
            throw malformed(.other("its header must be a dictionary of descr, fortran_order and shape"))
        }
        guard let descr = fields["descr"] else { throw malformed(.missing(key: "descr")) }
        guard case .string(let code) = descr else {
            throw malformed(.unsupported("an array of records"))
        }
        guard let (type, isBigEndian) = Self.type(code) else {
            throw malformed(
                .unsupported(code.hasSuffix("O") ? "an array of Python objects" : "the element type '\(code)'"))
        }
        (self.type, self.isBigEndian) = (type, isBigEndian)
        guard case .bool(let isFortranOrdered)? = fields["fortran_order"] else {
            throw malformed(.missing(key: "fortran_order"))
        }
        self.isFortranOrdered = isFortranOrdered
        guard case .integers(let shape)? = fields["shape"] else { throw malformed(.missing(key: "shape")) }
        self.shape = shape
    }

    /// NumPy's name of an element type: an order mark, a kind, and a size in bytes.
    private static func type(_ code: String) -> (StoredType, isBigEndian: Bool)? {
        guard let mark = code.first, "<>|=".contains(mark) else { return nil }
        return types[String(code.dropFirst())].map { ($0, mark == ">") }
    }

    /// By numpy's name without the order mark.
    static let types: [String: StoredType] = [
        "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
        "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool, "c8": .complex64,
    ]
}

/// As much of Python's literals as the header has: one dictionary of strings, truth values and tuples of whole numbers.
private struct PythonLiteral {
    enum Value {
        case string(String)
        case bool(Bool)
        case integers([Int])
        case other
    }

    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    /// The whole text as a dictionary, or nil.
    mutating func dictionary() -> [String: Value]? {
        guard take("{") else { return nil }
        var fields: [String: Value] = [:]
        while !take("}") {
            guard let key = string(), take(":"), let value = value(), fields.updateValue(value, forKey: key) == nil
            else {
                return nil
            }
            guard take(",") || rest.first == "}" else { return nil }
        }
        skipSpace()
        return rest.isEmpty ? fields : nil
    }

    private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

    private mutating func take(_ text: String) -> Bool {
        skipSpace()
        guard rest.hasPrefix(text) else { return false }
        rest = rest.dropFirst(text.count)
        skipSpace()
        return true
    }

    private mutating func string() -> String? {
        guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
        let body = rest.dropFirst().prefix { $0 != quote }
        guard body.endIndex < rest.endIndex, !body.contains("\\") else { return nil }
        rest = rest[body.endIndex...].dropFirst()
        return String(body)
    }

    private mutating func value() -> Value? {
        if let text = string() { return .string(text) }
        if take("True") { return .bool(true) }
        if take("False") { return .bool(false) }
        if take("(") { return integers() }
        if rest.first == "[" {
            // Fields of a record: nothing to load, but a list to step over.
            var depth = 0
            while let character = rest.popFirst() {
                depth += character == "[" ? 1 : character == "]" ? -1 : 0
                if depth == 0 { return .other }
            }
        }
        return nil
    }

    private mutating func integers() -> Value? {
        var numbers: [Int] = []
        while !take(")") {
            let digits = rest.prefix(while: \.isNumber)
            guard let number = Int(digits) else { return nil }
            numbers.append(number)
            rest = rest[digits.endIndex...]
            // Python 2 wrote large sizes with an L.
            if rest.first == "L" { rest = rest.dropFirst() }
            guard take(",") || rest.first == ")" else { return nil }
        }
        return .integers(numbers)
    }
}
