import Basics
import Files
import Foundation
import Language
import Notebook

/// Where relative paths lead. What a user names counts from where the user stands: the current folder. What a recipe's
/// run writes goes into the run's folder, so that a replayed recipe keeps its results together.
enum FileLocation {
    /// A file or folder to be written.
    ///
    /// - Parameter parameter: the one that names it.
    /// - Throws: `RhumbError` for a relative path that leads out of the run's folder, and for any path out of it where
    ///   code may not write elsewhere.
    static func output(_ parameter: String, _ call: Arguments) throws -> URL {
        let path = try call.string(parameter)
        let url = place(path, call)
        if let folder = call.host.outputFolder, !isAbsolute(path), !isInside(url, folder) {
            throw call.failure(
                parameter, "the relative path '\(path)' must stay inside the run's folder",
                hint: "give an absolute path for what lies elsewhere")
        }
        if let folder = (call.host as? any ConfiningHost)?.onlyFolder, !isInside(url, folder) {
            throw call.failure(
                parameter, "'rhumb check' lets a recipe write only into its run's folder, where '\(path)' is not",
                hint: "give a relative path, or run the recipe with 'rhumb run'")
        }
        try confined(parameter, call) { try (call.host as? any ConfiningHost)?.mayWrite(url.path) }
        call.host.willWrite(url.path)
        return url
    }

    /// A file to be read, of which the host is told: one that the run has written itself goes before one of the same
    /// name in the current folder.
    ///
    /// - Parameter part: the file of a folder that tells whether it is another one; nil for the whole of it.
    /// - Throws: `RhumbError` for a verb that doesn't declare that it reads files.
    static func input(_ path: String, part: String? = nil, _ call: Arguments) throws -> URL {
        let url = existing(path, call)
        try call.willRead(part.map { url.appendingPathComponent($0).path } ?? url.path)
        return url
    }

    /// The files that a pattern of the shell names, in order; nil for a path that is a file's or holds no pattern. The
    /// host is told of the pattern, and of each file as ``input(_:part:_:)`` opens it.
    ///
    /// - Throws: `RhumbError` for a pattern that no file matches.
    static func matches(_ pattern: String, _ call: Arguments) throws -> [String]? {
        let url = existing(pattern, call)
        guard pattern.contains(where: { "*?[".contains($0) }), !FileManager.default.fileExists(atPath: url.path) else {
            return nil
        }
        try confined("path", call) { try call.host.mayRead(String(url.path.prefix { !"*?[".contains($0) })) }
        call.host.willMatch(url.path)
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(url.relativePath, 0, nil, &found) == 0, let paths = found.gl_pathv else {
            throw call.failure("path", "no file matches '\(url.relativePath)'")
        }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }

    /// What safe mode refuses, at the argument that names it.
    static func confined(_ parameter: String, _ call: Arguments, _ check: () throws -> Void) throws {
        do { try check() } catch let error as RhumbError {
            throw call.failure(parameter, error.message, hint: error.hint)
        }
    }

    /// Where a path leads, before the host is told of it.
    static func existing(_ path: String, _ call: Arguments) -> URL {
        let written = place(path, call)
        return FileManager.default.fileExists(atPath: written.path) ? written : url(path)
    }

    /// Writes into a folder that need not exist. When writing fails, the folders that were made for it go again.
    static func makingFolder(of url: URL, _ write: () throws -> Void) throws {
        var missing: [URL] = []
        var folder = url.deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            missing.append(folder)
            folder = folder.deletingLastPathComponent()
        }
        for folder in missing.reversed() where mkdir(folder.path, 0o777) != 0 && errno != EEXIST {
            throw FileError.system(.create, path: folder.relativePath, code: errno)
        }
        do {
            try write()
        } catch {
            // One in which something lies stays.
            for folder in missing { rmdir(folder.path) }
            throw error
        }
    }

    private static func place(_ path: String, _ call: Arguments) -> URL {
        guard !isAbsolute(path), let folder = call.host.outputFolder else { return url(path) }
        return URL(fileURLWithPath: folder).appendingPathComponent(path)
    }

    private static func isAbsolute(_ path: String) -> Bool { path.hasPrefix("/") || path.hasPrefix("~") }

    private static func isInside(_ url: URL, _ folder: String) -> Bool {
        let own = URL(fileURLWithPath: folder).standardizedFileURL.path
        return url.standardizedFileURL.path.hasPrefix(own.hasSuffix("/") ? own : own + "/")
    }

    private static func url(_ path: String) -> URL {
        URL(fileURLWithPath: path.hasPrefix("~") ? NSString(string: path).expandingTildeInPath : path)
    }
}
