import Foundation

/// Why a figure could not be made. The sentences are in `message` and `hint`.
public enum PlotError: Error, Hashable {
    /// No `gnuplot` in the folders of `PATH`.
    case gnuplotMissing
    /// The process could not be started or waited for.
    case gnuplotUnusable(reason: String)
    /// gnuplot refused a command; `diagnostics` is what it printed.
    case gnuplotFailed(status: Int, diagnostics: String)
    /// A file of the figure could not be written.
    case unwritable(path: String, reason: String)
}

extension PlotError: LocalizedError, CustomStringConvertible {
    /// One sentence: what was expected and what came.
    public var message: String {
        switch self {
        case .gnuplotMissing: "gnuplot is needed to draw figures and is not on the PATH"
        case .gnuplotUnusable(let reason): "gnuplot could not be run: \(reason)"
        case .gnuplotFailed(let status, let diagnostics):
            diagnostics.isEmpty
                ? "gnuplot ended with status \(status)" : "gnuplot could not draw the figure: \(diagnostics)"
        case .unwritable(let path, let reason): "cannot write '\(path)': \(reason)"
        }
    }

    /// What to try, if anything is known.
    public var hint: String? {
        switch self {
        case .gnuplotMissing: "install it with: sudo apt-get install gnuplot-nox"
        case .gnuplotUnusable, .gnuplotFailed, .unwritable: nil
        }
    }

    public var errorDescription: String? { message }
    public var description: String { hint.map { "\(message); \($0)" } ?? message }
}
