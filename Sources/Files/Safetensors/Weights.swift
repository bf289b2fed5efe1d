import Basics
import FoundationEssentials
import Tensor

/// Named tensors on disk: one file of safetensors or of PyTorch, or a sharded set with its index, or a folder that
/// holds either.
///
///     let weights = try Weights(URL(fileURLWithPath: "model.safetensors"))
///     let bias = try weights.tensor("conv_in.bias", as: .float32, shape: [320])
public final class Weights {
    /// What was opened: the file, the index, or the folder's file that was chosen.
    public let url: URL
    /// Names in the order of the files.
    public let names: [String]
    /// The free texts under `__metadata__`; of the first file, for shards.
    public let metadata: [String: String]
    let places: [String: (source: any TensorSource, stored: String)]

    init(
        url: URL, names: [String], metadata: [String: String],
        places: [String: (source: any TensorSource, stored: String)]
    ) {
        (self.url, self.names, self.metadata, self.places) = (url, names, metadata, places)
    }

    /// Opens and checks every file of the set.
    /// - Parameter url: `x.safetensors`, `x.bin`, an index such as `x.safetensors.index.json`, or a folder as
    ///   transformers, diffusers or OpenCLIP leave it.
    /// - Parameter mapsLargeFiles: whether bytes of large safetensors files are looked at where they are: for models,
    ///   whose verbs notice when such a file changes.
    /// - Parameter preferring: stems of a folder's file of weights that go before the usual ones.
    /// - Parameter variant: which of several sets of weights in a folder: `fp16` for `model.fp16.safetensors`.
    /// - Throws: ``FileError`` naming the file and the tensor that is wrong, or the variant that there is not.
    public init(
        _ url: URL, mapsLargeFiles: Bool = false, preferring: [String] = [], variant: String? = nil
    ) throws(FileError) {
        let chosen = try Folder.isFolder(url) ? Self.weights(in: url, preferring, variant) : url
        self.url = chosen
        if chosen.lastPathComponent.hasSuffix(".json") {
            let shards = try ShardIndex(chosen)
            var places: [String: (source: any TensorSource, stored: String)] = [:]
            var names: [String] = []
            var metadata: [String: String]?
            for (file, members) in shards.files {
                let shard = try Self.source(file, mapsLargeFiles)
                for name in members {
                    guard shard.shape(of: name) != nil else {
                        throw .malformed(
                            file: chosen.displayPath, item: name, .missingFromShard(shard: file.lastPathComponent))
                    }
                    places[name] = (shard, name)
                }
                let wanted = Set(members)
                names += shard.names.filter(wanted.contains)
                metadata = metadata ?? shard.metadata
            }
            self.places = places
            self.names = names
            self.metadata = metadata ?? [:]
        } else {
            let file = try Self.source(chosen, mapsLargeFiles)
            places = Dictionary(uniqueKeysWithValues: file.names.map { ($0, (file, $0)) })
            names = file.names
            metadata = file.metadata
        }
    }

    /// Whether there is a tensor of this name.
    public func contains(_ name: String) -> Bool { places[name] != nil }

    /// The shape of a tensor, or nil where there is none of that name.
    public func shape(of name: String) -> [Int]? { places[name].flatMap { $0.source.shape(of: $0.stored) } }

    /// The element type of a tensor in its file, or nil where there is none of that name.
    public func type(of name: String) -> StoredType? { places[name].flatMap { $0.source.type(of: $0.stored) } }

    /// One tensor; among the file's bytes where its element type lies there aligned, else a converted copy.
    /// - Parameters:
    ///   - dtype: the element type wanted; ``StoredType/natural`` by default.
    ///   - shape: the shape it must have; any by default.
    /// - Throws: ``FileError`` naming file and tensor, or a `RhumbError` when memory lacks.
    public func tensor(_ name: String, as dtype: DType? = nil, shape: [Int]? = nil) throws -> Tensor {
        guard let (source, stored) = places[name] else {
            throw FileError.noSuchTensor(
                name: name, file: url.displayPath, suggestion: Suggestion.closest(to: name, in: names))
        }
        if let shape, let found = source.shape(of: stored), found != shape {
            throw FileError.wrongShape(name: stored, file: source.url.displayPath, expected: shape, found: found)
        }
        return try source.tensor(stored, as: dtype)
    }

    private static func source(_ url: URL, _ mapsLargeFiles: Bool) throws(FileError) -> any TensorSource {
        try ForeignWeights.refuse(url)
        switch FileContents.kind(bySuffixOf: url) {
        case .tensors: return try SafetensorsFile(url, mapsLargeFiles: mapsLargeFiles)
        case .pytorchArchive: return try PyTorchFile(url)
        default:
            // A name that says nothing: PyTorch's files begin as zip archives or pickles do.
            let head = try FileContents.bytes(of: url, first: 4)
            return head.starts(with: [0x50, 0x4B]) || head.starts(with: [0x80, 2, 0x8A, 10])
                ? try PyTorchFile(url) : try SafetensorsFile(url, mapsLargeFiles: mapsLargeFiles)
        }
    }

