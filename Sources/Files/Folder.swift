import FoundationEssentials
import Glibc

/// What folders hold, and making them.
package enum Folder {
    /// Makes a folder, and those above it that are missing; one that is there stays as it is.
    /// - Throws: ``FileError`` naming the folder that can't be made.
    package static func make(_ url: URL) throws(FileError) {
        if mkdir(url.path, 0o777) == 0 { return }
        switch errno {
        case EEXIST:
            if isFolder(url) { return }
            throw .notWritable(file: url.displayPath, item: nil, reason: "a file of that name is in the way")
        case ENOENT where url.path != "/":
            try make(url.deletingLastPathComponent())
            if mkdir(url.path, 0o777) == 0 || errno == EEXIST && isFolder(url) { return }
            throw .system(.create, path: url.displayPath, code: errno)
        case let code: throw .system(.create, path: url.displayPath, code: code)
        }
    }

    /// Whether the path is a folder (or a link to one).
    package static func isFolder(_ url: URL) -> Bool {
        var status = stat()
        return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, sorted, without hidden ones.
    static func names(in url: URL) throws(FileError) -> [String] {
        guard let handle = opendir(url.path) else { throw .system(.list, path: url.displayPath, code: errno) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
