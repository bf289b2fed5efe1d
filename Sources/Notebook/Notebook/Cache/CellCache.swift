import Basics
import Files
import FoundationEssentials
import Glibc
import Language

/// The results of cells, cached beside the runs: `runs/.cache`.
///
/// An entry is a folder, written under another name and renamed when it is whole, with the checksum of every file in
/// it. Runs share the cache: what one writes, another reads, and nothing that is there is ever changed.
public final class CellCache {
    /// Where it is unless told otherwise.
    public static let standardFolder = "runs/.cache"

    /// As messages name it.
    public let path: String
    /// Makes values again that are not the language's own.
    let make: (_ typeName: String, StoredParts) throws -> Value?
    /// What every cell depends on besides its code and what it takes: versions, machine, threads.
    let facts: [(name: String, value: String)]
    /// Beyond this many bytes the entries unused for longest go.
    private let byteLimit: Int
    /// One cell may not push out all the others.
    var entryLimit: Int { byteLimit / 4 }

    private let url: URL
    private var verified: [String: Result<CacheEntry, Damage>] = [:]
    /// Held as long as the run lives, so that nobody tidies up below it.
    private var lock: Int32 = -1

    struct Damage: Error {
        let what: String
    }

    /// - Parameters:
    ///   - facts: what results depend on that no cell names, such as the threads of the engine.
    ///   - byteLimit: of all entries together.
    ///   - make: a value of a type that is not the language's own; nil when it can't be made again.
    public init(
        _ path: String = CellCache.standardFolder, facts: [(name: String, value: String)], byteLimit: Int = 8 << 30,
        make: @escaping (_ typeName: String, StoredParts) throws -> Value?
    ) {
        self.path = path
        self.facts = facts
        self.byteLimit = byteLimit
        self.make = make
        url = URL(filePath: path, directoryHint: .isDirectory)
    }

    deinit { if lock >= 0 { close(lock) } }

    /// What equal results ask for besides equal code: the program, its libraries, the machine and its threads.
    public static func facts(libraries: [(name: String, version: String)], threads: Int) throws -> [(
        name: String, value: String
    )] {
        let machine = Machine.current()
        let settings = ProcessInfo.processInfo.environment
            .filter { entry in ["ONEDNN_", "DNNL_", "OPENBLAS_", "OMP_"].contains { entry.key.hasPrefix($0) } }
            .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [
            ("Rhumb", Rhumb.version),
            ("the program", try SHA256.hex(ofFile: URL(filePath: "/proc/self/exe"))),
        ] + libraries.map { ($0.name, $0.version) } + [
            ("the processor", ([machine.processor] + machine.features).joined(separator: ", ")),
            ("the number of threads", String(threads)),
            ("the working folder", FileManager.default.currentDirectoryPath),
            (
                "the environment",
                (["HOME=" + (ProcessInfo.processInfo.environment["HOME"] ?? "")] + settings).joined(separator: " ")
            ),
        ]
    }

    // MARK: Reading

    private func folder(ofKey key: String) -> URL { url.appending(path: "cells").appending(path: key) }

    func folder(of entry: CacheEntry) throws -> URL { folder(ofKey: entry.key).appending(path: try entry.trace) }

