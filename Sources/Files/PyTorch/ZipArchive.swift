import CZip
import FoundationEssentials
import Glibc

/// The entries of a zip archive whose bytes lie in it as they are, which is how PyTorch writes them.
final class ZipArchive {
    private let url: URL
    private let archive: OpaquePointer
    /// Number and size of each entry, by its name.
    private var entries: [String: (index: zip_uint64_t, size: Int)] = [:]

    /// Opens the archive and checks its directory.
    /// - Parameter skips: names of entries that nobody will ask for, which may be compressed.
    /// - Throws: ``FileError`` naming the file, and the entry that is wrong.
    init(_ url: URL, skipping skips: (String) -> Bool = { _ in false }) throws(FileError) {
        self.url = url
        var code: Int32 = 0
        guard let archive = zip_open(url.path, ZIP_RDONLY | ZIP_CHECKCONS, &code) else {
            var error = zip_error_t()
            zip_error_init_with_code(&error, code)
            defer { zip_error_fini(&error) }
            throw .malformed(
                file: url.displayPath, item: nil, .brokenArchive(String(cString: zip_error_strerror(&error))))
        }
        self.archive = archive
        for index in 0..<zip_uint64_t(max(0, zip_get_num_entries(archive, 0))) {
            try addEntry(index, skips)
        }
    }

    deinit { zip_discard(archive) }

    private func addEntry(_ index: zip_uint64_t, _ skips: (String) -> Bool) throws(FileError) {
        var status = zip_stat_t()
        guard zip_stat_index(archive, index, 0, &status) == 0, let name = status.name.map({ String(cString: $0) })
        else {
            throw problem(nil)
        }
        if skips(name) { return }
        guard status.comp_method == ZIP_CM_STORE, status.encryption_method == ZIP_EM_NONE,
            status.size == status.comp_size, let size = Int(exactly: status.size)
        else {
            throw .malformed(
                file: url.displayPath, item: name, .unsupported("an entry that is compressed or encrypted"))
        }
        guard entries.updateValue((index, size), forKey: name) == nil else {
            throw .malformed(file: url.displayPath, item: name, .nameTwice)
        }
    }

    var names: some Collection<String> { entries.keys }

    /// Bytes of an entry; nil where there is none of that name.
    func size(of name: String) -> Int? { entries[name]?.size }

    /// Some bytes of an entry. Reading all of them also compares its checksum.
    /// - Parameter range: within the entry.
    func bytes(of name: String, _ range: Range<Int>) throws(FileError) -> ByteBlock {
        guard let entry = entries[name], range.upperBound <= entry.size, let block = ByteBlock(count: range.count)
        else {
            throw .system(.read, path: url.displayPath, code: ENOMEM)
        }
        guard let file = zip_fopen_index(archive, entry.index, 0) else { throw problem(name) }
        defer { zip_fclose(file) }
        if range.lowerBound > 0, zip_fseek(file, zip_int64_t(range.lowerBound), SEEK_SET) != 0 { throw problem(name) }
        var done = 0
        while done < range.count {
            let count = zip_fread(file, block.bytes.baseAddress! + done, zip_uint64_t(range.count - done))
            guard count > 0 else { throw fileProblem(file, name) }
            done += Int(count)
        }
        if range == 0..<entry.size {
            var byte: UInt8 = 0
            guard zip_fread(file, &byte, 1) == 0 else { throw fileProblem(file, name) }
        }
        return block
    }

    private func problem(_ item: String?) -> FileError {
        .malformed(file: url.displayPath, item: item, .brokenArchive(String(cString: zip_strerror(archive))))
    }

    private func fileProblem(_ file: OpaquePointer, _ item: String) -> FileError {
        .malformed(file: url.displayPath, item: item, .brokenArchive(String(cString: zip_file_strerror(file))))
    }
}

/// Memory that lives as long as somebody looks at it, aligned for any element.
final class ByteBlock {
    let bytes: UnsafeMutableRawBufferPointer

    /// - Returns: nil when memory lacks.
    init?(count: Int) {
        var start: UnsafeMutableRawPointer?
        guard posix_memalign(&start, 64, max(count, 1)) == 0, let start else { return nil }
        bytes = UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    deinit { free(bytes.baseAddress) }
}
