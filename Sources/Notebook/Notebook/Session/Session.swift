import Basics
import Language
import Ranks

/// A piece of work with the language: its variables, and what becomes of the results.
///
/// Five calls are all that a front needs: ``execute(_:)``, ``complete(_:at:)``, ``inspect(_:at:)``,
/// ``isComplete(_:)`` and ``interrupt()``. Everything else arrives at the front as events.
///
///     let session = Session(registry: registry, front: front)
///     let failure = session.execute(Source(name: "example", text: "print 1 +"))
///     print(failure?.text(colour: false) ?? "done")
public final class Session {
    public let interpreter: Interpreter
    /// Start of the stream that random verbs draw their seeds from.
    public let seed: UInt64
    /// Keeps what was typed, for `record`.
    let recorder: Recorder
    private let host: HostAdapter

    /// - Parameters:
    ///   - front: where events go; not retained.
    ///   - artefacts: where figures and shown tables are kept; nil keeps nothing.
    ///   - settings: the values that `--set` gives to a `param`, as text.
    ///   - isShort: whether other parameters take the values of their short form.
    ///   - onlyFolder: the only folder that code may save into; nil for no such limit.
    ///   - safe: what code of strangers may read and write; nil for anything.
    public init(
        registry: Registry, front: any Front, seed: UInt64 = 0, artefacts: Artefacts? = nil,
        settings: [String: String] = [:], isShort: Bool = false, onlyFolder: String? = nil,
        safe: SafeFolders? = nil
    ) {
        self.seed = seed
        recorder = Recorder(seed: seed)
        host = HostAdapter(
            front: front, artefacts: artefacts, settings: settings, isShort: isShort, onlyFolder: onlyFolder,
            safe: safe)
        interpreter = Interpreter(registry: registry, host: host, seed: seed)
        host.session = self
    }

    /// Files and folders that the code read so far, and what to call them: models, data, imported scripts.
    public var inputs: [(path: String, name: String)] { host.inputs }

    /// What code did with files since this was last asked for.
    func takeFileLog() -> FileLog { host.takeFileLog() }

    /// Runs code. Its output, values and figures go to the front as they come, and so does the error that ends it.
    ///
    /// - Returns: that error, which the front has seen already; nil when the code ran to its end.
    ///   An interrupt that came before, while the program started or between two cells, stops it too.
    @discardableResult
    public func execute(_ code: Source) -> Diagnostic? { run(code, at: nil) }

    /// Runs code that was typed at a breakpoint, where it sees the variables of the function that stands still.
    @discardableResult
    public func execute(_ code: Source, at place: Place) -> Diagnostic? {
        Interrupt.clear()
        return run(code, at: place)
    }

    private func run(_ code: Source, at place: Place?) -> Diagnostic? {
        var failure: Diagnostic?
        do {
            if let place { try interpreter.run(code, at: place) } else { try interpreter.run(code) }
        } catch {
            failure = error
        }
        // The work was stopped because another rank can't go on, which is what there is to say.
        if failure?.kind == .interrupted, Ranks.poll(), let problem = Ranks.failure, let stopped = failure {
            failure = Diagnostic(.runtime, problem.message, at: stopped.span, help: problem.hint)
        }
        // A result that could not be kept is an error of the code that gave it.
        if let problem = host.takeProblem(), failure == nil { failure = diagnostic(problem, code) }
        if let failure { host.front?.receive(.error(failure)) }
        // It has been answered.
        if failure?.kind == .interrupted { Interrupt.clear() }
        return failure
    }

    /// Runs what was typed at a prompt, and remembers it for `record` when it worked.
    @discardableResult
    public func execute(typed block: String) -> Diagnostic? { execute(recorded: Source(name: "prompt", text: block)) }

    /// Runs code, and remembers it for `record` when it worked.
    @discardableResult
    public func execute(recorded code: Source) -> Diagnostic? {
        _ = host.takeFigureTitle()
        // An interrupt at the prompt was for the prompt.
        Interrupt.clear()
        if let failure = execute(code) { return failure }
        if NotebookVerbs.isAboutSession(code.text) { return nil }
        do {
            try recorder.add(block: code.text, figure: host.takeFigureTitle())
        } catch {
            recorder.stop()
            let failure = diagnostic(RhumbError("\(error)", hint: "the recording has ended"), code)
            host.front?.receive(.error(failure))
            return failure
        }
        return nil
    }

    private func diagnostic(_ problem: any Error, _ code: Source) -> Diagnostic {
        let span = SourceSpan(source: code, range: 0..<code.text.utf8.count)
        if problem is Interruption { return Diagnostic(.interrupted, "interrupted", at: span) }
        let explained = problem as? RhumbError ?? RhumbError("\(problem)")
        return Diagnostic(.runtime, explained.message, at: span, help: explained.hint)
    }

    /// Whether code could run as it stands. False only when more lines could complete it; code with an error is
    /// complete, since running it shows the error.
    public func isComplete(_ code: String) -> Bool { Interpreter.isComplete(code) }

    /// What could stand at a place in a block.
    ///
    /// - Parameter cursor: UTF-8 offset.
    public func complete(_ code: String, at cursor: Int) -> Completion { interpreter.complete(code, cursor: cursor) }

    /// Help on the name at a place in a block; nil when there is no name.
    public func inspect(_ code: String, at cursor: Int) -> String? { interpreter.inspect(code, cursor: cursor) }

    /// Completion and help see the variables of a place while `body` runs.
    package func standing<Result>(at place: Place, _ body: () -> Result) -> Result {
        let outside = interpreter.standing
        interpreter.standing = place
        defer { interpreter.standing = outside }
        return body()
    }

    /// Asks the code that runs to stop within a step. Safe to call from a signal handler.
    ///
    /// - Returns: how often it was asked since the code started.
    @discardableResult
    public static func interrupt() -> Int { Interrupt.request() }
}
