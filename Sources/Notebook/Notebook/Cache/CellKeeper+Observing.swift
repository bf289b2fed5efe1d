import Files
import FoundationEssentials
import Language
import Tensor

/// What a cell that has just run gave, as an entry of the cache has it.
struct CacheDraft {
    var entry: CacheEntry
    /// The elements of tensors, pictures and directions, by name.
    var tensors: [String: Tensor] = [:]
    /// Files of the run's folder that belong to it, and what the entry calls them.
    var files: [(source: String, name: String)] = []
    /// Why it can't be cached.
    var obstacle: String?
}

extension CellKeeper {
    /// Looks at everything that a cell left.
    func observe(
        _ cell: Manifest.Cell, outputs: [CellOutput], _ log: FileLog, seedsBefore: UInt64,
        exercise: (name: String, isSolved: Bool)?
    ) throws -> CacheDraft {
        let code = planner.cells.first { $0.cell.number == cell.number }!
        let ingredients = try planner.ingredients(of: code, knowledge)
        var entry = CacheEntry(key: try CellPlanner.key(ingredients ?? []))
        entry.seeds = (seedsBefore, session.interpreter.seedPosition)
        entry.outputs = outputs.map(\.json)
        entry.exercise = exercise
        entry.ran = Manifest.now
        entry.seconds = cell.seconds ?? 0
        entry.peakMemory = cell.peakMemory ?? 0
        entry.runFolder = ownPath
        var draft = CacheDraft(entry: entry)
        draft.obstacle =
            planner.obstacle(to: code, knowledge)?.text ?? (log.lookedOutside ? "it looks at this machine" : nil)
            ?? (ingredients == nil ? "it uses something that can't be compared" : nil)
        try observeFiles(log, &draft)
        draft.entry.origin = try planner.origin(of: code, ingredients ?? [], trace: draft.entry.trace)
        try observeVariables(code, &draft)
        draft.files += outputs.flatMap(\.files).map { (ownPath + $0, CacheEntry.given + $0) }
        for (number, state) in stateFolders(of: code.cell) {
            draft.files += Self.files(below: state).map { (state + "/" + $0, CacheEntry.states + "\(number)/" + $0) }
        }
        return draft
    }

    // MARK: Files

    private func observeFiles(_ log: FileLog, _ draft: inout CacheDraft) throws {
        let changed = log.reads.filter { !$0.path.hasPrefix(ownPath) && planner.digests.hasChanged($0.path) }
        guard changed.isEmpty else { throw RunError.changedWhileRunning(changed.map(\.name)) }
        for read in log.reads {
            if !read.stamp.isWhole {
                draft.obstacle = draft.obstacle ?? "'\(read.name)' holds more than \(FilesBelow.most) files"
            } else if FileStamp(read.path) != read.stamp {
                draft.obstacle = draft.obstacle ?? "'\(read.name)' changed while it ran"
            }
            draft.entry.reads.append(try use(read.path, as: read.name))
        }
        for pattern in Set(log.patterns).sorted() {
            draft.entry.patterns.append((pattern, try FileDigests.matches(pattern)))
        }
        for path in Set(log.writes).sorted() where FileManager.default.fileExists(atPath: path) {
            let use = try use(path, as: path)
            draft.entry.written.append(use)
            guard use.isOwn else { continue }
            let name = String(use.path.dropFirst(FileUse.ownPrefix.count))
            let below = Self.files(below: path)
            draft.files +=
                below.isEmpty
                ? [(path, CacheEntry.given + name)]
                : below.map { (path + "/" + $0, CacheEntry.given + name + "/" + $0) }
        }
        draft.entry.written.sort { $0.path < $1.path }
    }

    private func use(_ path: String, as name: String) throws -> FileUse {
        guard path.hasPrefix(ownPath) else {
            return FileUse(path: path, name: name, digest: try planner.digests.digest(path, as: name))
        }
        let own = String(path.dropFirst(ownPath.count))
        planner.digests.forget(path)
        return FileUse(path: FileUse.ownPrefix + own, name: own, digest: try planner.digests.digest(path, as: own))
    }

