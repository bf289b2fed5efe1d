import FoundationEssentials
import Glibc

/// A file, or all that a folder holds at any depth, hidden names left out; links are followed, but not in a circle.
struct FilesBelow {
    struct Found {
        /// From the path on: empty for itself, `/a/b` below it.
        let suffix: String
        /// Nil for what is not there, or can't be looked at.
        let status: stat?

        var isFolder: Bool { status.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }
        var isFile: Bool { status.map { $0.st_mode & S_IFMT == S_IFREG } ?? false }
    }

    /// A model has some tens of files. Somebody who names `/` or a home folder by mistake does not want all of it read.
    static let most = 10_000

    /// Each folder before what is in it, names in order.
    private(set) var found: [Found] = []
    /// False when there are more than ``most``.
    private(set) var isWhole = true

    init(_ path: String) { add(path, "", within: []) }

    private mutating func add(_ path: String, _ suffix: String, within folders: [stat]) {
        guard found.count < Self.most else { return isWhole = false }
        var status = stat()
        guard stat(path, &status) == 0 else { return found.append(Found(suffix: suffix, status: nil)) }
        found.append(Found(suffix: suffix, status: status))
        guard found[found.count - 1].isFolder,
            !folders.contains(where: { $0.st_ino == status.st_ino && $0.st_dev == status.st_dev })
        else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names.sorted() where !name.hasPrefix(".") && isWhole {
            add(path + "/" + name, suffix + "/" + name, within: folders + [status])
        }
    }
}
