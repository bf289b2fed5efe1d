import FoundationEssentials
import Glibc

/// A file that appears whole or not at all: bytes go to a temporary file in the same folder, and ``commit()`` flushes
/// it to the disk and renames it over the target. A file object that goes away uncommitted takes its temporary file
/// with it, and what stood at the target before is untouched.
///
/// Where the file system can, the temporary file has no name until it is whole, so that a process that is killed leaves
/// nothing behind; elsewhere it is a hidden `.name.process-number.part`.
///
/// A symbolic link is followed, so that the file it names is replaced and not the link. A target that is not a regular
/// file (`/dev/stdout`, a named pipe) is written directly.
public final class AtomicFile {
    /// The file that will exist after ``commit()``.
    public let url: URL
    private var descriptor: Int32
    /// Nil when the target is written directly, and while the temporary file has no name.
    private var temporaryPath: String?
    private var isNameless = false
    private let targetPath: String
    private var length = 0
    private var reserved = 0

    /// Opens the temporary file.
    /// - Throws: ``FileError/system(_:path:code:)`` if it can't be created: no such folder, no permission,
    ///   a read-only file system, or a folder standing at the target.
    public init(_ url: URL) throws(FileError) {
        self.url = url
        let given = url.path
        targetPath = realPath(given) ?? given
        var status = stat()
        let exists = stat(targetPath, &status) == 0
        let type = status.st_mode & S_IFMT
        if exists && type == S_IFDIR { throw .system(.write, path: url.displayPath, code: EISDIR) }
        if exists && type != S_IFREG {
            descriptor = open(targetPath, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .system(.write, path: url.displayPath, code: errno) }
            return
        }
        descriptor = Self.canName ? open(Self.folder(of: targetPath), Self.nameless | O_WRONLY | O_CLOEXEC, 0o666) : -1
        isNameless = descriptor >= 0
        // Some file systems have no such files, and some kernels take the flag for that of a folder.
        if !isNameless {
            withFreeName { path in
                descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
                return descriptor >= 0
            }
        }
        guard descriptor >= 0 else {
            throw .system(.create, path: url.displayPath, code: errno)
        }
        // A file that is replaced keeps its permissions.
        if exists { fchmod(descriptor, status.st_mode & 0o7777) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if let temporaryPath { unlink(temporaryPath) }
    }

    /// Sets room aside for a large file, so that a disk that is too full is found out before anything is written.
    public func reserve(_ byteCount: Int) throws(FileError) {
        guard temporaryPath != nil || isNameless, byteCount > 0 else { return }
        let code = posix_fallocate(descriptor, 0, byteCount)
        // Other failures mean that this file system can't promise; writing will tell.
        if [ENOSPC, EDQUOT, EFBIG].contains(code) { throw .system(.write, path: url.displayPath, code: code) }
        reserved = byteCount
    }

    /// Appends bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Linux writes at most 2 GiB less a page at a time; smaller pieces also keep an interrupt near.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 26))
            let written = Glibc.write(descriptor, piece.baseAddress, piece.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw .system(.write, path: url.displayPath, code: errno)
            }
            rest = rest.dropFirst(written)
            length += written
        }
    }

    /// Appends bytes.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FileError) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Appends a text in UTF-8.
    public func write(_ text: String) throws(FileError) {
        try write(Array(text.utf8))
    }

    /// Flushes the bytes to the disk and gives the file its name. After an error the target is as it was.
    ///
    /// - Parameter lasting: false leaves flushing to the system, for files that are written again and again: whatever
    ///   ends the process they are whole, but a power cut may take them.
    public func commit(lasting: Bool = true) throws(FileError) {
        defer {
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
        guard temporaryPath != nil || isNameless else { return }
        let isLong = reserved > length
        guard !isLong || ftruncate(descriptor, length) == 0, !lasting || fsync(descriptor) == 0 else {
            throw .system(.write, path: url.displayPath, code: errno)
        }
        if isNameless {
            let own = "/proc/self/fd/\(descriptor)"
            withFreeName { linkat(AT_FDCWD, own, AT_FDCWD, $0, AT_SYMLINK_FOLLOW) == 0 }
        }
        guard let path = temporaryPath, rename(path, targetPath) == 0 else {
            throw .system(.rename, path: url.displayPath, code: errno)
        }
        temporaryPath = nil
        guard lasting else { return }
        // The new name is on the disk once the folder is; where a folder can't be synced the file is complete anyway.
        let folder = open(Self.folder(of: targetPath), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    /// Writes a whole file.
    ///
    /// - Parameter lasting: as in ``commit(lasting:)``.
    public static func write(_ bytes: [UInt8], to url: URL, lasting: Bool = true) throws(FileError) {
        let file = try AtomicFile(url)
        try file.write(bytes)
        try file.commit(lasting: lasting)
    }

    /// Writes a whole text file in UTF-8.
    public static func write(_ text: String, to url: URL) throws(FileError) {
        try write(Array(text.utf8), to: url)
    }

    /// The system's O_TMPFILE, which Swift does not import.
    private static let nameless = 0o20000000 | O_DIRECTORY
    /// Whether a file without a name can get one, which goes by this folder.
    private static let canName = access("/proc/self/fd", X_OK) == 0

    private static func folder(of path: String) -> String {
        let folder = split(path).folder
        return folder.isEmpty ? "." : folder
    }

    /// Calls `take` with names of temporary files beside the target until one is free, which it then has.
    private func withFreeName(_ take: (String) -> Bool) {
        let (folder, name) = Self.split(targetPath)
        for attempt in 0..<1000 {
            let path = "\(folder).\(name.prefix(200)).\(getpid())-\(attempt).part"
            if take(path) {
                temporaryPath = path
                return
            }
            if errno != EEXIST { return }
        }
    }

    /// The folder with its closing slash (or nothing, for the current one), and the name in it.
    private static func split(_ path: String) -> (folder: String, name: Substring) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path[...]) }
        return (String(path[...slash]), path[path.index(after: slash)...])
    }
}

/// The path without symbolic links, or nil if there is no such file.
private func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

extension URL {
    /// The path as the user gave it, for messages.
    package var displayPath: String { relativePath.isEmpty ? path : relativePath }
}
