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
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
        let reason = errno
        close(descriptor)
        if reason == EWOULDBLOCK { throw .folderLocked(path) }
        return nil
    }

    deinit { close(descriptor) }
}
