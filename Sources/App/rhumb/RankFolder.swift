import Basics
import Files
import Foundation
import Glibc

/// The folder of a rank other than the first, in the place for temporary files.
///
/// It is locked as long as its process lives, so that one that was killed leaves a folder that others know to be
/// nobody's.
struct RankFolder {
    let path: String
    /// Of the lock; the kernel closes it with the process.
    private let descriptor: Int32

    private static let prefix = "rhumb-rank-"

    /// A new one.
    init(in place: String = FileManager.default.temporaryDirectory.path) throws {
        var name = Array((place + "/" + Self.prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&name) != nil else { throw FileError.system(.create, path: place, code: errno) }
        path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // Where the file system knows no locks, nobody takes it for abandoned.
        if descriptor >= 0 { flock(descriptor, LOCK_EX | LOCK_NB) }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Takes another rank's away, that may have been killed.
    static func remove(of rank: String) {
        guard rank.contains("/" + prefix) else { return }
        try? FileManager.default.removeItem(atPath: rank)
    }

    /// Takes away what ranks of this user have left that were killed on this machine: folders a minute old at least
    /// that nobody has locked.
    static func removeAbandoned(in place: String = FileManager.default.temporaryDirectory.path) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        for name in names where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6 {
            let path = place + "/" + name
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var status = stat()
            // Whoever has just made one may not have come to lock it.
            guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
                time(nil) - status.st_mtim.tv_sec >= 60, flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
