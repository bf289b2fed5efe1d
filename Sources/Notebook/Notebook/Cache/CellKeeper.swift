import Files
import FoundationEssentials
import Language
import Tensor

/// The cache's part in one run: decides cell by cell, brings back what is skipped and keeps what has run.
final class CellKeeper {
    let cache: CellCache
    let planner: CellPlanner
    let session: Session
    let artefacts: Artefacts
    let folder: RunFolder
    var knowledge = CellPlanner.Knowledge()
    private var plan: [CellPlanner.Decision]
    private var position = 0
    /// What the cell that ran last did with files.
    private var log = FileLog()
    /// What the cells so far were made of.
    private var history: [CellHistory] = []
    private let recipePath: String
    /// Variables that were not needed and can't be brought back, as they were written down.
    private var unmade: [String: (value: JSON, entry: CacheEntry)] = [:]

    /// What a skipped cell had given.
    struct Given {
        let entry: CacheEntry
        let outputs: [CellOutput]
        /// For the front: figures with their bytes.
        let events: [Event]

        var remark: String { "from the cache: " + entry.whenItRan }
    }

    init(
        _ planner: CellPlanner, recipe: Recipe, seed: UInt64, session: Session, artefacts: Artefacts, folder: RunFolder
    ) throws {
        self.planner = planner
        cache = planner.cache
        self.session = session
        self.artefacts = artefacts
        self.folder = folder
        recipePath = recipe.path
        knowledge.seeds = seed
        try cache.open()
        plan = try planner.plan(from: 0, knowledge)
    }

    private var code: CellCode { planner.cells[position] }

    /// With a slash at its end.
    var ownPath: String { FileUse.absolute(folder.path) + "/" }

    // MARK: Cell by cell

    /// What the next cell had given, when it is skipped: everything it left is back. Nil when it has to run.
    func next(_ cell: Recipe.Cell) throws -> Given? {
        switch plan[position] {
        case .skip(let entry):
            try note(obstacle: nil)
            let given = try bringBack(entry, cell)
            planner.advance(&knowledge, over: code, entry)
            try cache.touch(entry)
            position += 1
            return given
        case .run(_, _, let entry):
            if let entry { try layOutStates(of: entry, cell) }
            _ = session.takeFileLog()
            return nil
        }
    }

    /// The code of a cell is through, whether to its end or not.
    func didExecute() {
        log = session.takeFileLog()
        for path in log.writes { planner.digests.forget(path) }
    }

    /// Takes in what a cell that has run left. One that failed is not cached.
    func didRun(
        _ cell: Manifest.Cell, outputs: [CellOutput], seedsBefore: UInt64, exercise: (name: String, isSolved: Bool)?
    ) throws {
        for name in code.writes { unmade[name] = nil }
        if case .run(_, _, let entry?) = plan[position] {
            let changed = entry.reads.filter { !$0.isOwn && planner.digests.hasChanged($0.path) }
            guard changed.isEmpty else { throw RunError.changedWhileRunning(changed.map(\.name)) }
            try note(obstacle: nil)
            planner.advance(&knowledge, over: code, entry)
            try cache.touch(entry)
            position += 1
            return
        }
        let draft = try observe(cell, outputs: outputs, log, seedsBefore: seedsBefore, exercise: exercise)
        for variable in draft.entry.variables where variable.isTouched { unmade[variable.name] = nil }
        var obstacle = draft.obstacle
        if obstacle == nil { obstacle = try cache.add(draft.entry) { try fill($0, draft) } }
        try note(obstacle: obstacle)
        if code.changesAll { knowledge.variables = [:] }
        planner.advance(&knowledge, over: code, draft.entry)
        for variable in draft.entry.variables where draft.obstacle != nil && variable.form == .lost {
            knowledge.variables[variable.name]?.identity = nil
        }
        knowledge.seeds = session.interpreter.seedPosition
        if code.changesAll { knowledge.isOpaque = true }
        position += 1
        plan.replaceSubrange(position..., with: try planner.plan(from: position, knowledge))
    }

