import Basics
import ArgumentParser
import Files
import Console
import Glibc
import Language
import Notebook
import Plot
import Ranks

/// Turns what a command throws into its message and exit code: 0; 1 a failed `expect` or a run-time error; 2 bad usage
/// or syntax; 130 interrupted.
enum Failure {
    /// The command has shown its error already.
    struct Shown: Error {
        let code: Int32
    }

    static func exiting(_ body: () throws -> Void) -> Never {
        do {
            try body()
            Glibc.exit(RankedRun.end(code: 0))
        } catch let shown as Shown {
            Glibc.exit(RankedRun.end(code: shown.code))
        } catch {
            guard Ranks.isFirst else { Glibc.exit(RankedRun.end(code: 1, problem: error)) }
            if RankedRun.isEchoOfFirst { Glibc.exit(code(of: error)) }
            guard let text = text(of: error, colour: Screen(descriptor: STDERR_FILENO).hasColour) else {
                exitUsage(error)
            }
            exit(code(of: error), text)
        }
    }

    /// What another rank is to say of an error.
    static func explained(_ error: any Error) -> RhumbError {
        switch error {
        case let diagnostic as Diagnostic:
            RhumbError("\(diagnostic.span.description): \(diagnostic.message)", hint: diagnostic.help)
        case let error as FileError: RhumbError(error.message, hint: error.hint)
        case let error as any ExplainedError: RhumbError(error.message, hint: error.hint)
        default: RhumbError(RhumbCommand.message(for: error))
        }
    }

    /// What there is to say about an error; nil for those of the argument parser.
    static func text(of error: any Error, colour: Bool) -> String? {
        switch error {
        case let diagnostic as Diagnostic: diagnostic.text(colour: colour)
        case let error as FileError: message(error.message, error.hint)
        case let error as any ExplainedError: message(error.message, error.hint)
        default: nil
        }
    }

    static func code(of error: any Error) -> Int32 {
        switch error {
        case let diagnostic as Diagnostic: diagnostic.kind.exitCode
        case let error as RunError where error.isUsage: 2
        case PlotError.interrupted: 130
        default: 1
        }
    }

    static func message(_ text: String, _ hint: String) -> String {
        ("error: " + text + (hint.isEmpty ? "" : "\n  help: " + hint)).visible
    }

    /// The argument parser's own ways to end: a request for help or the version, or bad usage.
    private static func exitUsage(_ error: any Error) -> Never {
        guard RhumbCommand.exitCode(for: error) != .success else {
            print(RhumbCommand.fullMessage(for: error))
            Glibc.exit(0)
        }
        // "Error: …" with the usage below it: the same voice as every other message.
        let text = RhumbCommand.fullMessage(for: error).visible
        exit(2, text.hasPrefix("Error:") ? "error:" + text.dropFirst("Error:".count) : text)
    }

    private static func exit(_ code: Int32, _ message: String) -> Never {
        ConsoleFront.remark(message + "\n")
        Glibc.exit(RankedRun.end(code: code))
    }
}