    /// Every file below a folder, relative to it; none for a file.
    static func files(below folder: String, _ prefix: String = "") -> [String] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        return names.filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            var isFolder = false
            guard FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) else { return [] }
            return isFolder ? files(below: folder + "/" + name, prefix + name + "/") : [prefix + name]
        }
    }

    /// Where training in a cell has kept its states, by their number in the cell.
    private func stateFolders(of cell: Recipe.Cell) -> [(number: Int, path: String)] {
        let stem = (cell.attributes.name ?? "cell-\(cell.number)") + "-"
        let parent = ownPath + RunFolder.checkpoints
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix(stem), let number = Int(name.dropFirst(stem.count)) else { return nil }
            return (number, parent + "/" + name)
        }.sorted { $0.0 < $1.0 }
    }

    /// Writes what belongs to an entry into its folder.
    ///
    /// - Returns: the names of the files there.
    func fill(_ folder: URL, _ draft: CacheDraft) throws -> [String] {
        var names: [String] = []
        for (source, name) in draft.files where !names.contains(name) {
            let target = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: source, toPath: target.path)
            names.append(name)
        }
        if !draft.tensors.isEmpty {
            try Safetensors.write(draft.tensors, to: folder.appending(path: CacheEntry.tensors))
            names.append(CacheEntry.tensors)
        }
        return names
    }

    // MARK: Variables

    private func observeVariables(_ code: CellCode, _ draft: inout CacheDraft) throws {
        let taken = planner.names(takenBy: code, knowledge)
        let written = code.changesAll ? session.interpreter.names.filter { $0 != "_" } : code.writes
        let values = written.compactMap { name in session.interpreter[name].map { (name, $0) } }
        let touched = taken.subtracting(written).sorted().filter { name in
            knowledge.variables[name]?.group != nil
        }
        // A function of the top level holds nothing but its text.
        func keeping(_ name: String, _ value: Value) -> Keeping {
            if case .function = value, code.footprint.definitions[name] != nil { .unchanging } else { Keeping(value) }
        }
        // What it had in its hands may be a part of something that changes, or share its memory.
        let meetsChange =
            !touched.isEmpty || values.contains { keeping($0, $1) == .changing }
            || taken.contains { knowledge.variables[$0]?.group != nil }
        var writer = ValueWriter(keepsLayout: true)
        for (name, value) in values {
            let keeping = keeping(name, value)
            let json = try writer.json(value, named: name)
            var form = CacheEntry.Variable.Form.lost
            var identity = try ValueDigest.of([draft.entry.origin, name])
            if let definition = code.footprint.definitions[name], case .function = value, !code.mayFail {
                form = .function
                identity = try ValueDigest.of([definition.source.text])
            } else if keeping == .plain || keeping == .stored && !meetsChange, let digest = try ValueDigest.of(value),
                try digest == restored(json, writer)
            {
                form = .stored
                identity = digest
            }
            draft.entry.variables.append(
                .init(
                    name: name, form: form, identity: identity, shown: form == .stored ? value.shownInReason : "",
                    isTouched: false,
                    isChanging: form == .lost && (meetsChange || keeping == .changing), value: json))
        }
        for name in touched {
            guard let value = session.interpreter[name] else { continue }
            draft.entry.variables.append(
                .init(
                    name: name, form: .lost, identity: try ValueDigest.of([draft.entry.origin, "touched", name]),
                    shown: "",
                    isTouched: true, isChanging: true, value: try writer.json(value, named: name)))
        }
        draft.tensors = writer.tensors
        draft.entry.orders = writer.orders
    }

    /// The checksum of what comes back of a value: what is brought back must be what was stored, to the last bit.
    private func restored(_ json: JSON, _ writer: ValueWriter) throws -> String? {
        let value = try? Value.stored(
            try JSON(parsing: json.text()),
            tensor: { name in
                guard let tensor = writer.tensors[name] else {
                    throw FileError.noSuchTensor(name: name, file: CacheEntry.tensors, suggestion: nil)
                }
                return try writer.orders[name].map { try tensor.permuted($0.inversePermutation) } ?? tensor
            }, make: cache.make)
        return try value.flatMap { try ValueDigest.of($0) }
    }
}

extension CellOutput {
    /// The files of the run's folder that it names.
    fileprivate var files: [String] {
        switch self {
        case .figure(let figure): figure.files
        case .table(_, let file?): [file]
        default: []
        }
    }
}

extension Manifest {
    /// This moment, ISO 8601.
    static var now: String { Timestamp(Date()).iso }
}
