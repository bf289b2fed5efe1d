import Glibc

/// Keeps other runs out of a folder as long as it lives.
///
/// The lock is on the folder itself: it leaves no file behind, and the kernel lifts it however the process ends.
final class FolderLock {
    private let descriptor: Int32

    /// - Returns: nil where the file system knows no locks; two runs at once are then the user's own business.
    /// - Throws: `RunError.folderLocked` while another run holds it.
    init?(_ path: String) throws(RunError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var reason: Int32 = 0
        // Whoever looks whether the folder is in use holds it for a moment.
        for _ in 0..<10 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            reason = errno
            guard reason == EWOULDBLOCK else { break }
            usleep(5000)
        }
        close(descriptor)
        if reason == EWOULDBLOCK { throw .folderLocked(path) }
        return nil
    }

    deinit { close(descriptor) }

    /// Whether a run is writing into a folder; nil where that can't be told.
    static func isHeld(_ path: String) -> Bool? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return false }
        return errno == EWOULDBLOCK ? true : nil
    }
}
