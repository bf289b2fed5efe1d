import Basics
import Foundation

/// Why a figure could not be made. The texts are in `message` and `hint`.
public enum PlotError: ExplainedError, Hashable {
    /// No `gnuplot` in the folders of `PATH`.
    case gnuplotMissing
    /// The process could not be started or waited for.
    case gnuplotUnusable(reason: String)
    /// gnuplot was still at work after so many seconds, and was ended.
    case gnuplotTooSlow(seconds: Double)
    /// Somebody asked to stop while gnuplot was at work.
    case interrupted
    /// gnuplot refused a command; `diagnostics` is what it printed.
    case gnuplotFailed(status: Int, diagnostics: String)
    /// gnuplot ended well and left an unfinished file.
    case incomplete(OutputFormat)
    /// A file of the figure could not be written.
    case unwritable(path: String, reason: String)

    /// A figure without panels, a panel without layers, a layer without cells or pictures.
    case emptyFigure
    /// Two things that belong together pairwise and differ in number.
    case mismatch(what: String, count: Int, other: String, expected: Int)
    /// An axis that ends before it begins.
    case badRange(axis: String, lower: Double?, upper: Double?)
    /// A logarithmic axis asked to reach zero or below.
    case notPositive(axis: String, value: Double)
    /// A logarithmic axis along which names or cells stand; `values` is the axis of the numbers, where there is one.
    case namesOnLogarithmicAxis(String, values: String?)
    /// Bins without width.
    case badBins
    /// An option below its least value.
    case tooSmall(what: String, least: Double, value: Double)
}

extension PlotError: LocalizedError, CustomStringConvertible {
    /// One sentence: what must be, and what came instead.
    public var message: String {
        switch self {
        case .gnuplotMissing: "figures need gnuplot, which is not on the PATH"
        case .gnuplotUnusable(let reason): "gnuplot could not be run: \(reason)"
        case .gnuplotTooSlow(let seconds):
            "gnuplot did not end within \(NumberText.plain(seconds)) second\(seconds == 1 ? "" : "s") and was stopped"
        case .interrupted: "gnuplot was interrupted"
        case .gnuplotFailed(let status, let diagnostics):
            diagnostics.isEmpty
                ? "gnuplot ended with status \(status) and no message"
                : "gnuplot could not draw the figure: \(diagnostics)"
        case .incomplete(let format): "gnuplot left the \(format.rawValue) file of the figure unfinished"
        case .unwritable(let path, let reason): "can't write '\(path)': \(reason)"
        case .emptyFigure: "there is nothing to plot"
        case .mismatch(let what, let count, let other, let expected):
            "a plot needs as many \(what) as \(other), not \(count) and \(expected)"
        case .badRange(let axis, let lower, let upper):
            "the range of the \(axis) axis must rise and be finite, not go from "
                + "\(lower.map(NumberText.plain) ?? "the least value") to \(upper.map(NumberText.plain) ?? "the greatest")"
        case .notPositive(let axis, let value):
            "the values of a logarithmic \(axis) axis must be positive, not \(NumberText.plain(value))"
        case .namesOnLogarithmicAxis(let axis, _):
            "the \(axis) axis holds names or cells here, so it can't be logarithmic"
        case .badBins: "the bins of a histogram need a positive width and edges that rise"
        case .tooSmall(let what, let least, let value):
            "'\(what)' must be at least \(NumberText.plain(least)), not \(NumberText.plain(value))"
        }
    }

    /// What to try; empty when there is nothing to say.
    public var hint: String {
        switch self {
        case .gnuplotTooSlow: "try 'gnuplot --version'; for large figures RHUMB_GNUPLOT_SECONDS=600 waits longer"
        case .gnuplotMissing: "install it with: sudo apt-get install gnuplot-nox"
        case .namesOnLogarithmicAxis(_, let values?): "for the values: log: \"\(values)\""
        case .notPositive: "give the axis a positive lower end, or make it linear"
        default: ""
        }
    }

    public var errorDescription: String? { message }
    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