    /// Remembers what the cell was made of, to say later what has changed.
    private func note(obstacle: String?) throws {
        let ingredients = try planner.ingredients(of: code, knowledge, leavingOutUnknown: true) ?? []
        history.append(
            CellHistory(number: code.cell.number, code: code.text, ingredients: ingredients, obstacle: obstacle))
    }

    /// The run is over, however it ended.
    func finish() throws {
        let reached = Set(history.map(\.number))
        let before = cache.history(of: recipePath)
        let all = Set(planner.cells.map(\.cell.number))
        let rest = before.cells.filter { !reached.contains($0.number) && all.contains($0.number) }
        let seen = before.seen.union(try history.map { try RecipeHistory.mark($0.code) })
        try cache.write(RecipeHistory(cells: history + rest, seen: seen), of: recipePath)
        cache.tidy()
    }

    /// The files behind a path with their checksums, which are taken once.
    func sealed(_ path: String, as name: String) -> [Manifest.Sealed] {
        planner.digests.sealed(FileUse.absolute(path), as: name)
    }

    // MARK: Variables at the end

    /// Every variable, also those that were not needed and can't be brought back.
    func variables() throws -> [(name: String, value: Artefacts.Variable)] {
        try session.interpreter.names.compactMap { name in
            if name == "_" { return nil }
            if let value = session.interpreter[name] { return (name, .made(value)) }
            guard let (json, entry) = unmade[name], json["type"]?.string != Value.functionType else { return nil }
            return (name, .unmade(json, try tensors(of: entry) { $0 == name || $0.hasPrefix(name + ".") }))
        }
    }

    private func tensors(of entry: CacheEntry, where isWanted: (String) -> Bool) throws -> [String: Tensor] {
        guard entry.blobs.contains(where: { $0.path == CacheEntry.tensors }) else { return [:] }
        let file = try SafetensorsFile(cache.folder(of: entry).appending(path: CacheEntry.tensors))
        var tensors: [String: Tensor] = [:]
        for name in file.names where isWanted(name) {
            let tensor = try file.tensor(name)
            tensors[name] = try entry.orders[name].map { try tensor.permuted($0.inversePermutation) } ?? tensor
        }
        return tensors
    }

    // MARK: Bringing back

    private func bringBack(_ entry: CacheEntry, _ cell: Recipe.Cell) throws -> Given {
        let source = try cache.folder(of: entry)
        for file in entry.written where file.isOwn {
            let name = String(file.path.dropFirst(FileUse.ownPrefix.count))
            for blob in entry.blobs(below: CacheEntry.given + name) {
                let target = String(blob.path.dropFirst(CacheEntry.given.count))
                try folder.write(try FileContents.bytes(of: source.appending(path: blob.path)), to: target)
            }
        }
        let (outputs, events) = try bringBackOutputs(of: entry, in: source)
        let tensors = try tensors(of: entry) { _ in true }
        // Names come up in the order of the code, also those that end without a value.
        for name in code.writes + entry.variables.map(\.name) {
            session.interpreter[name] = nil
            unmade[name] = nil
        }
        for variable in entry.variables {
            switch variable.form {
            case .stored:
                session.interpreter[variable.name] = try Value.stored(
                    variable.value, tensor: { name in try tensors[name] ?? Tensor.missing(name, entry) },
                    make: cache.make)
            case .function:
                if let definition = code.footprint.definitions[variable.name] {
                    try session.interpreter.run(definition.source)
                }
            case .lost: unmade[variable.name] = (variable.value, entry)
            }
        }
        if entry.draws { session.interpreter.seedPosition = entry.seeds.after }
        return Given(entry: entry, outputs: outputs, events: events)
    }