    /// The entries of a key, the youngest first, and those that can't be trusted any more.
    func entries(of key: String) -> (sound: [CacheEntry], damaged: [Damage]) {
        let parent = folder(ofKey: key)
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []).filter {
            !$0.hasPrefix(".")
        }
        var sound: [CacheEntry] = []
        var damaged: [Damage] = []
        for name in names.sorted() {
            switch entry(at: parent.appending(path: name)) {
            case .success(let entry): sound.append(entry)
            case .failure(let damage): damaged.append(damage)
            }
        }
        return (sound.sorted { $0.ran > $1.ran }, damaged)
    }

    private func entry(at folder: URL) -> Result<CacheEntry, Damage> {
        if let known = verified[folder.path] { return known }
        let result = Self.read(folder)
        verified[folder.path] = result
        return result
    }

    private static let record = "entry.json", seal = "seal"

    /// Reads an entry and every byte that belongs to it.
    private static func read(_ folder: URL) -> Result<CacheEntry, Damage> {
        let name = folder.lastPathComponent.prefix(12)
        do {
            let bytes = try FileContents.bytes(of: folder.appending(path: record))
            let sum = String(decoding: try FileContents.bytes(of: folder.appending(path: seal)), as: UTF8.self)
            guard try bytes.withUnsafeBytes({ try SHA256.hex(of: $0) }) == sum,
                let entry = CacheEntry(try JSON(parsing: String(decoding: bytes, as: UTF8.self))),
                try entry.trace == folder.lastPathComponent,
                entry.key == folder.deletingLastPathComponent().lastPathComponent
            else { return .failure(Damage(what: "the record of entry \(name)")) }
            for blob in entry.blobs where try SHA256.hex(ofFile: folder.appending(path: blob.path)) != blob.sha256 {
                return .failure(Damage(what: "'\(blob.path)' of entry \(name)"))
            }
            return .success(entry)
        } catch {
            return .failure(Damage(what: "entry \(name) is incomplete"))
        }
    }

    // MARK: Writing

    /// Adds an entry.
    ///
    /// - Parameter fill: writes the entry's files into the folder it is given, and lists them.
    /// - Returns: what keeps it out; nil when it is in.
    func add(_ entry: CacheEntry, fill: (URL) throws -> [String]) throws -> String? {
        let target = try folder(of: entry)
        let parent = target.deletingLastPathComponent()
        let draft = parent.appending(path: ".\(target.lastPathComponent.prefix(16)).\(getpid()).part")
        try? FileManager.default.removeItem(at: draft)
        defer { try? FileManager.default.removeItem(at: draft) }
        do {
            try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
            var entry = entry
            entry.blobs = try fill(draft).sorted().map {
                .init(path: $0, sha256: try SHA256.hex(ofFile: draft.appending(path: $0)))
            }
            let text = entry.json.text() + "\n"
            // A record that the machine did not live to write to its disk fails its checksum.
            try AtomicFile.write(Array(text.utf8), to: draft.appending(path: Self.record), lasting: false)
            try AtomicFile.write(Array(SHA256.hex(of: text).utf8), to: draft.appending(path: Self.seal), lasting: false)
        } catch {
            // A full disk must not end a run that does not need the cache.
            return (error as? any ExplainedError)?.message ?? "\(error)"
        }
        if Self.size(of: draft) > entryLimit { return "it takes more than a quarter of the cache" }
        verified[target.path] = nil
        if case .failure = Self.read(target) { try? FileManager.default.removeItem(at: target) }
        // Where another run has put the same one there meanwhile, its is as good.
        _ = rename(draft.path, target.path)
        return nil
    }

    /// Notes that an entry was of use.
    func touch(_ entry: CacheEntry) throws {
        utimes(try folder(of: entry).appending(path: Self.seal).path, nil)
    }

    /// Makes the folder, and keeps others from tidying up in it.
    ///
    /// - Throws: `FileError` when it can't be made.
    func open() throws {
        guard lock < 0 else { return }
        try RunFolder.makeFolder(path)
        lock = Glibc.open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if lock >= 0 { flock(lock, LOCK_SH) }
        let tag = url.appending(path: "CACHEDIR.TAG")
        guard !FileManager.default.fileExists(atPath: tag.path) else { return }
        let text =
            "Signature: 8a477f597d28d172789f06886806bc55\n# What cells of recipes gave. May be deleted at any time.\n"
        try AtomicFile.write(text, to: tag)
    }

    /// Lets the entries go that were unused for longest, until the rest fits. Leaves that to another run where one is
    /// using the cache.
    func tidy() {
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else { return }
        defer { flock(lock, LOCK_SH) }
        let cells = url.appending(path: "cells")
        func names(_ folder: URL) -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        }
        var entries: [(url: URL, used: Int, size: Int)] = []
        for key in names(cells) {
            let parent = cells.appending(path: key)
            for name in names(parent) {
                let entry = parent.appending(path: name)
                var status = stat()
                // What a killed process left half-written has no seal.
                let used = stat(entry.appending(path: Self.seal).path, &status) == 0 ? Int(status.st_mtim.tv_sec) : 0
                entries.append((entry, name.hasPrefix(".") ? 0 : used, Self.size(of: entry)))
            }
        }
        var total = entries.reduce(0) { $0 + $1.size }
        for entry in entries.sorted(by: { $0.used < $1.used }) where entry.used == 0 || total > byteLimit {
            try? FileManager.default.removeItem(at: entry.url)
            rmdir(entry.url.deletingLastPathComponent().path)
            total -= entry.size
        }
    }

    private static func size(of folder: URL) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.reduce(0) { sum, name in
            let path = folder.appending(path: name)
            var status = stat()
            guard lstat(path.path, &status) == 0 else { return sum }
            return sum + (status.st_mode & S_IFMT == S_IFDIR ? size(of: path) : Int(status.st_size))
        }
    }

    // MARK: What was when a recipe last ran

    private func ledger(of recipe: String) throws -> URL {
        let full = recipe.hasPrefix("/") ? recipe : FileManager.default.currentDirectoryPath + "/" + recipe
        return url.appending(path: "recipes").appending(path: String(try SHA256.hex(of: full).prefix(32)) + ".json")
    }

    /// What is remembered of a recipe; nothing of a new one.
    func history(of recipe: String) -> RecipeHistory {
        let json = try? FileContents.json(ledger(of: recipe))
        return RecipeHistory(
            cells: (json?["cells"]?.array ?? []).compactMap(CellHistory.init),
            seen: Set((json?["seen"]?.array ?? []).compactMap(\.string)))
    }

    func write(_ history: RecipeHistory, of recipe: String) throws {
        let file = try ledger(of: recipe)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let json: JSON = [
            "recipe": .string(recipe), "cells": .array(history.cells.map(\.json)),
            "seen": .array(history.seen.sorted().map { .string($0) }),
        ]
        try AtomicFile.write(Array((json.text() + "\n").utf8), to: file, lasting: false)
    }
}
