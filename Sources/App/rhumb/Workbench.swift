import Console
import FoundationEssentials
import Glibc
import Language
import Notebook
import Plot
import Programs
import Ranks
import Tensor
import Verbs

/// Puts the parts together for a command: verbs, session, signals, and how pictures look here.
struct Workbench {
    let options: CommonOptions
    /// What the code is granted, from the current folder on; nil for everything.
    let safe: SafeMode?

    init(_ options: CommonOptions, safe: SafeMode? = nil) {
        (self.options, self.safe) = (options, safe)
        if let threads = options.threads { Engine.threads = threads }
        Interrupts.install()
        Gnuplot.stop { Interrupt.isRequested }
    }

    func runPrompt() throws {
        let front = ConsoleFront(Self.appearance(options))
        let session = try session(front, artefacts: .figures(named: "prompt"))
        let machine = Machine.current()
        let features = machine.features.last.map { ", " + $0 } ?? ""
        Prompt(session: session, front: front).run(banner: "\(Engine.threads) threads\(features)")
    }

    /// - Parameters:
    ///   - name: what `rhumb tour` takes for the recipe; its path by default.
    ///   - first: the step to begin at.
    func runTour(_ recipe: Recipe, called name: String? = nil, from first: Int) throws -> Tour.End {
        let front = TourFront(Self.appearance(options))
        let session = Session(
            registry: .rhumb(), front: front, seed: try options.seed ?? recipe.seed() ?? 0,
            artefacts: .figures(named: "tour-" + recipe.name))
        return try Tour(recipe, called: name, session: session, front: front).run(from: first)
    }

    /// Runs a text that is not a recipe.
    ///
    /// - Parameter name: what messages call it.
    func run(_ text: String, name: String) throws {
        let front = ConsoleFront(Self.appearance(options))
        let session = try session(front, artefacts: .figures(named: "eval"))
        let failure = session.execute(Source(name: name, text: text))
        front.finish()
        if let failure { throw Failure.Shown(code: failure.kind.exitCode) }
    }

    /// Runs a text that is not a recipe, and writes what it gives as lines of JSON.
    func runAsLines(_ text: String, name: String) throws {
        let front = EventLines(LineOutput.takingStandardOutput())
        let session = try session(front, artefacts: .figures(named: "eval"))
        let failure = session.execute(Source(name: name, text: text))
        front.finish(failure)
        if let failure { throw Failure.Shown(code: failure.kind.exitCode) }
    }

    func runStandardInput() throws {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR {
                if Interrupt.isRequested { throw Failure.Shown(code: 130) }
                continue
            }
            guard count >= 0 else {
                let reason = errno == EISDIR ? "it is a folder" : String(cString: strerror(errno))
                throw RunError.unreadable(path: "standard input", reason: reason)
            }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= 64 << 20 else {
                throw RunError.unreadable(path: "standard input", reason: "it is longer than 64 MB")
            }
        }
        try run(String(decoding: bytes, as: UTF8.self), name: "standard input")
    }

    private func session(_ front: any Front, artefacts: Artefacts) throws -> Session {
        let here = FileManager.default.currentDirectoryPath
        let safe = try safe.map(Safeguard.resolved)
        if let safe { try Safeguard.begin(safe, folder: here) }
        return Session(
            registry: .rhumb(), front: front, seed: options.seed ?? 0, artefacts: artefacts,
            safe: try safe.map { try SafeFolders(own: here, inputs: $0.inputs) })
    }

    /// What a front may make of this terminal.
    static func appearance(_ options: CommonOptions) -> Appearance {
        appearance(wantsColour: !options.noColor, wantsLive: !options.noLive)
    }

    static func appearance(wantsColour: Bool, wantsLive: Bool) -> Appearance {
        Appearance(
            wantsColour: wantsColour, wantsLive: wantsLive, draw: { $0.inline(on: Terminal.detect()) }, preview: preview
        )
    }

    /// Pictures as this terminal can show them between lines of text.
    static func preview(_ sheet: PictureSheet, columns: Int, rows: Int) -> LivePicture? {
        sheet.inline(on: Terminal.detect(), columns: columns, rows: rows).map {
            LivePicture(lines: $0.lines, width: $0.width, erasing: $0.erasing)
        }
    }
}

/// SIGINT asks the running code to stop; the session goes on.
enum Interrupts {
    static func install() {
        Interrupt.clear()
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            if Session.interrupt() == 2 {
                let hint: StaticString =
                    "\nstopping as soon as the step under way is over; Ctrl-\\ ends Rhumb at once\n"
                _ = write(STDERR_FILENO, hint.utf8Start, hint.utf8CodeUnitCount)
            }
        }
        // Without SA_RESTART, so that a read that waits returns.
        if Ranks.isFirst { sigaction(SIGINT, &action, nil) }
        // A launcher of several ranks tells them so that its user wants no more.
        if Ranks.count > 1, Ranks.isFirst { sigaction(SIGTERM, &action, nil) }
        signal(SIGPIPE, SIG_IGN)
    }
}
