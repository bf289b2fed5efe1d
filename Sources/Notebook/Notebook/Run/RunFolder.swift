import Files
import FoundationEssentials
import Glibc

/// The folder a run leaves behind. Every file in it appears whole or not at all, under the name that is asked for: a
/// symbolic link that stands there is replaced, never followed.
public final class RunFolder {
    public let url: URL
    /// As messages and notes name it.
    public let path: String
    /// Names of what the run has put here, relative to the folder, in the order they came; a folder with a slash at its
    /// end is the run's as a whole.
    private(set) var names: [String]
    private var known: Set<String>
    /// Called when the run takes a folder for its own, so that the manifest says so before anything is in it.
    var didTakeFolder: () throws -> Void = {}
    /// Held open as long as this object lives, since the lock is.
    private let lock: FolderLock?

    /// - Throws: `RunError.folderLocked` when another run is writing into it.
    init(_ path: String) throws {
        self.path = path
        url = URL(filePath: path, directoryHint: .isDirectory)
        names = Self.standard
        known = Set(names)
        lock = try FolderLock(path)
    }

    static let figures = "figures", tables = "tables", cells = "cells", values = "values.json",
        transcript = "transcript.md"
    static let checkpoints = "checkpoints", tensors = "values.safetensors"
    static let progress = "progress.json", latestPictures = "latest.png"
    private static let copies = (markdown: "recipe.md", script: "recipe.rhumb")
    /// What lies in every run's folder, sooner or later.
    private static let standard =
        [Manifest.fileName, copies.markdown, copies.script, transcript, values, tensors, progress, latestPictures]
        + ["html", "md", "ipynb"].map { "report." + $0 }

    /// What the run folder calls its copy of a recipe.
    package static func copy(of recipe: String) -> String {
        Recipe.isMarkdown(recipe) || Recipe.isNotebook(recipe) ? copies.markdown : copies.script
    }

    // MARK: What belongs to the run

    /// Takes note of a file or folder that the run is about to write.
    func note(_ name: String) {
        if known.insert(name).inserted { names.append(name) }
    }

    /// Takes note of a path that code is about to write, where it lies in this folder.
    func note(path other: String) {
        let own = FileUse.absolute(path) + "/"
        if other.hasPrefix(own) { note(String(other.dropFirst(own.count))) }
    }

    /// Takes note of a folder whose whole contents are the run's.
    func take(_ name: String) throws {
        guard !known.contains(name + "/") else { return }
        note(name + "/")
        try didTakeFolder()
    }

    /// Every file of the run by its own name, and its whole folders.
    var contents: [String] {
        names.flatMap { name -> [String] in
            if name.hasSuffix("/") { return [name] }
            return FileKind(of: path + "/" + name) == .folder
                ? CellKeeper.files(below: path + "/" + name, name + "/") : [name]
        }
    }

    // MARK: Writing

    /// Writes a file, its folder included.
    ///
    /// - Parameters:
    ///   - name: relative to the run folder, `figures/01-sweep.png`.
    ///   - lasting: false for what will be written again soon.
    public func write(_ bytes: [UInt8], to name: String, lasting: Bool = true) throws {
        try AtomicFile.write(bytes, to: place(name), lasting: lasting)
    }

    public func write(_ text: String, to name: String, lasting: Bool = true) throws {
        try write(Array(text.utf8), to: name, lasting: lasting)
    }

    /// Where a file of this name is written; its folder is there, and no link is.
    ///
    /// - Throws: `RunError.linkInFolder` when a folder above it is a symbolic link, which would lead out of this one.
    func place(_ name: String) throws -> URL {
        note(name)
        var above = ""
        for part in name.split(separator: "/").dropLast() {
            above += (above.isEmpty ? "" : "/") + part
            guard FileKind(of: path + "/" + above) != .link else { throw RunError.linkInFolder(path + "/" + above) }
        }
        if !above.isEmpty { try Self.makeFolder(path + "/" + above) }
        Self.removeLink(path + "/" + name)
        return url.appending(path: name)
    }

    /// Takes a symbolic link away that stands where a file of the run belongs.
    package static func removeLink(_ path: String) {
        if FileKind(of: path) == .link { unlink(path) }
    }

    /// Takes a file away, where there is one.
    func remove(_ name: String) { unlink(path + "/" + name) }

    /// Makes a folder and those above it.
    package static func makeFolder(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError.system(.create, path: path, code: ENOTDIR)
            }
            return
        }
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if !parent.isEmpty { try makeFolder(parent) }
        if mkdir(path, 0o777) != 0, errno != EEXIST { throw FileError.system(.create, path: path, code: errno) }
    }

    /// The manifest of a run that has ended badly, on a disk that may be full: what serves only those who watch makes
    /// room for it, and where even that is too little, its status is changed in place.
    func insist(_ manifest: Manifest) {
        let text = manifest.text()
        if (try? write(text, to: Manifest.fileName)) != nil { return }
        for name in [Self.progress, Self.latestPictures] { remove(name) }
        if (try? write(text, to: Manifest.fileName)) != nil { return }
        Manifest.markFailed(inPlace: path + "/" + Manifest.fileName)
    }
}

/// What stands at a path, symbolic links not followed.
enum FileKind {
    case file, folder, link, other

    /// Nil where there is nothing.
    init?(of path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFLNK: self = .link
        default: self = .other
        }
    }
}
