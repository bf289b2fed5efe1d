import Basics
import Language

/// What can go wrong between two programs. The messages stand here.
package enum BenchError: ExplainedError, Equatable, CustomStringConvertible {
    case cannotStart(program: String, reason: String)
    case differentResult(work: String, peer: String, ours: Double, theirs: Double)
    case differentGradients(work: String, matrix: String, difference: Double)

    package var message: String {
        switch self {
        case .cannotStart(let program, let reason): "can't start '\(program)': \(reason)"
        case .differentResult(let work, let peer, let ours, let theirs):
            "'\(work)' is not the same work: Rhumb gives \(ours), \(peer) gives \(theirs)"
        case .differentGradients(let work, let matrix, let difference):
            "'\(work)' is not the same work: the gradient of '\(matrix)' differs by \(difference) of its length"
        }
    }

    package var hint: String {
        switch self {
        case .cannotStart: "'--python' takes the path of a Python, such as '--python .venv/bin/python'"
        case .differentResult, .differentGradients: ""
        }
    }

    package var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
