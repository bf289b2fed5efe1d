import FoundationEssentials
import Glibc

extension FileContents {
    /// What a path holds, as far as loading is concerned.
    public enum Kind: Equatable, Sendable {
        /// A folder of transformers' with a CLIP model.
        case clip
        /// A folder of OpenCLIP's.
        case openCLIP
        /// A folder of diffusers' with a pipeline.
        case diffusers
        /// A folder of diffusers' with an autoencoder alone, as `vae` in a pipeline's.
        case autoencoder
        /// A folder of transformers' with another model.
        case transformers(modelType: String)
        /// Named tensors: a safetensors file, the index of a sharded set, or a folder with weights alone.
        case tensors
        /// Named tensors as PyTorch writes them (`.bin`, `.pt`, `.pth`, `.ckpt`).
        case pytorchArchive
        /// What Python's `pickle` wrote (`.p`, `.pkl`, `.pickle`): arrays of numpy's.
        case pickle
        /// A `.npy` file.
        case array
        /// A PNG or JPEG.
        case image
        /// CSV, TSV, JSON lines or a log of numbers.
        case table
        case json
        /// A Markdown document with cells.
        case recipe
        /// A script of the language.
        case script
        /// Any other text (`.txt`).
        case text
    }

    private static let suffixes: [String: Kind] = [
        "safetensors": .tensors, "npy": .array, "png": .image, "jpg": .image, "jpeg": .image, "csv": .table,
        "tsv": .table, "tab": .table, "jsonl": .table, "ndjson": .table, "log": .table, "json": .json, "md": .recipe,
        "rhumb": .script, "txt": .text, "bin": .pytorchArchive, "pt": .pytorchArchive, "pth": .pytorchArchive,
        "ckpt": .pytorchArchive, "p": .pickle, "pkl": .pickle, "pickle": .pickle,
    ]

    /// What a path that exists holds: a file by its suffix, or else by its first bytes; a folder by the files in it.
    /// - Throws: ``FileError`` when it does not exist or is of no known kind.
    public static func kind(of url: URL) throws(FileError) -> Kind {
        if Folder.isFolder(url) { return try kind(ofFolder: url) }
        guard access(url.path, F_OK) == 0 else { throw .system(.open, path: url.displayPath, code: errno) }
        if let kind = kind(bySuffixOf: url) {
            if [.tensors, .pytorchArchive].contains(kind) { try ForeignWeights.refuse(url) }
            // PyTorch's files may have any name; they begin as zip archives, or with its mark.
            if kind == .pickle {
                let head = try bytes(of: url, first: 4)
                if head == [0x50, 0x4B, 3, 4] || head == [0x80, 2, 0x8A, 10] { return .pytorchArchive }
            }
            return kind
        }
        try ForeignWeights.refuse(url)
        let head = try bytes(of: url, first: 16)
        let marks: [([UInt8], Kind)] = [
            (PNG.signature, .image), (JPEG.signature, .image), (NPYHeader.magic, .array),
            ([0x50, 0x4B, 3, 4], .pytorchArchive),
        ]
        if let (_, kind) = marks.first(where: { head.starts(with: $0.0) }) { return kind }
        if head.count > 8, head[8] == UInt8(ascii: "{"), head[4..<8].allSatisfy({ $0 == 0 }) { return .tensors }
        // Recognised to be named by whoever reads it.
        if head.count == 16, ImageFile.foreignFormat(head) != nil { return .image }
        throw .unknownKind(path: url.displayPath, reason: "neither its suffix nor its first bytes are known")
    }

    /// The kind that a name promises, for files to be written; nil for a suffix that means nothing here.
    public static func kind(bySuffixOf url: URL) -> Kind? {
        if Weights.isIndex(url.lastPathComponent) { return .tensors }
        return suffixes[url.pathExtension.lowercased()]
    }

    private static func kind(ofFolder url: URL) throws(FileError) -> Kind {
        let names = try Folder.names(in: url)
        if names.contains("model_index.json") { return .diffusers }
        if names.contains("open_clip_config.json") { return .openCLIP }
        if names.contains("config.json") {
            let config = try json(url.appendingPathComponent("config.json"))
            if let type = config["model_type"]?.string {
                return type == "clip" ? .clip : .transformers(modelType: type)
            }
            if ["AutoencoderKL", "AutoencoderTiny"].contains(config["_class_name"]?.string) { return .autoencoder }
            if config["text_config"] != nil, config["vision_config"] != nil { return .clip }
        }
        if names.contains(where: Weights.isFile) { return .tensors }
        throw .unknownKind(
            path: url.displayPath,
            reason: "the folder has no config.json with a model_type, no model_index.json and no file of weights")
    }

    /// A file's first bytes, as many as there are.
    static func bytes(of url: URL, first count: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(.open, path: url.displayPath, code: errno) }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: count)
        let found = read(descriptor, &head, count)
        // Nobody may have written into a pipe yet.
        guard found >= 0 || errno == EAGAIN else { throw .system(.read, path: url.displayPath, code: errno) }
        return Array(head[..<max(found, 0)])
    }
}
