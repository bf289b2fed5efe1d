import FoundationEssentials
import Glibc

/// What folders hold.
enum Folder {
    /// Whether the path is a folder (or a link to one).
    static func isFolder(_ url: URL) -> Bool {
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
