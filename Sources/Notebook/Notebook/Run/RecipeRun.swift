import Basics
import Files
import FoundationEssentials
import Language
import Ranks

/// Who watches a recipe run.
public protocol RunFront: Front {
    func willShow(_ prose: Recipe.Prose)
    func willRun(_ cell: Recipe.Cell)
    func didRun(_ cell: Manifest.Cell)
    /// A resumed run has done again, unseen, what its first cells had done before.
    func didRepeat(cells: Int, seconds: Double)
}

/// One run of a recipe: its cells in order, each recorded as soon as it is over.
///
/// An exercise whose check does not pass as the recipe stands is left open, and its solution stands in for what
/// follows.
///
/// Around every cell the transcript and the manifest are written anew, each under a temporary name and renamed, and
/// while a cell works what it has given so far: whatever ends the process, the folder says how far the run came.
///
/// A run that is resumed does everything again, since models, trainers and functions can't be written down, and equal
/// code with equal seeds gives equal values. What takes long is not done again: training goes on from its checkpoint.
public final class RecipeRun {
    public let recipe: Recipe
    public let folder: RunFolder
    public private(set) var manifest: Manifest
    private let session: Session
    private let artefacts: Artefacts
    private let front: any RunFront
    private let exercises: [Recipe.Exercise]
    private let listener: RunListener
    private var transcript = Transcript()
    /// Checksums of what was read so far, by path.
    private var sealed: [String: [Manifest.Sealed]] = [:]
    /// Of the run that is resumed: what it had read, and how many of its cells were complete.
    private let earlierInputs: [Manifest.Sealed]
    /// Skips what a cache holds; nil where none is used.
    private let keeper: CellKeeper?
    private let repeatedCells: Int

    /// What a run was started with, for its manifest.
    public struct Environment {
        public var command: [String]
        public var libraries: [(name: String, version: String)]
        /// Threads of the engine.
        public var threads: Int

        public init(command: [String], libraries: [(name: String, version: String)], threads: Int) {
            self.command = command
            self.libraries = libraries
            self.threads = threads
        }
    }

    /// Prepares a run and writes its first manifest.
    ///
    /// - Parameters:
    ///   - cache: what cells gave before; those that would give the same are skipped.
    ///   - isConfined: whether the recipe may save into the run's folder alone.
    ///   - makeFolder: makes the run's folder; only called once the recipe and what is asked of it proved to be
    ///     well-formed.
    /// - Throws: `Diagnostic` for a cell that does not follow the grammar or a setting of another kind; `RunError`,
    ///   also for a recipe without cells; `FileError`.
    public convenience init(
        _ recipe: Recipe, registry: Registry, request: RunRequest, environment: Environment,
        cache: CellCache? = nil, isConfined: Bool = false,
        front: any RunFront, makeFolder: () throws -> RunFolder
    ) throws {
        try recipe.requireCells()
        let parameters = try recipe.parameters()
        let exercises = try recipe.exercises()
        try request.check(against: parameters)
        let seed = try request.seed ?? recipe.seed() ?? 0
        var manifest = Manifest(
            title: recipe.title,
            recipe: .init(path: recipe.path, sha256: try SHA256.hex(of: recipe.source.text)),
            parameters: parameters.map { ($0.name, .null, request.settings[$0.name] != nil) },
            settings: request.settings, isShort: request.isShort, safe: request.safe,
            seed: seed, command: environment.command, directory: FileManager.default.currentDirectoryPath,
            version: Rhumb.version, libraries: environment.libraries, machine: .current(),
            threads: environment.threads, cache: cache?.path, started: Timestamp(Date()).iso,
            cells: recipe.cells.map { .init(number: $0.number, name: $0.attributes.name, line: $0.line) })
        manifest.ranks = [.current(from: manifest.started)]
        let folder = try makeFolder()
        try self.init(recipe, exercises, manifest, registry, folder, cache, front, repeating: 0, isConfined: isConfined)
        // The manifest first: it marks the folder as that of a run.
        try write()
        try folder.write(recipe.source.text, to: RunFolder.copy(of: recipe.path))
    }

