import FoundationEssentials
import Tensor

/// What a file of Python's `pickle` holds: arrays of numpy's, numbers and texts, in lists and dictionaries. Nothing else
/// is made, and no code of the file is ever run.
public indirect enum ArrayPickle {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case tensor(Tensor)
    /// A list or a tuple.
    case list([ArrayPickle])
    /// A dictionary whose keys are texts or whole numbers.
    case record([(name: String, value: ArrayPickle)])

    /// Reads a file, such as the `prompts.p` of Q16. Whole numbers and truth values become int64, floating-point numbers
    /// float32 (float64 is rounded).
    ///
    /// - Parameter dtype: another element type of the arrays.
    /// - Throws: ``FileError`` naming the file and what it would have had run, or `RhumbError` when memory lacks.
    public init(contentsOf url: URL, as dtype: DType? = nil) throws {
        let file = try FileBytes(url), bytes = UnsafeRawBufferPointer(file.bytes), name = url.displayPath
        guard bytes.first == 0x80 else {
            throw FileError.malformed(file: name, item: nil, .wrongMagic(expected: "pickle"))
        }
        var unpickler = Unpickler(bytes, file: name, readsArrays: true)
        let root = try unpickler.value()
        guard unpickler.position == bytes.count else {
            throw FileError.malformed(
                file: name, item: nil,
                .other("\(bytes.count - unpickler.position) bytes after its value belong to nothing"))
        }
        // A value for each byte is more than any file has; what is shared again and again would fill the memory.
        var room = bytes.count
        self = try Self.value(root, unpickler.pickle, file: name, dtype, depth: 0, &room)
    }

    private static let deepest = 32

    private static func value(
        _ value: Pickle.Value, _ pickle: Pickle, file: String, _ dtype: DType?, depth: Int, _ room: inout Int
    ) throws -> ArrayPickle {
        room -= 1
        guard depth <= deepest, room >= 0 else {
            throw FileError.malformed(file: file, item: nil, .unsupported("what nests so deeply"))
        }
        func inner(_ values: [Pickle.Value]) throws -> [ArrayPickle] {
            try values.map { try Self.value($0, pickle, file: file, dtype, depth: depth + 1, &room) }
        }
        switch value {
        case .none: return .none
        case .boolean(let isTrue): return .boolean(isTrue)
        case .integer(let integer): return .integer(integer)
        case .number(let number): return .number(number)
        case .string(let text): return .text(text)
        case .tuple(let position): return .list(try inner(pickle.tuples[position]))
        case .list(let position): return .list(try inner(pickle.lists[position]))
        case .dictionary(let position):
            let names = try pickle.dictionaries[position].map { key, _ in
                switch key {
                case .string(let name): name
                case .integer(let number): String(number)
                default: throw FileError.malformed(file: file, item: nil, .unsupported("a key that is no text"))
                }
            }
            return .record(Array(zip(names, try inner(pickle.dictionaries[position].map(\.value)))))
        case .array(let position):
            let array = pickle.arrays[position]
            room -= array.bytes.count
            return .tensor(try tensor(array, file: file, as: dtype))
        case .bytes, .long, .constructor, .elementType, .storage, .tensor, .aside:
            throw FileError.malformed(
                file: file, item: nil, .unsupported("something that is no array, number, text, list or dictionary"))
        }
    }

    private static func tensor(_ array: Pickle.Array, file: String, as dtype: DType?) throws -> Tensor {
        func fault(_ fault: FileError.Fault) -> FileError { .malformed(file: file, item: nil, fault) }
        guard let elements = array.type else { throw fault(.brokenPickle("an array without contents", at: 0)) }
        guard let type = elements.type else { throw fault(.unsupported("the element type '\(elements.name)'")) }
        guard let expected = type.byteCount(of: array.shape) else { throw fault(.shapeOverflows(array.shape)) }
        guard expected == array.bytes.count else {
            throw fault(
                .wrongSize(shape: array.shape, type: type, expected: expected, found: array.bytes.count))
        }
        // Fortran's order is C's order of the reversed dimensions.
        let shape = array.isFortranOrdered ? array.shape.reversed() : array.shape
        var bytes = array.bytes
        do {
            let tensor = try bytes.withUnsafeMutableBytes { bytes in
                try StoredElements(type: type, bytes: bytes, shape: shape, isBigEndian: elements.isBigEndian)
                    .tensor(as: dtype)
            }
            guard array.isFortranOrdered else { return tensor }
            return try tensor.permuted(Array((0..<shape.count).reversed())).contiguous()
        } catch let error as StoredElements.Unconvertible {
            throw FileError.notConvertible(name: "array", file: file, type, reason: error.reason)
        }
    }
}
