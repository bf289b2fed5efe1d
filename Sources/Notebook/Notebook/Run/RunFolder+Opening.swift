import Files
import FoundationEssentials
import Glibc

extension RunFolder {
    /// A new folder `<parent>/<name>-<date>-<time>`; a second one within the second gets `-2`.
    ///
    /// - Throws: `FileError` when it can't be made.
    public static func create(in parent: String, name: String, date: Date) throws -> RunFolder {
        try makeFolder(parent)
        let stamp = Timestamp(date).forFileName
        for attempt in 1... {
            let path = "\(parent)/\(name)-\(stamp)" + (attempt == 1 ? "" : "-\(attempt)")
            if mkdir(path, 0o777) == 0 { return try RunFolder(path) }
            if errno != EEXIST { throw FileError.system(.create, path: path, code: errno) }
        }
        throw FileError.system(.create, path: parent, code: EEXIST)
    }

    /// The folder a user named for one run.
    ///
    /// - Parameter replacing: whether an earlier run in it goes: the files that its manifest lists, and no others.
    /// - Throws: `RunError.folderInUse` when it holds files and no run, `RunError.holdsRun` when it holds one that is
    ///   not to be replaced, `RunError.folderLocked` when another run is writing into it; `FileError` when it
    ///   can't be made.
    public static func open(_ path: String, replacing: Bool = false) throws -> RunFolder {
        try makeFolder(path)
        let folder = try RunFolder(path)
        let present = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        // A run that was killed at once has not even left a manifest.
        guard !present.allSatisfy(isLeftover) else {
            folder.sweep()
            return folder
        }
        guard let json = try? FileContents.json(URL(filePath: path + "/" + Manifest.fileName)),
            Manifest.isManifest(json)
        else {
            throw RunError.folderInUse(path)
        }
        guard replacing else {
            throw RunError.holdsRun(path, json["status"]?.string.flatMap(Manifest.Status.init(rawValue:)) ?? .running)
        }
        let files = (json["files"]?.array ?? []) + (json["cells"]?.array ?? []).flatMap { $0["files"]?.array ?? [] }
        for name in files.compactMap(\.string) { folder.removeListed(name) }
        folder.remove(Manifest.fileName)
        folder.sweep()
        return folder
    }

    /// The folder of a run that is to go on.
    ///
    /// - Throws: `RunError.notARun`, `RunError.folderLocked`.
    public static func reopen(_ path: String) throws -> RunFolder {
        guard FileManager.default.fileExists(atPath: path + "/" + Manifest.fileName) else {
            throw RunError.notARun(path)
        }
        let folder = try RunFolder(path)
        folder.sweep()
        folder.remove(progress)
        return folder
    }

    /// Takes away what a manifest names, and the folders that are empty then. A name that leads out of the run's
    /// folder, also by way of a link, is left alone.
    private func removeListed(_ name: String) {
        let parts = name.split(separator: "/").map(String.init)
        guard !parts.isEmpty, !name.hasPrefix("/"), !parts.contains(".."), !parts.contains(".") else { return }
        let parents = parts.indices.dropFirst().map { path + "/" + parts[..<$0].joined(separator: "/") }
        guard parents.allSatisfy({ FileKind(of: $0) == .folder }) else { return }
        let place = path + "/" + parts.joined(separator: "/")
        switch FileKind(of: place) {
        case .folder where name.hasSuffix("/"): try? FileManager.default.removeItem(atPath: place)
        case .file, .link: unlink(place)
        default: break
        }
        // Only what is empty goes.
        for parent in parents.reversed() where rmdir(parent) != 0 { return }
    }

    /// Takes half-written files of a process that was killed away, at any depth; nobody else writes here while the lock
    /// is held.
    private func sweep(_ below: String = "") {
        let here = path + below
        for name in (try? FileManager.default.contentsOfDirectory(atPath: here)) ?? [] {
            switch FileKind(of: here + "/" + name) {
            case .file where Self.isLeftover(name): unlink(here + "/" + name)
            case .folder: sweep(below + "/" + name)
            default: break
            }
        }
    }

    /// Whether a file is half-written: `.model.safetensors.4711-0.part`, as `AtomicFile` calls them.
    private static func isLeftover(_ name: String) -> Bool {
        guard name.hasPrefix("."), name.hasSuffix(".part") else { return false }
        let parts = name.dropLast(".part".count).split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.last?.split(separator: "-", omittingEmptySubsequences: false) ?? []
        return parts.count > 2 && numbers.count == 2
            && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
