import FoundationEssentials
import Glibc

/// A file's bytes in memory without reading them first. The mapping is private: writing to the bytes changes this
/// process's copy of the page and never the file.
///
/// The file must not be cut short while it is mapped; the operating system ends a process that then touches the
/// missing part. Writers that rename a new file into place, as ``AtomicFile`` does, are safe.
public final class MappedFile {
    /// Where the bytes come from.
    public let url: URL
    /// The file's bytes, page-aligned; valid as long as this object lives.
    public let bytes: UnsafeMutableRawBufferPointer

    /// Maps a regular file.
    /// - Throws: ``CheckpointError/system(_:path:code:)`` if it is missing, unreadable or a folder.
    public init(_ url: URL) throws(CheckpointError) {
        self.url = url
        let path = url.path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(.open, path: url.displayPath, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(.read, path: url.displayPath, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw .system(.read, path: url.displayPath, code: isFolder ? EISDIR : ENODEV)
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            return
        }
        let flags = MAP_PRIVATE | MAP_NORESERVE
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, flags, descriptor, 0), start != MAP_FAILED else {
            throw .system(.read, path: url.displayPath, code: errno)
        }
        bytes = UnsafeMutableRawBufferPointer(start: start, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(start, bytes.count) }
    }
}