    /// Figures and tables get the numbers that they would have now.
    private func bringBackOutputs(of entry: CacheEntry, in source: URL) throws -> ([CellOutput], [Event]) {
        func bytes(_ file: String) throws -> [UInt8] {
            try FileContents.bytes(of: source.appending(path: CacheEntry.given + file))
        }
        let stored = entry.outputs.compactMap { CellOutput($0, folder: folder.path) }
        var names: [String: String] = [:]
        var figures: [Int: Event] = [:]
        var saved: [Int: CellOutput] = [:]
        for (index, output) in stored.enumerated() {
            switch output {
            case .figure(let figure):
                let forms = try figure.files.map { (SavedFigure.type(of: $0), try bytes($0)) }
                let attachment = Attachment(title: figure.title, forms: forms.map { (type: $0, bytes: $1) })
                let now = try artefacts.save(attachment)
                for (old, new) in zip(figure.files, now.files) { names[old] = new }
                figures[index] = .figure(attachment, saved: now)
                saved[index] = .figure(now)
            case .table(_, let file?): names[file] = try artefacts.save(tableFile: bytes(file))
            default: break
            }
        }
        var outputs: [CellOutput] = []
        var events: [Event] = []
        for (index, output) in stored.enumerated() {
            switch output {
            case .value(let display, let file):
                outputs.append(.value(display: display, file: file.map { names[$0] ?? $0 }))
                events.append(.text(display + "\n"))
            case .table(let display, let file):
                outputs.append(.table(display: display, file: file.map { names[$0] ?? $0 }))
                events.append(.text(display + "\n"))
            case .text(let text):
                outputs.append(output)
                events.append(.text(text))
            case .note(let note):
                outputs.append(output)
                events.append(.note(note))
            case .error(let failure):
                outputs.append(output)
                events.append(.text(failure.text + "\n"))
            case .figure:
                outputs.append(saved[index] ?? output)
                if let event = figures[index] { events.append(event) }
            }
        }
        return (outputs, events)
    }

    /// Puts the states of training of an earlier run where this one looks for them, so that it goes on from their end.
    private func layOutStates(of entry: CacheEntry, _ cell: Recipe.Cell) throws {
        let source = try cache.folder(of: entry)
        let states = Set(
            entry.blobs(below: String(CacheEntry.states.dropLast())).compactMap {
                $0.path.split(separator: "/").dropFirst().first
            })
        for state in states.sorted() {
            let target = RunFolder.checkpoints + "/" + (cell.attributes.name ?? "cell-\(cell.number)") + "-" + state
            guard !FileManager.default.fileExists(atPath: folder.path + "/" + target) else { continue }
            let root = CacheEntry.states + state
            for blob in entry.blobs(below: root) {
                var bytes = try FileContents.bytes(of: source.appending(path: blob.path))
                if blob.path == root + "/" + Self.stateRecord {
                    let text = String(decoding: bytes, as: UTF8.self)
                    try layOutCheckpoint(text, of: entry, in: source)
                    bytes = Array(text.replacing(entry.runFolder, with: ownPath).utf8)
                }
                try folder.write(bytes, to: target + blob.path.dropFirst(root.count))
            }
        }
    }

    private static let stateRecord = "state.json"

    /// A checkpoint that `out:` put elsewhere in the run's folder.
    private func layOutCheckpoint(_ record: String, of entry: CacheEntry, in source: URL) throws {
        guard let path = try? JSON(parsing: record)["checkpoint"]?.string, path.hasPrefix(entry.runFolder) else {
            return
        }
        for blob in entry.blobs(below: CacheEntry.given + path.dropFirst(entry.runFolder.count)) {
            let target = String(blob.path.dropFirst(CacheEntry.given.count))
            guard !FileManager.default.fileExists(atPath: folder.path + "/" + target) else { continue }
            try folder.write(try FileContents.bytes(of: source.appending(path: blob.path)), to: target)
        }
    }
}

extension CacheEntry {
    /// Its files at a path or in the folder there.
    func blobs(below path: String) -> [Manifest.Sealed] {
        blobs.filter { $0.path == path || $0.path.hasPrefix(path + "/") }
    }
}

extension Tensor {
    fileprivate static func missing(_ name: String, _ entry: CacheEntry) throws -> Tensor {
        throw FileError.noSuchTensor(name: name, file: CacheEntry.tensors, suggestion: nil)
    }
}
