import Checkpoint
import FoundationEssentials
import Language

/// Who watches a recipe run.
public protocol RunFront: Front {
    func willShow(_ prose: Recipe.Prose)
    func willRun(_ cell: Recipe.Cell)
    func didRun(_ cell: Manifest.Cell)
}

/// One run of a recipe: its cells in order, each recorded as soon as it is over.
///
/// An exercise whose check does not pass as the recipe stands is left open, and its solution stands in for what follows.
///
/// Around every cell the transcript and the manifest are written anew, each under a temporary name and renamed, so that
/// whatever ends the process, the folder says how far the run came.
public final class RecipeRun {
    public let recipe: Recipe
    public let folder: RunFolder
    public private(set) var manifest: Manifest
    private let session: Session
    private let artefacts: Artefacts
    private let front: any RunFront
    private let exercises: [Recipe.Exercise]
    private let listener: Listener
    private var transcript = Transcript()

    /// What a run was started with, for its manifest.
    public struct Circumstances {
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
    ///   - seed: of the session's stream; nil takes the recipe's own, or 0.
    ///   - settings: values for the recipe's `param` statements, as text.
    ///   - makeFolder: makes the run's folder; only called once the recipe proved to be well-formed.
    /// - Throws: `Diagnostic` for a cell that does not follow the grammar; `RunError`; `CheckpointError`.
    public init(
        _ recipe: Recipe, registry: Registry, seed: UInt64?, settings: [String: String], circumstances: Circumstances,
        front: any RunFront, makeFolder: () throws -> RunFolder
    ) throws {
        let parameters = try recipe.parameters()
        exercises = try recipe.exercises()
        for name in settings.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            let known = parameters.map(\.name)
            throw RunError.unknownParameter(name, known: known, suggestion: Suggestion.closest(to: name, in: known))
        }
        let seed = try seed ?? recipe.seed() ?? 0
        let folder = try makeFolder()
        self.recipe = recipe
        self.folder = folder
        self.front = front
        artefacts = Artefacts { folder }
        listener = Listener(front)
        session = Session(registry: registry, front: listener, seed: seed, artefacts: artefacts, settings: settings)
        manifest = Manifest(
            title: recipe.title,
            recipe: .init(path: recipe.path, sha256: try SHA256.hex(of: recipe.source.text)),
            parameters: parameters.map { ($0.name, .null, settings[$0.name] != nil) },
            seed: seed, command: circumstances.command, version: Rhumb.version, libraries: circumstances.libraries,
            machine: .current(), threads: circumstances.threads, started: Timestamp(Date()).iso,
            cells: recipe.cells.map { .init(number: $0.number, name: $0.attributes.name, line: $0.line) })
        try folder.write(recipe.source.text, to: RunFolder.copy(of: recipe.path))
        try write()
    }

    /// Runs the cells up to the first that fails.
    ///
    /// - Returns: the error that ended the run; nil when it is complete.
    /// - Throws: `CheckpointError` when the folder can't be written any more.
    public func run() throws -> Diagnostic? {
        let start = Stopwatch()
        var failure: Diagnostic?
        for part in recipe.parts where failure == nil {
            switch part {
            case .prose(let prose):
                front.willShow(prose)
                transcript.append(prose: prose.text)
            case .cell(let cell):
                failure = try run(cell)
                manifest.seconds = start.seconds
                try write()
            }
        }
        manifest.inputs = session.inputs.flatMap(Manifest.Sealed.all)
        manifest.finished = Timestamp(Date()).iso
        manifest.status = failure.map { $0.kind == .interrupted ? .interrupted : .failed } ?? .complete
        if let failure { manifest.failure = .init(message: failure.message, place: failure.place.description) }
        try artefacts.save(session.interpreter.namedValues)
        try write()
        return failure
    }

    private func run(_ cell: Recipe.Cell) throws -> Diagnostic? {
        let index = cell.number - 1
        let attributes = cell.attributes
        if !attributes.isQuiet { transcript.append(code: cell.code.text) }
        if attributes.doesNotRun {
            manifest.cells[index].status = .skipped
            return nil
        }
        manifest.cells[index].status = .running
        try folder.write(manifest.text(), to: Manifest.fileName)

        front.willRun(cell)
        artefacts.cellName = attributes.name
        PeakMemory.reset()
        let clock = Stopwatch()
        let failure = execute(cell)
        manifest.cells[index].seconds = clock.seconds
        manifest.cells[index].peakMemory = PeakMemory.bytes()
        manifest.cells[index].files = artefacts.takeFresh()
        manifest.cells[index].status = failure.map { $0.kind == .interrupted ? .interrupted : .failed } ?? .complete
        for (position, parameter) in manifest.parameters.enumerated() {
            if let value = session.interpreter[parameter.name] { manifest.parameters[position].value = value.json }
        }
        let outputs = listener.takeOutputs()
        if !attributes.isQuiet || failure != nil { transcript.append(outputs) }
        try folder.write(outputs, ofCell: cell.number)
        front.didRun(manifest.cells[index])
        return failure
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

    private func write() throws {
        try folder.write(transcript.text, to: RunFolder.transcript)
        try folder.write(manifest.text(), to: Manifest.fileName)
    }
}

/// Passes events on and keeps what the cell gave.
private final class Listener: Front {
    private let front: any Front
    private var kept: [CellOutput] = []
    /// An error is output like any other.
    private var toleratesErrors = false

    init(_ front: any Front) { self.front = front }

    var width: Int { front.width }

    func poll() { front.poll() }

    func receive(_ event: Event) {
        switch event {
        case .error(let diagnostic) where toleratesErrors && diagnostic.kind != .interrupted:
            kept.append(.error(.init(diagnostic, isExpected: true)))
            front.receive(.text(diagnostic.text() + "\n"))
        default:
            if let output = CellOutput(event) { kept.append(output) }
            front.receive(event)
        }
    }

    func takeOutputs() -> [CellOutput] {
        defer { kept = [] }
        return kept
    }

    func toleratingErrors(_ body: () -> Diagnostic?) -> Diagnostic? {
        toleratesErrors = true
        defer { toleratesErrors = false }
        return body()
    }

    /// What is wrong with a cell that promised an error and gave none.
    func missingFailure(of cell: Recipe.Cell) -> Diagnostic {
        let missing = Diagnostic(
            .expectation, "this cell is marked 'fails' but ran to its end",
            at: Place(source: cell.code, range: 0..<cell.code.text.utf8.count),
            help: "take 'fails' off its fence, or make it fail")
        receive(.error(missing))
        return missing
    }
}
