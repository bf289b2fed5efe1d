import Glibc

/// Completion of paths.
enum FileNames {
    /// Folders, and files with one of the suffixes (all when there are none), that a path may go on to.
    static func matching(_ path: String, suffixes: [String]) -> [Completion.Candidate] {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        guard let stream = opendir(folder.isEmpty ? "." : expanded(folder)) else { return [] }
        defer { closedir(stream) }
        let showsHidden = path.dropFirst(folder.count).hasPrefix(".")
        var found: [Completion.Candidate] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix("."), !showsHidden || name == "." || name == ".." { continue }
            let isFolder = isFolder(expanded(folder + name))
            guard isFolder || suffixes.isEmpty || suffixes.contains(where: { name.hasSuffix("." + $0) }) else {
                continue
            }
            found.append(.init(text: folder + name + (isFolder ? "/" : ""), summary: ""))
        }
        return found.sorted { $0.text < $1.text }
    }

    private static func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
        return String(cString: home) + path.dropFirst()
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
