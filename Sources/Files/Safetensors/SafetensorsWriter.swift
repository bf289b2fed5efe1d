import Basics
import FoundationEssentials
import Glibc
import Kernels
import Tensor

/// Writing safetensors files. Equal tensors give equal bytes: entries stand by falling element size and then by name,
/// as the reference writer orders them, and metadata by key.
public enum Safetensors {
    /// What transformers asks of a file before it loads it.
    public static let defaultMetadata = ["format": "pt"]

    /// Writes one file.
    /// - Parameters:
    ///   - floatType: the element type for floating-point tensors (`.float32`, `.bfloat16` or `.float16`); each
    ///     tensor's own by default. Integers stay int64.
    ///   - half: without a `floatType`, the type (`.float16` or `.bfloat16`) of those float32 tensors that lose nothing
    ///     by it: what was read from a file of half precision goes back into one, and what has changed stays whole.
    ///   - metadata: free texts for `__metadata__`.
    /// - Throws: ``FileError`` naming the file; whatever stood there before is then untouched.
    public static func write(
        _ tensors: [String: Tensor], to url: URL, as floatType: StoredType? = nil, half: StoredType? = nil,
        metadata: [String: String] = defaultMetadata
    ) throws {
        let entries = try planned(tensors, floatType, half, file: url.displayPath)
        try write(entries, to: url, metadata: metadata).commit()
    }

    /// Writes `stem-00001-of-0000n.safetensors` files of limited size and `stem.safetensors.index.json`; a single
    /// `stem.safetensors` if everything fits one file. Nothing is renamed into place before all of it is written.
    /// - Parameters:
    ///   - folder: must exist.
    ///   - maximumBytes: of tensor data in one file; a larger tensor gets a file of its own.
    /// - Returns: the files, the index last.
    @discardableResult
    public static func writeShards(
        _ tensors: [String: Tensor], to folder: URL, stem: String = "model", maximumBytes: Int = 5_000_000_000,
        as floatType: StoredType? = nil, half: StoredType? = nil, metadata: [String: String] = defaultMetadata
    ) throws -> [URL] {
        let entries = try planned(tensors, floatType, half, file: folder.appendingPathComponent(stem).displayPath)
        var shards: [[Planned]] = []
        var room = 0
        for entry in entries {
            if shards.isEmpty || entry.byteCount > room {
                shards.append([])
                room = maximumBytes
            }
            shards[shards.count - 1].append(entry)
            room -= entry.byteCount
        }
        if shards.count <= 1 {
            let url = folder.appendingPathComponent("\(stem).safetensors")
            try write(entries, to: url, metadata: metadata).commit()
            return [url]
        }
        var files: [AtomicFile] = []
        var map: [JSON.Member] = []
        for (index, shard) in shards.enumerated() {
            let name = "\(stem)-\(padded(index + 1))-of-\(padded(shards.count)).safetensors"
            files.append(try write(shard, to: folder.appendingPathComponent(name), metadata: metadata))
            map += shard.map { JSON.Member($0.name, .string(name)) }
        }
        map.sort { $0.key < $1.key }
        let total = entries.reduce(0) { $0 + $1.byteCount }
        let index: JSON = ["metadata": ["total_size": .integer(total)], "weight_map": .object(map)]
        let indexFile = try AtomicFile(folder.appendingPathComponent("\(stem).safetensors.index.json"))
        try indexFile.write(index.text(indent: 2) + "\n")
        for file in files + [indexFile] { try file.commit() }
        return (files + [indexFile]).map(\.url)
    }

    private struct Planned {
        let name: String
        let tensor: Tensor
        let type: StoredType
        let byteCount: Int
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    private static func planned(
        _ tensors: [String: Tensor], _ floatType: StoredType?, _ half: StoredType?, file: String
    ) throws -> [Planned] {
        if let floatType, ![.float32, .bfloat16, .float16].contains(floatType) {
            throw FileError.notWritable(
                file: file, item: nil,
                reason: "floating-point tensors are written as F32, BF16 or F16, not \(floatType.rawValue)")
        }
        var entries: [Planned] = []
        for (name, tensor) in tensors {
            guard name != "__metadata__" else {
                throw FileError.notWritable(
                    file: file, item: name, reason: "the format keeps this name for itself")
            }
            var type = tensor.dtype.isFloatingPoint ? floatType ?? StoredType(tensor.dtype) : .int64
            if floatType == nil, type == .float32, let half, try fits(tensor, half) { type = half }
            entries.append(Planned(name: name, tensor: tensor, type: type, byteCount: tensor.count * type.bits / 8))
        }
        return entries.sorted { ($1.type.bits, $0.name) < ($0.type.bits, $1.name) }
    }

    /// Whether the elements of a float32 tensor are the same in half precision, bit for bit.
    private static func fits(_ tensor: Tensor, _ half: StoredType) throws -> Bool {
        let source = try tensor.detached().contiguous(), step = 1 << 16
        var halves = [UInt16](repeating: 0, count: min(step, source.count))
        var floats = [Float](repeating: 0, count: halves.count)
        for start in stride(from: 0, to: source.count, by: step) {
            try StopFlag.check()
            let count = min(step, source.count - start), piece = source.floatPointer + start
            if half == .float16 {
                rk_f32_to_f16(count, piece, &halves)
                rk_f16_to_f32(count, halves, &floats)
            } else {
                rk_f32_to_bf16(count, piece, &halves)
                rk_bf16_to_f32(count, halves, &floats)
            }
            if memcmp(piece, floats, count * 4) != 0 { return false }
        }
        return true
    }

    /// Writes a file up to, and not including, its commit.
    private static func write(_ entries: [Planned], to url: URL, metadata: [String: String]) throws -> AtomicFile {
        var header: [JSON.Member] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }
            header.append(JSON.Member("__metadata__", .object(texts)))
        }
        var offset = 0
        for entry in entries {
            let end = offset + entry.byteCount
            header.append(
                JSON.Member(
                    entry.name,
                    [
                        "dtype": .string(entry.type.rawValue),
                        "shape": .array(entry.tensor.shape.map { .integer($0) }),
                        "data_offsets": [.integer(offset), .integer(end)],
                    ]))
            offset = end
        }
        var text = Array(JSON.object(header).text().utf8)
        guard text.count <= SafetensorsHeader.longest else {
            throw FileError.notWritable(
                file: url.displayPath, item: nil, reason: "its header would take \(text.count) bytes")
        }
        // Data that begins at a multiple of 64 bytes can be used where it lies, at full vector width.
        text += [UInt8](repeating: UInt8(ascii: " "), count: (64 - (8 + text.count) % 64) % 64)
        let file = try AtomicFile(url)
        try file.reserve(8 + text.count + offset)
        try file.write(withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) })
        try file.write(text)
        for entry in entries {
            try StopFlag.check()
            try write(entry, to: file)
        }
        return file
    }

    private static func write(_ entry: Planned, to file: AtomicFile) throws {
        guard entry.byteCount > 0 else { return }
        if entry.type == .float16 {
            let source = try entry.tensor.detached().to(.float32).contiguous()
            var halves = [UInt16](repeating: 0, count: source.count)
            rk_f32_to_f16(source.count, source.floatPointer, &halves)
            try halves.withUnsafeBytes { try file.write($0) }
        } else {
            let dtype: DType = entry.type == .float32 ? .float32 : entry.type == .bfloat16 ? .bfloat16 : .int64
            let source = try entry.tensor.detached().to(dtype).contiguous()
            try file.write(UnsafeRawBufferPointer(start: source.address, count: entry.byteCount))
        }
    }
}
