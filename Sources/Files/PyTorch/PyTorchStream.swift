import FoundationEssentials

/// What PyTorch wrote before version 1.6, and on request still does: five pickles in a row (a mark, the version, the
/// machine, the values, the keys of their storages), then each storage with its number of elements in front.
final class PyTorchStream: PyTorchStorages {
    let pickle: Pickle
    let root: Pickle.Value
    let isBigEndian: Bool
    private let file: FileBytes
    private var ranges: [String: Range<Int>] = [:]

    /// 0x1950a86a20f9469cfc6c, little-endian.
    private static let mark: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    private static let version = 1001

    init(_ url: URL) throws(FileError) {
        file = try FileBytes(url)
        let bytes = UnsafeRawBufferPointer(file.bytes)
        let path = url.displayPath
        // Protocol 2 and the mark as a number of 10 bytes: anything else is not a file of PyTorch's.
        guard bytes.starts(with: [0x80, 2, 0x8A, 10] + Self.mark) else {
            throw .malformed(file: path, item: nil, .wrongMagic(expected: "PyTorch"))
        }
        var unpickler = Unpickler(bytes, file: path)
        _ = try unpickler.value()
        guard case .integer(Self.version) = try unpickler.value() else {
            throw .malformed(file: path, item: nil, .unsupported("its version of the format"))
        }
        let machine = try unpickler.value()
        root = try unpickler.value()
        let keys = try unpickler.value()
        pickle = unpickler.pickle
        isBigEndian = pickle.isFalse("little_endian", in: machine)
        try findStorages(keys, from: unpickler.position, path)
    }

    private func findStorages(_ keys: Pickle.Value, from start: Int, _ path: String) throws(FileError) {
        guard case .list(let position) = keys else {
            throw .malformed(
                file: path, item: nil, .wrongKind(key: "storage keys", expected: "a list", found: "something else"))
        }
        let sizes = Dictionary(pickle.storages.map { ($0.key, ($0.type ?? .uint8).bits / 8) }) { first, _ in first }
        var start = start
        for key in pickle.lists[position] {
            guard case .string(let key) = key, let size = sizes[key], ranges[key] == nil else {
                throw .malformed(
                    file: path, item: nil, .unsupported("a storage that no tensor has, or that stands twice"))
            }
            guard file.bytes.count - start >= 8 else { throw .malformed(file: path, item: "data/\(key)", .cutShort) }
            let word = file.bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            let count = Int(exactly: isBigEndian ? word.byteSwapped : word)
            let (length, overflow) = (count ?? -1).multipliedReportingOverflow(by: size)
            start += 8
            guard !overflow, length >= 0, length <= file.bytes.count - start else {
                throw .malformed(file: path, item: "data/\(key)", .cutShort)
            }
            ranges[key] = start..<start + length
            start += length
        }
    }

    func size(of key: String) -> Int? { ranges[key]?.count }

    func bytes(
        of key: String, _ range: Range<Int>
    ) throws(FileError) -> (bytes: UnsafeMutableRawBufferPointer, owner: AnyObject) {
        let start = ranges[key]?.lowerBound ?? 0
        let place = start + range.lowerBound..<start + range.upperBound
        return (UnsafeMutableRawBufferPointer(rebasing: file.bytes[place]), file)
    }
}

extension Pickle {
    fileprivate func isFalse(_ name: String, in value: Value) -> Bool {
        guard case .dictionary(let position) = value else { return false }
        return dictionaries[position].contains { key, value in
            if case .string(name) = key, case .boolean(false) = value { true } else { false }
        }
    }
}