    /// Prepares to go on with a run that ended too early.
    ///
    /// - Throws: `RunError` when the folder's recipe is not the one that ran; `FileError` when the manifest does
    ///   not fit it; `Diagnostic`.
    public convenience init(
        resuming folder: RunFolder, _ manifest: Manifest, registry: Registry, cache: CellCache? = nil,
        front: any RunFront
    ) throws {
        let recipe = try Recipe(recordedIn: folder.path, manifest)
        guard manifest.cells.count == recipe.cells.count else {
            throw FileError.malformed(
                file: folder.path + "/" + Manifest.fileName, item: nil,
                .other("it lists \(manifest.cells.count) cells, and the recipe has \(recipe.cells.count)"))
        }
        var manifest = manifest
        for name in manifest.files { folder.note(name) }
        let repeated = manifest.cells.prefix { $0.status == .complete || $0.status == .skipped }.count
        manifest.status = .running
        manifest.failure = nil
        manifest.finished = nil
        let now = Timestamp(Date()).iso
        manifest.resumed.append(now)
        if manifest.ranks.isEmpty {
            // Begun by one process: its file says nothing of ranks.
            manifest.ranks = [.alone(from: manifest.started)]
        }
        manifest.ranks.append(.current(from: now))
        for index in manifest.cells.indices.dropFirst(repeated) { manifest.cells[index].status = .waiting }
        manifest.exercises = []
        try self.init(recipe, recipe.exercises(), manifest, registry, folder, cache, front, repeating: repeated)
        // The transcript stays as it is until the run goes beyond it.
        try folder.write(manifest.text(), to: Manifest.fileName)
        try folder.write(recipe.source.text, to: RunFolder.copy(of: recipe.path))
    }

    private init(
        _ recipe: Recipe, _ exercises: [Recipe.Exercise], _ manifest: Manifest, _ registry: Registry,
        _ folder: RunFolder, _ cache: CellCache?, _ front: any RunFront, repeating repeatedCells: Int,
        isConfined: Bool = false
    ) throws {
        self.recipe = recipe
        self.exercises = exercises
        self.manifest = manifest
        self.folder = folder
        self.front = front
        self.repeatedCells = repeatedCells
        earlierInputs = manifest.inputs
        artefacts = Artefacts { folder }
        let safe = try manifest.safe.map { try SafeFolders(own: folder.path, inputs: $0.inputs) }
        listener = RunListener(front, LiveRecord(folder))
        session = Session(
            registry: registry, front: listener, seed: manifest.seed, artefacts: artefacts,
            settings: manifest.settings, isShort: manifest.isShort, onlyFolder: isConfined ? folder.path : nil,
            safe: safe)
        let (session, artefacts) = (session, artefacts)
        keeper = try cache.map { cache in
            let planner = try CellPlanner(
                recipe, exercises: exercises, cache: cache, settings: manifest.settings, isShort: manifest.isShort,
                registry: registry)
            return try CellKeeper(
                planner, recipe: recipe, seed: manifest.seed, session: session, artefacts: artefacts, folder: folder)
        }
        folder.didTakeFolder = { [unowned self] in try writeManifest() }
    }

    /// The variables that are plain numbers, parameters not among them.
    public var numbers: [(name: String, value: Double)] {
        session.interpreter.namedValues.compactMap { name, value in
            guard case .number(let number) = value, !manifest.parameters.contains(where: { $0.name == name }) else {
                return nil
            }
            return (name, number)
        }
    }

    /// Runs the cells up to the first that fails.
    ///
    /// - Returns: the error that ended the run; nil when it is complete.
    /// - Throws: `FileError` when the folder can't be written any more; `RunError.changedInputs` when a resumed
    ///   run finds other files than it began with; `RunError.changedWhileRunning` when a cache counted on a file.
    public func run() throws -> Diagnostic? {
        do {
            return try runCells()
        } catch {
            giveUp(error)
            throw error
        }
    }

    private func runCells() throws -> Diagnostic? {
        let start = Stopwatch()
        let before = manifest.seconds
        var failure: Diagnostic?
        listener.isRepeating = repeatedCells > 0
        for part in recipe.parts where failure == nil {
            switch part {
            case .prose(let prose):
                if !listener.isRepeating { front.willShow(prose) }
                transcript.append(prose: prose.text)
            case .cell(let cell):
                listener.isRepeating = cell.number <= repeatedCells
                failure = try run(cell)
                // What is repeated stands in the folder already, and says more than the beginning of it would.
                if listener.isRepeating, failure == nil {
                    if cell.number == repeatedCells { front.didRepeat(cells: repeatedCells, seconds: start.seconds) }
                    listener.isRepeating = cell.number < repeatedCells
                    continue
                }
                manifest.seconds = before + start.seconds
                try write()
            }
        }
        manifest.seconds = before + start.seconds
        manifest.finished = Timestamp(Date()).iso
        manifest.status = failure.map { $0.kind == .interrupted ? .interrupted : .failed } ?? .complete
        // What the cache remembers of the recipe only serves its messages.
        try? keeper?.finish()
        if let failure {
            manifest.failure = .init(message: failure.message, location: failure.span.description)
            // A disk that is full has ended the run by an error of its own; one is enough. That it failed is still
            // said.
            try? saveVariables()
            try? folder.write(transcript.text, to: RunFolder.transcript)
            manifest.files = folder.contents
            folder.insist(manifest)
        } else {
            try saveVariables()
            try write()
        }
        return failure
    }

