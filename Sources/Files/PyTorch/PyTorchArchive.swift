import FoundationEssentials

/// What PyTorch writes since version 1.6: a zip archive with a pickle `data.pkl`, which describes the values, and an
/// entry `data/KEY` for each storage, all in one folder. Archives of TorchScript have their code beside it, in `code`,
/// which is left alone.
final class PyTorchArchive: PyTorchStorages {
    private let url: URL
    private let archive: ZipArchive
    private let folder: String
    let isBigEndian: Bool

    /// A pickle describes; a larger one holds something else.
    private static let longestPickle = 1 << 28

    init(_ url: URL) throws(FileError) {
        self.url = url
        archive = try ZipArchive(url) { $0.split(separator: "/").dropFirst().first == "code" }
        let pickles = archive.names.filter { $0.hasSuffix("/data.pkl") && $0.split(separator: "/").count == 2 }
        guard pickles.count == 1 else {
            throw .malformed(file: url.displayPath, item: nil, .wrongMagic(expected: "PyTorch"))
        }
        folder = String(pickles[0].dropLast("data.pkl".count))
        switch try Self.byteOrder(archive, folder) {
        case nil, "little": isBigEndian = false
        case "big": isBigEndian = true
        case let other?:
            throw .malformed(file: url.displayPath, item: "byteorder", .unsupported("the order of bytes '\(other)'"))
        }
    }

    private static func byteOrder(_ archive: ZipArchive, _ folder: String) throws(FileError) -> String? {
        let name = folder + "byteorder"
        guard let size = archive.size(of: name) else { return nil }
        let block = try archive.bytes(of: name, 0..<min(size, 16))
        return String(decoding: block.bytes, as: UTF8.self)
    }

    /// What `data.pkl` describes.
    func root() throws(FileError) -> (pickle: Pickle, value: Pickle.Value) {
        let name = folder + "data.pkl"
        let size = archive.size(of: name) ?? 0
        guard size <= Self.longestPickle else {
            throw .malformed(file: url.displayPath, item: "data.pkl", .unsupported("a description of \(size) bytes"))
        }
        let block = try archive.bytes(of: name, 0..<size)
        var unpickler = Unpickler(UnsafeRawBufferPointer(block.bytes), file: url.displayPath)
        let value = try withExtendedLifetime(block) { () throws(FileError) in try unpickler.value() }
        return (unpickler.pickle, value)
    }

    func size(of key: String) -> Int? { archive.size(of: folder + "data/" + key) }

    func bytes(
        of key: String, _ range: Range<Int>
    ) throws(FileError) -> (bytes: UnsafeMutableRawBufferPointer, owner: AnyObject) {
        let block = try archive.bytes(of: folder + "data/" + key, range)
        return (block.bytes, block)
    }
}