    /// Whether a name is that of an index of a sharded set.
    package static func isIndex(_ name: String) -> Bool {
        suffixes.contains { suffix in
            guard let end = name.range(of: suffix + ".index.")?.upperBound else { return false }
            // Either `json`, or a variant such as `fp16` before it.
            let rest = name[end...].split(separator: ".", omittingEmptySubsequences: false)
            return rest.last == "json" && rest.count <= 2
        }
    }

    /// Whether a name is that of a file of weights, or of their index.
    package static func isFile(_ name: String) -> Bool { isIndex(name) || suffixes.contains(where: name.hasSuffix) }

    /// What is preferred comes first: safetensors are mapped, not read.
    package static let suffixes = [".safetensors", ".bin", ".pt", ".pth", ".ckpt"]

    /// The stems under which transformers, diffusers and OpenCLIP keep weights in a folder, in the order of preference.
    static let stems = [
        "model", "pytorch_model", "diffusion_pytorch_model", "open_clip_model", "open_clip_pytorch_model",
        // Half precision, where a folder keeps that beside others that are for no one's inference.
        "model.fp16", "diffusion_pytorch_model.fp16",
    ]

    /// Which of a folder's files holds its weights.
    package enum Choice: Equatable {
        /// A file of weights, or the index of a sharded set.
        case file(String)
        /// Several files that may be meant, with their suffix.
        case several([String], suffix: String)
        case none
    }

    /// The file of a folder that holds its weights: a known name, or the only one of its kind.
    ///
    /// - Parameters:
    ///   - files: the names in the folder.
    ///   - preferring: stems that go before the usual ones.
    ///   - variant: which of several sets of weights.
    package static func choice(
        among files: [String], preferring: [String] = [], variant: String? = nil
    ) -> Choice {
        func known(_ stems: [String], _ suffix: String) -> Choice? {
            stems.flatMap { stem in
                // Half precision's index is `model.safetensors.index.fp16.json`.
                let parts = stem.split(separator: ".", maxSplits: 1)
                let variant = parts.count > 1 ? ["\(parts[0])\(suffix).index.\(parts[1]).json"] : []
                return [stem + suffix, stem + suffix + ".index.json"] + variant
            }.first(where: files.contains).map { .file($0) }
        }
        if let variant {
            let stems = (preferring + stems).map { "\($0).\(variant)" }
            return suffixes.lazy.compactMap { known(stems, $0) }.first ?? .none
        }
        if let preferred = suffixes.lazy.compactMap({ known(preferring, $0) }).first { return preferred }
        for suffix in suffixes {
            if let chosen = known(stems, suffix) { return chosen }
            let candidates = files.filter { $0.hasSuffix(suffix) }
            if candidates.count == 1 { return .file(candidates[0]) }
            if candidates.count > 1 { return .several(candidates, suffix: suffix) }
        }
        return .none
    }

    private static func weights(
        in folder: URL, _ preferring: [String], _ variant: String?
    ) throws(FileError) -> URL {
        switch choice(among: try Folder.names(in: folder), preferring: preferring, variant: variant) {
        case .file(let name): return folder.appendingPathComponent(name)
        case .several(let names, let suffix):
            let listed = names.prefix(4).joined(separator: ", ")
            throw .unknownKind(
                path: folder.displayPath, reason: "the folder has several \(suffix) files and no index (\(listed))")
        case .none:
            let kind = variant.map { "no weights of the variant '\($0)'" } ?? "no file of weights"
            throw .unknownKind(path: folder.displayPath, reason: "the folder has \(kind)")
        }
    }
}

/// The index of a sharded set: which file holds which tensors.
private struct ShardIndex {
    /// Files in the order of their names, each with its tensors in the order of the index.
    let files: [(url: URL, tensors: [String])]

    init(_ url: URL) throws(FileError) {
        let file = url.displayPath
        guard let map = try FileContents.json(url)["weight_map"] else {
            throw .malformed(file: file, item: nil, .missing(key: "weight_map"))
        }
        guard let members = map.members else {
            throw .malformed(
                file: file, item: nil, .wrongKind(key: "weight_map", expected: "an object", found: map.kind))
        }
        var tensors: [String: [String]] = [:]
        for member in members {
            guard let shard = member.value.string else {
                throw .malformed(
                    file: file, item: member.key,
                    .wrongKind(key: member.key, expected: "a file name", found: member.value.kind))
            }
            // A shard lies beside its index; a path could lead anywhere.
            guard !shard.isEmpty, shard != ".", shard != "..", !shard.contains("/") else {
                throw .malformed(file: file, item: member.key, .shardOutside(shard: shard))
            }
            tensors[shard, default: []].append(member.key)
        }
        let folder = url.deletingLastPathComponent()
        files = tensors.keys.sorted().map { (folder.appendingPathComponent($0), tensors[$0] ?? []) }
    }
}
