import Files
import FoundationEssentials
import Glibc

/// A file or folder that a cell read or wrote, and the bytes it had.
struct FileUse: Equatable {
    /// Absolute, or `run:` and a path within the run's folder.
    let path: String
    /// What messages and the manifest call it.
    let name: String
    /// Of the file, or of every file in the folder.
    let digest: String

    static let ownPrefix = "run:"

    /// A path from the root of the file system, without `.` and `..`; nothing is looked up.
    static func absolute(_ path: String) -> String {
        let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    var isOwn: Bool { path.hasPrefix(Self.ownPrefix) }
}

/// What the code of one cell did with files.
struct FileLog {
    /// With the state of each just before it was read.
    var reads: [(path: String, name: String, stamp: FileStamp)] = []
    var patterns: [String] = []
    var writes: [String] = []
    /// Whether it looked at what no record can hold.
    var lookedOutside = false

    /// Whether the code itself wrote a path before.
    func hasWritten(_ path: String) -> Bool { writes.contains { path == $0 || path.hasPrefix($0 + "/") } }
}

/// Size, time and identity of a file, or of every file in a folder: tells cheaply whether it stayed as it was.
struct FileStamp: Equatable {
    private let marks: [[Int]]
    /// Whether all files are among them, and not only the first ``FilesBelow/most``.
    let isWhole: Bool

    init(_ path: String) {
        let below = FilesBelow(path)
        isWhole = below.isWhole
        marks = below.found.map { file in
            file.status.map { [Int($0.st_ino), Int($0.st_size), $0.st_mtim.tv_sec, $0.st_mtim.tv_nsec] } ?? []
        }
    }
}

/// Checksums of files, taken once a run.
final class FileDigests {
    private var known: [String: (name: String, files: [Manifest.Sealed])] = [:]
    /// The state of each path when its checksum was taken.
    private var stamps: [String: FileStamp] = [:]

    /// The files behind a path, each with the checksum of its bytes now.
    func sealed(_ path: String, as name: String) -> [Manifest.Sealed] {
        if let known = known[path], known.name == name { return known.files }
        stamps[path] = FileStamp(path)
        let files = Manifest.Sealed.all(at: path, as: name)
        known[path] = (name, files)
        return files
    }

    func digest(_ path: String, as name: String) throws -> String {
        try ValueDigest.of(sealed(path, as: name).flatMap { [String($0.path.dropFirst(name.count)), $0.sha256] })
    }

    /// What was taken of a path, of what is in it and of what it is in, means nothing any more.
    func forget(_ path: String) {
        known = known.filter { !($0.key == path || $0.key.hasPrefix(path + "/") || path.hasPrefix($0.key + "/")) }
    }

    /// Whether a path is no longer as it was when its checksum was taken; false for one of which none was.
    func hasChanged(_ path: String) -> Bool { stamps[path].map { $0.isWhole && $0 != FileStamp(path) } ?? false }

    /// Which files a pattern of the shell names.
    static func matches(_ pattern: String) throws -> String {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return try ValueDigest.of([]) }
        return try ValueDigest.of((0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } })
    }
}
