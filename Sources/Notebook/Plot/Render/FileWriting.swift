import Foundation

/// Writing files so that nobody sees half of one. Errors name the file and say what the system said.
enum FileWriting {
    static func makeFolder(_ path: String) throws(PlotError) {
        if mkdir(path, 0o777) == 0 || errno == EEXIST {
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
                throw .unwritable(path: path, reason: "a file of that name is in the way")
            }
            return
        }
        guard errno == ENOENT, case let parent = (path as NSString).deletingLastPathComponent, parent != path,
            !parent.isEmpty
        else { throw failure(path) }
        try makeFolder(parent)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure(path) }
    }

    /// Creates or replaces a file; on failure it is removed again.
    static func write(_ bytes: [UInt8], to path: String) throws(PlotError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = failure(path)
                close(descriptor)
                unlink(path)
                throw error
            }
            written += count
        }
        // A full disk or quota may only show here.
        guard close(descriptor) == 0 else {
            let error = failure(path)
            unlink(path)
            throw error
        }
    }

    /// Writes under a temporary name and renames, so that an error leaves an older file as it was.
    static func replace(_ path: String, with bytes: [UInt8]) throws(PlotError) {
        let url = URL(fileURLWithPath: path)
        let temporary = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent)-\(getpid())")
            .path
        try makeFolder(url.deletingLastPathComponent().path)
        defer { unlink(temporary) }
        try write(bytes, to: temporary)
        try move(temporary, to: url.path)
    }

    static func move(_ source: String, to target: String) throws(PlotError) {
        guard rename(source, target) == 0 else { throw failure(target) }
    }

    private static func failure(_ path: String) -> PlotError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}
