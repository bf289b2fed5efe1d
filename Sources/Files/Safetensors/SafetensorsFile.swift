import Basics
import FoundationEssentials
import Tensor

/// A safetensors file, checked; its tensors are made when asked for.
public final class SafetensorsFile {
    public let url: URL
    /// Names in the order of their bytes.
    public let names: [String]
    /// The free texts under `__metadata__`.
    public let metadata: [String: String]
    private let file: FileBytes
    private let entries: [String: SafetensorsHeader.Entry]

    /// Reads the file and checks its header.
    /// - Parameter mapsLargeFiles: whether a large file's bytes are looked at where they are; see ``FileBytes``.
    /// - Throws: ``FileError`` naming the file, and the tensor that is wrong.
    public init(_ url: URL, mapsLargeFiles: Bool = false) throws(FileError) {
        self.url = url
        file = try FileBytes(url, mapsLargeFiles: mapsLargeFiles)
        let header = try SafetensorsHeader(UnsafeRawBufferPointer(file.bytes), file: url.displayPath)
        names = header.entries.map(\.name)
        metadata = header.metadata
        entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    }

    /// The shape of a tensor, or nil where there is none of that name.
    public func shape(of name: String) -> [Int]? { entries[name]?.shape }

    /// The element type of a tensor in the file, or nil where there is none of that name.
    public func type(of name: String) -> StoredType? { entries[name]?.type }

    /// One tensor. float32, bfloat16 and int64 that lie aligned are looked at where they are among the file's bytes;
    /// the others are converted into a copy.
    /// - Parameter dtype: the element type wanted; ``StoredType/natural`` by default.
    /// - Throws: ``FileError/noSuchTensor(name:file:suggestion:)``,
    ///   ``FileError/notConvertible(name:file:_:reason:)``, or a `RhumbError` when memory lacks.
    public func tensor(_ name: String, as dtype: DType? = nil) throws -> Tensor {
        guard let entry = entries[name] else {
            throw FileError.noSuchTensor(
                name: name, file: url.displayPath, suggestion: Suggestion.closest(to: name, in: names))
        }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: file.bytes[entry.range])
        do {
            return try StoredElements(type: entry.type, bytes: bytes, shape: entry.shape, owner: file).tensor(as: dtype)
        } catch let error as StoredElements.Unconvertible {
            throw FileError.notConvertible(
                name: name, file: url.displayPath, entry.type, reason: error.reason)
        }
    }
}
