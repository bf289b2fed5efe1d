import Checkpoint
import FoundationEssentials
import Glibc

/// The folder a run leaves behind. Every file in it appears whole or not at all.
public final class RunFolder {
    public let url: URL
    /// As messages and notes name it.
    public let path: String

    /// Held open as long as this object lives, since the lock is.
    private let lock: FolderLock?

    private init(_ path: String) throws {
        self.path = path
        url = URL(filePath: path, directoryHint: .isDirectory)
        lock = try FolderLock(path)
    }

    /// A new folder `<parent>/<name>-<date>-<time>`; a second one within the second gets `-2`.
    ///
    /// - Throws: `CheckpointError` when it can't be made.
    public static func create(in parent: String, name: String, date: Date) throws -> RunFolder {
        try makeFolder(parent)
        let stamp = Timestamp(date).forFileName
        for attempt in 1... {
            let path = "\(parent)/\(name)-\(stamp)" + (attempt == 1 ? "" : "-\(attempt)")
            if mkdir(path, 0o777) == 0 { return try RunFolder(path) }
            if errno != EEXIST { throw CheckpointError.system(.create, path: path, code: errno) }
        }
        throw CheckpointError.system(.create, path: parent, code: EEXIST)
    }

    /// The folder a user named for one run. What an earlier run left in it is replaced; other files are not touched.
    ///
    /// - Throws: `RunError.folderInUse` when it holds files but no manifest, `RunError.folderLocked` when another run is
    ///   writing into it; `CheckpointError` when it can't be made.
    public static func open(_ path: String) throws -> RunFolder {
        try makeFolder(path)
        let folder = try RunFolder(path)
        let present = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        if present.isEmpty { return folder }
        // A run that was killed at once has not even left a manifest.
        guard present.contains(Manifest.fileName) || present.allSatisfy({ owned.contains($0) || isLeftover($0) }) else {
            throw RunError.folderInUse(path)
        }
        for name in present where owned.contains(name) || isLeftover(name) {
            try? FileManager.default.removeItem(at: folder.url.appending(path: name))
        }
        return folder
    }

    /// Half-written files of a process that was killed.
    private static func isLeftover(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".part") }

    /// Takes a file away, where there is one.
    func remove(_ name: String) { try? FileManager.default.removeItem(at: url.appending(path: name)) }

    private func removeLeftovers(in name: String = "") {
        let folder = name.isEmpty ? url : url.appending(path: name)
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
            if Self.isLeftover(file) { try? FileManager.default.removeItem(at: folder.appending(path: file)) }
        }
    }

    /// The folder of a run that is to go on.
    ///
    /// - Throws: `RunError.notARun`, `RunError.folderLocked`.
    public static func reopen(_ path: String) throws -> RunFolder {
        guard FileManager.default.fileExists(atPath: path + "/" + Manifest.fileName) else { throw RunError.notARun(path) }
        let folder = try RunFolder(path)
        for name in ["", figures, tables, cells] { folder.removeLeftovers(in: name) }
        folder.remove(progress)
        return folder
    }

    static let figures = "figures", tables = "tables", cells = "cells", values = "values.json", transcript = "transcript.md"
    static let checkpoints = "checkpoints", tensors = "values.safetensors"
    static let progress = "progress.json", latestPictures = "latest.png"
    private static let copies = (markdown: "recipe.md", script: "recipe.rhumb")
    private static let owned =
        [
            figures, tables, cells, values, tensors, transcript, checkpoints, progress, latestPictures, copies.markdown,
            copies.script, Manifest.fileName,
        ]
        + ["html", "md", "ipynb"].map { "report." + $0 }

    /// What the run folder calls its copy of a recipe.
    package static func copy(of recipe: String) -> String {
        Recipe.isMarkdown(recipe) ? copies.markdown : copies.script
    }

    /// Writes a file, its folder included.
    ///
    /// - Parameters:
    ///   - name: relative to the run folder, `figures/01-sweep.png`.
    ///   - lasting: false for what will be written again soon.
    public func write(_ bytes: [UInt8], to name: String, lasting: Bool = true) throws {
        try makeFolder(for: name)
        try AtomicFile.write(bytes, to: url.appending(path: name), lasting: lasting)
    }

    public func write(_ text: String, to name: String, lasting: Bool = true) throws {
        try write(Array(text.utf8), to: name, lasting: lasting)
    }

    /// Makes the folder that a file of this name belongs into.
    func makeFolder(for name: String) throws {
        guard let slash = name.lastIndex(of: "/") else { return }
        try Self.makeFolder(path + "/" + name[..<slash])
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw CheckpointError.system(.create, path: path, code: ENOTDIR)
            }
            return
        }
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if !parent.isEmpty { try makeFolder(parent) }
        if mkdir(path, 0o777) != 0, errno != EEXIST { throw CheckpointError.system(.create, path: path, code: errno) }
    }
}

/// A point in time in the two spellings a run needs.
package struct Timestamp {
    /// This moment as file names have it.
    package static var now: String { Timestamp(Date()).forFileName }

    private let parts: tm
    private let offset: Int

    init(_ date: Date) {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        localtime_r(&seconds, &parts)
        self.parts = parts
        offset = parts.tm_gmtoff
    }

    /// `20250131-142501`, in local time.
    var forFileName: String { text("%Y%m%d-%H%M%S") }

    /// ISO 8601 with the offset from UTC, `2025-01-31T14:25:01+01:00`.
    var iso: String {
        let minutes = abs(offset) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return text("%Y-%m-%dT%H:%M:%S") + (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
    }

    private func text(_ format: String) -> String {
        var parts = parts
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
