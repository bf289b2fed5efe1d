import Basics

/// Everything that can be wrong with a file. Their messages are in `FileError+Messages.swift`.
public enum FileError: ExplainedError, Equatable {
    /// What was being done to a file when the operating system refused.
    public enum Action: String, Sendable {
        case open, read, write, create, rename, list
    }

    /// The operating system refused; `code` is its errno.
    case system(Action, path: String, code: Int32)
    /// The contents of a file are not what its format asks for. `item` is the part that is wrong: a tensor, a row.
    case malformed(file: String, item: String?, Fault)
    /// A collection of tensors has none of this name; the nearest name, if one is near.
    case noSuchTensor(name: String, file: String, suggestion: String?)
    /// A tensor of the collection has another shape than what it is for.
    case wrongShape(name: String, file: String, expected: [Int], found: [Int])
    /// Weights that are not those of the model that its configuration describes.
    case misfit(file: String, missing: [String], unexpected: [String], misshapen: [Misshapen])
    /// The elements can't become a tensor's.
    case notConvertible(name: String, file: String, StoredType, reason: String)
    /// A value that the format to be written can't hold.
    case notWritable(file: String, item: String?, reason: String)
    /// Another program wrote into the file while it was read, or after its weights were mapped.
    case changed(file: String, isLoaded: Bool)
    /// Nothing that is known how to read.
    case unknownKind(path: String, reason: String)
    /// A file that comes with Rhumb is not where it was built; `folder` is the one that must lie beside the executable.
    case notInstalled(path: String, folder: String)
    /// libcrypto can't compute a checksum here.
    case checksumUnavailable

    /// A weight of another shape than the model's.
    public struct Misshapen: Equatable, Sendable {
        public let name: String
        public let expected, found: [Int]

        public init(name: String, expected: [Int], found: [Int]) {
            (self.name, self.expected, self.found) = (name, expected, found)
        }
    }

    /// What a file's contents got wrong.
    public enum Fault: Equatable, Sendable {
        // Any format.
        case json(JSONError)
        case missing(key: String)
        case wrongKind(key: String, expected: String, found: String)
        case truncated(expected: Int, found: Int)
        case cutShort
        case other(String)
        // safetensors.
        case tooShort(size: Int)
        case headerBeyondFile(length: UInt64, size: Int)
        case headerTooLarge(length: UInt64)
        case nameTwice
        case unknownType(String)
        case shapeOverflows([Int])
        case wrongSize(shape: [Int], type: StoredType, expected: Int, found: Int)
        case badOffsets(begin: Int, end: Int)
        case beyondFile(end: Int, size: Int)
        case gap(from: Int, to: Int)
        case overlap(with: String, by: Int)
        case trailing(bytes: Int)
        // Shards.
        case missingFromShard(shard: String)
        case shardOutside(shard: String)
        // PyTorch archives.
        case brokenArchive(String)
        case brokenPickle(String, at: Int)
        case forbiddenOpcode(UInt8, at: Int)
        case forbiddenName(String)
        case noTensors
        case wrongStorage(elements: Int, found: Int)
        case viewBeyondStorage(end: Int, elements: Int)
        // Arrays and tables.
        case wrongMagic(expected: String)
        case unsupported(String)
        case foreignPicture(format: String)
        case foreignWeights(ForeignWeights)
        case rowLength(expected: Int, found: Int)
        case notANumber(text: String, column: Int)
    }
}