    private func saveVariables() throws {
        try artefacts.save(keeper?.variables() ?? session.interpreter.namedValues.map { ($0, .made($1)) })
    }

    /// The run's folder can't be written any more; its manifest must not say for ever that the run goes on.
    private func giveUp(_ error: any Error) {
        guard [.running, .complete].contains(manifest.status) else { return }
        let cell = manifest.cells.first { $0.status == .running }
        let reason = (error as? FileError)?.message ?? (error as? any ExplainedError)?.message ?? "\(error)"
        manifest.status = .failed
        manifest.finished = Timestamp(Date()).iso
        manifest.failure = .init(message: reason, location: recipe.path + (cell.map { ":\($0.line)" } ?? ""))
        for index in manifest.cells.indices where manifest.cells[index].status == .running {
            manifest.cells[index].status = .failed
        }
        manifest.files = folder.contents
        folder.insist(manifest)
    }

    private func run(_ cell: Recipe.Cell) throws -> Diagnostic? {
        let index = cell.number - 1
        let attributes = cell.attributes
        if !attributes.isQuiet { transcript.append(code: cell.code.text) }
        if attributes.doesNotRun {
            manifest.cells[index].status = .skipped
            return nil
        }
        let earlier = manifest.cells[index]
        manifest.cells[index].status = .running
        folder.note(RunFolder.outputs(ofCell: cell.number))
        if !listener.isRepeating {
            try write()
            front.willRun(cell)
        }
        listener.keep = { [unowned self] in keep($0, of: cell) }
        listener.begin(cell: cell.number)
        artefacts.cellName = attributes.name
        artefacts.cellNumber = cell.number
        if let given = try keeper?.next(cell) { return try take(given, of: cell, earlier: earlier) }
        PeakMemory.reset()
        let clock = Stopwatch()
        let seeds = session.interpreter.seedPosition
        let failure = execute(cell)
        manifest.cells[index].seconds = clock.seconds
        manifest.cells[index].peakMemory = PeakMemory.bytes()
        manifest.cells[index].files = artefacts.takeFresh()
        noteParameters()
        keeper?.didExecute()
        try sealInputs()
        if failure == nil { try agreeOnInputs(of: cell) }
        let outputs = listener.takeOutputs()
        if failure == nil {
            do {
                try keeper?.didRun(
                    manifest.cells[index], outputs: outputs, seedsBefore: seeds,
                    exercise: manifest.exercises.last.flatMap { attributes.role == .check($0.name) ? $0 : nil })
            } catch let error as RunError {
                try leave()
                throw error
            }
        }
        if !attributes.isQuiet || failure != nil { transcript.append(outputs) }
        try folder.write(outputs, ofCell: cell.number)
        manifest.cells[index].status = failure.map { $0.kind == .interrupted ? .interrupted : .failed } ?? .complete
        if listener.isRepeating, failure == nil {
            // The first time is the one that counts.
            (manifest.cells[index].seconds, manifest.cells[index].peakMemory) = (earlier.seconds, earlier.peakMemory)
        } else {
            front.didRun(manifest.cells[index])
        }
        return failure
    }

    /// Records a cell that was skipped as if it had run.
    private func take(_ given: CellKeeper.Given, of cell: Recipe.Cell, earlier: Manifest.Cell) throws -> Diagnostic? {
        let index = cell.number - 1
        let entry = given.entry
        manifest.cells[index].seconds = entry.seconds
        manifest.cells[index].peakMemory = entry.peakMemory
        manifest.cells[index].files = artefacts.takeFresh()
        manifest.cells[index].cached = earlier.status == .complete && listener.isRepeating ? earlier.cached : entry.ran
        noteParameters()
        if let exercise = entry.exercise {
            manifest.exercises.removeAll { $0.name == exercise.name }
            manifest.exercises.append(exercise)
        }
        for file in entry.reads where !file.isOwn { try seal(file.path, as: file.name) }
        let outputs = [CellOutput.note(given.remark)] + given.outputs
        if !cell.attributes.isQuiet { transcript.append(outputs) }
        try folder.write(outputs, ofCell: cell.number)
        manifest.cells[index].status = .complete
        if !listener.isRepeating {
            for event in given.events { front.receive(event) }
            front.didRun(manifest.cells[index])
        }
        return nil
    }

