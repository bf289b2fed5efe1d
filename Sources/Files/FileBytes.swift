import FoundationEssentials
import Glibc

/// A file's bytes in memory, page-aligned. Writing to them never changes the file.
///
/// They are a copy, which no change of the file reaches any more. Only a large file of a model's weights is looked at
/// where it is, so that processes share its pages; `MappedFiles.check()` tells when such a file was changed.
public final class FileBytes {
    /// Where the bytes come from.
    public let url: URL
    /// Valid as long as this object lives.
    public let bytes: UnsafeMutableRawBufferPointer
    /// Whether they are a private mapping of the file rather than a copy.
    let isMapped: Bool

    /// Smaller files are always copied: that takes a moment, and afterwards nothing can happen to them.
    nonisolated(unsafe) package static var leastMapped = 64 << 20

    /// Reads a regular file.
    /// - Parameter mapsLargeFiles: whether a file of at least `leastMapped` bytes is mapped instead.
    /// - Throws: ``FileError`` if it is missing, unreadable, a folder, larger than the machine's memory, or
    ///   changed while it was read.
    public init(_ url: URL, mapsLargeFiles: Bool = false) throws(FileError) {
        self.url = url
        let file = url.displayPath
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(.open, path: file, code: errno) }
        var keepsOpen = false
        defer { if !keepsOpen { close(descriptor) } }
        let state = try FileState(descriptor, file: file)
        guard state.type == S_IFREG else {
            throw .system(.read, path: file, code: state.type == S_IFDIR ? EISDIR : ENODEV)
        }
        isMapped = mapsLargeFiles && state.size >= max(Self.leastMapped, 1)
        guard state.size > 0 else {
            bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            return
        }
        guard isMapped || state.size <= Self.memory else { throw .system(.read, path: file, code: ENOMEM) }
        let flags = MAP_PRIVATE | MAP_NORESERVE | (isMapped ? 0 : MAP_ANONYMOUS)
        let start = mmap(nil, state.size, PROT_READ | PROT_WRITE, flags, isMapped ? descriptor : -1, 0)
        guard let start, start != MAP_FAILED else { throw .system(.read, path: file, code: errno) }
        bytes = UnsafeMutableRawBufferPointer(start: start, count: state.size)
        if isMapped {
            keepsOpen = true
            MappedFiles.add(bytes, descriptor, state, file: file)
        } else {
            do throws(FileError) {
                try Self.fill(bytes, from: descriptor, file: file)
                guard try FileState(descriptor, file: file) == state else {
                    throw .changed(file: file, isLoaded: false)
                }
            } catch {
                munmap(start, state.size)
                throw error
            }
        }
    }

    deinit {
        guard let start = bytes.baseAddress else { return }
        if isMapped { MappedFiles.remove(start) }
        munmap(start, bytes.count)
    }

    private static func fill(
        _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, file: String
    ) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let count = read(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(.read, path: file, code: errno) }
            guard count > 0 else { throw .changed(file: file, isLoaded: false) }
            done += count
        }
    }

    /// Bytes of memory that the machine has.
    static let memory = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
}

/// What tells that a file was changed in place.
struct FileState: Equatable {
    let type: mode_t
    let size: Int
    private let seconds, nanoseconds: Int

    init(_ descriptor: Int32, file: String) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(.read, path: file, code: errno) }
        type = status.st_mode & S_IFMT
        (size, seconds, nanoseconds) = (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
}
