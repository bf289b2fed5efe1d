import Basics
import FoundationEssentials
import Tensor

/// The tensors of a file that `torch.save` wrote: a state dict, or a checkpoint around one. No code of the file is ever
/// run.
public final class PyTorchFile: TensorSource {
    public let url: URL
    /// In the order of the file; see `Pickle.namedTensors` for how nested ones are called.
    public let names: [String]
    /// The numbers and texts that a checkpoint keeps beside its tensors: `global_step`.
    public let metadata: [String: String]
    private let views: [String: Pickle.TensorView]
    private let storages: any PyTorchStorages
    /// Storages whose tensors overlap: each is read once, and as often as a tensor is asked for copied from.
    private let shared: Set<String>
    private var kept: [String: (bytes: UnsafeMutableRawBufferPointer, owner: AnyObject)] = [:]

    /// Opens the file and checks everything that it says about its tensors.
    /// - Throws: ``FileError`` naming the file, and the tensor that is wrong.
    public init(_ url: URL) throws(FileError) {
        self.url = url
        let file = url.displayPath
        let root: (pickle: Pickle, value: Pickle.Value)
        if try FileContents.bytes(of: url, first: 4) == [0x50, 0x4B, 3, 4] {
            let archive = try PyTorchArchive(url)
            storages = archive
            root = try archive.root()
        } else {
            let stream = try PyTorchStream(url)
            storages = stream
            root = (stream.pickle, stream.root)
        }
        guard let tensors = root.pickle.namedTensors(root.value) else {
            throw .malformed(file: file, item: nil, .unsupported("what nests so deeply"))
        }
        if tensors.isEmpty { throw .malformed(file: file, item: nil, .noTensors) }
        var views: [String: Pickle.TensorView] = [:]
        for (name, view) in tensors {
            guard views.updateValue(view, forKey: name) == nil else {
                throw .malformed(file: file, item: name, .nameTwice)
            }
            do throws(Fault) {
                try view.check(storageSize: storages.size(of: view.storage.key))
            } catch {
                throw .malformed(file: file, item: name, error.fault)
            }
        }
        self.views = views
        metadata = root.pickle.scalars(root.value)
        shared = Self.overlapping(views.values)
        names = tensors.map(\.name)
    }

    /// The shape of a tensor, or nil where there is none of that name.
    public func shape(of name: String) -> [Int]? { views[name]?.shape }

    /// The element type of a tensor in the file, or nil where there is none of that name.
    public func type(of name: String) -> StoredType? { views[name]?.type }

    /// One tensor; a view that is not contiguous is copied into the order of its elements.
    /// - Parameter dtype: the element type wanted; ``StoredType/natural`` by default.
    /// - Throws: ``FileError``, or a `RhumbError` when memory lacks.
    public func tensor(_ name: String, as dtype: DType? = nil) throws -> Tensor {
        guard let view = views[name] else {
            throw FileError.noSuchTensor(
                name: name, file: url.displayPath, suggestion: Suggestion.closest(to: name, in: names))
        }
        let target = dtype ?? view.type.natural
        guard let span = view.span, !span.isEmpty else { return try Tensor(uninitialized: view.shape, target) }
        let size = view.type.bits / 8, place = span.lowerBound * size..<span.upperBound * size
        let isShared = shared.contains(view.storage.key)
        let (bytes, owner) = isShared ? try whole(view.storage.key) : try storages.bytes(of: view.storage.key, place)
        let part = isShared ? UnsafeMutableRawBufferPointer(rebasing: bytes[place]) : bytes
        let elements = StoredElements(
            type: view.type, bytes: part, shape: [span.count], isBigEndian: storages.isBigEndian, owner: owner)
        do {
            let line = try elements.tensor()
            let tensor = Tensor(
                storage: line.storage, shape: view.shape, strides: view.strides, offset: line.offset, dtype: line.dtype)
            // Tensors of one storage must not change with one another.
            return try (isShared && tensor.isContiguous ? tensor.copied() : tensor.contiguous()).to(target)
        } catch let error as StoredElements.Unconvertible {
            throw FileError.notConvertible(name: name, file: url.displayPath, view.type, reason: error.reason)
        }
    }

    /// All bytes of a storage.
    private func whole(
        _ key: String
    ) throws(FileError) -> (bytes: UnsafeMutableRawBufferPointer, owner: AnyObject) {
        if let known = kept[key] { return known }
        let read = try storages.bytes(of: key, 0..<(storages.size(of: key) ?? 0))
        kept[key] = read
        return read
    }

    /// The storages of which tensors show more bytes than there are.
    private static func overlapping(_ views: some Collection<Pickle.TensorView>) -> Set<String> {
        var shown: [String: (bytes: Double, size: Double)] = [:]
        for view in views {
            let size = Double(view.storage.count) * Double((view.storage.type ?? .uint8).bits)
            shown[view.storage.key, default: (0, size)].bytes += Double(view.span?.count ?? 0) * Double(view.type.bits)
        }
        return Set(shown.filter { $0.value.bytes > $0.value.size }.keys)
    }

    /// A fault whose place the caller knows.
    fileprivate struct Fault: Error {
        let fault: FileError.Fault
    }
}

/// Where the elements of a file's tensors lie.
protocol PyTorchStorages: AnyObject {
    var isBigEndian: Bool { get }
    /// Bytes of a storage; nil where there is none of that key.
    func size(of key: String) -> Int?
    /// Some bytes of a storage that is there, and what keeps them alive.
    func bytes(
        of key: String, _ range: Range<Int>
    ) throws(FileError) -> (bytes: UnsafeMutableRawBufferPointer, owner: AnyObject)
}

extension Pickle.TensorView {
    /// The elements of the storage from the first to the last that the tensor shows; nil when the numbers overflow.
    var span: Range<Int>? {
        if shape.contains(0) { return 0..<0 }
        var last = offset
        for (size, stride) in zip(shape, strides) {
            let (steps, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
            let (sum, overflowToo) = last.addingReportingOverflow(steps)
            if overflow || overflowToo { return nil }
            last = sum
        }
        let (end, overflow) = last.addingReportingOverflow(1)
        return overflow || offset < 0 ? nil : offset..<end
    }

    /// Everything a file could lie about: whoever has a checked view may trust its span.
    /// - Parameter storageSize: bytes that the file has for the storage; nil when there are none.
    fileprivate func check(storageSize: Int?) throws(PyTorchFile.Fault) {
        func fault(_ fault: FileError.Fault) -> PyTorchFile.Fault { PyTorchFile.Fault(fault: fault) }
        guard let storageSize else { throw fault(.missing(key: "data/\(storage.key)")) }
        guard let expected = (storage.type ?? .uint8).byteCount(of: [storage.count]), expected == storageSize else {
            throw fault(.wrongStorage(elements: storage.count, found: storageSize))
        }
        guard type.byteCount(of: shape) != nil, let span else { throw fault(.shapeOverflows(shape)) }
        let elements = storageSize / (type.bits / 8)
        guard span.upperBound <= elements else {
            throw fault(.viewBeyondStorage(end: span.upperBound, elements: elements))
        }
    }
}