    private func noteParameters() {
        for (position, parameter) in manifest.parameters.enumerated() {
            if let value = session.interpreter[parameter.name] { manifest.parameters[position].value = value.json }
        }
    }

    /// Runs the code and makes of its error what the cell's marks say.
    private func execute(_ cell: Recipe.Cell) -> Diagnostic? {
        switch cell.attributes.role {
        case .exercise:
            // Half an answer may be an error; the check has the last word.
            let failure = listener.toleratingErrors { session.execute(cell.code) }
            return failure?.kind == .interrupted ? failure : nil
        case .check(let name): return check(cell, of: name)
        case .solution, nil:
            guard cell.attributes.mustFail else { return session.execute(cell.code) }
            let failure = listener.toleratingErrors { session.execute(cell.code) }
            return failure?.kind == .interrupted ? failure : failure == nil ? listener.missingFailure(of: cell) : nil
        }
    }

    private func check(_ cell: Recipe.Cell, of name: String) -> Diagnostic? {
        let failure = listener.toleratingErrors { session.execute(cell.code) }
        if failure?.kind == .interrupted { return failure }
        manifest.exercises.removeAll { $0.name == name }
        manifest.exercises.append((name, isSolved: failure == nil))
        guard failure != nil, let exercise = exercises.first(where: { $0.name == name }) else { return nil }
        listener.receive(.note("exercise '\(name)' is open: its solution stands in for what follows"))
        return session.execute(exercise.solution.code) ?? session.execute(cell.code)
    }

    /// Takes the checksums of what was read for the first time. What the run has written itself is not an input.
    private func sealInputs() throws {
        for (path, name) in session.inputs { try seal(path, as: name) }
    }

    private func seal(_ path: String, as name: String) throws {
        guard sealed[path] == nil else { return }
        let own = folder.url.standardizedFileURL.path + "/"
        let isOwn = URL(filePath: path).standardizedFileURL.path.hasPrefix(own)
        let files = isOwn ? [] : keeper?.sealed(path, as: name) ?? Manifest.Sealed.all(at: path, as: name)
        sealed[path] = files
        for file in files where !manifest.inputs.contains(where: { $0.path == file.path }) {
            manifest.inputs.append(file)
        }
        let changed = files.filter { file in earlierInputs.contains { $0.path == file.path && $0 != file } }
        guard changed.isEmpty else {
            try leave()
            throw RunError.changedInputs(changed.map(\.path), run: folder.path)
        }
    }

    /// Models and data must be the same for all ranks, wherever each of them reads them from.
    private func agreeOnInputs(of cell: Recipe.Cell) throws {
        guard Ranks.areMany else { return }
        let files = session.inputs.flatMap { path, name in (sealed[path] ?? []).map { "\(name) \($0.sha256)" } }
        try Ranks.agree(
            "what the cells up to line \(cell.line) have read", on: SHA256.hex(of: files.joined(separator: "\n")))
    }

    /// The run ends in the middle of a cell, and can be taken up again.
    private func leave() throws {
        manifest.status = .interrupted
        for index in manifest.cells.indices where manifest.cells[index].status == .running {
            manifest.cells[index].status = listener.isRepeating ? .complete : .interrupted
        }
        try writeManifest()
    }

    /// What a cell has given so far. A disk that is full is an error once the cell is over.
    private func keep(_ outputs: [CellOutput], of cell: Recipe.Cell) {
        var transcript = transcript
        if !cell.attributes.isQuiet { transcript.append(outputs) }
        try? folder.write(outputs, ofCell: cell.number, lasting: false)
        try? folder.write(transcript.text, to: RunFolder.transcript, lasting: false)
    }

    private func write() throws {
        try folder.write(transcript.text, to: RunFolder.transcript)
        try writeManifest()
    }

    private func writeManifest() throws {
        manifest.files = folder.contents
        try folder.write(manifest.text(), to: Manifest.fileName)
    }
}

extension Recipe {
    /// The copy that a run keeps of its recipe, under the recipe's own name; of a run that was killed before it had
    /// one, the recipe itself.
    ///
    /// - Throws: `RunError.changedRecipe` when its bytes are not those that ran; `Diagnostic`.
    public init(recordedIn folder: String, _ manifest: Manifest) throws {
        let own = folder + "/" + RunFolder.copy(of: manifest.recipe.path)
        let file = FileManager.default.fileExists(atPath: own) ? own : manifest.recipe.path
        let copy = try Recipe(reading: file)
        guard try SHA256.hex(of: copy.source.text) == manifest.recipe.sha256 else { throw RunError.changedRecipe(file) }
        try self.init(path: manifest.recipe.path, text: copy.source.text)
    }
}
