import Basics

/// An error with its span: what must be, what came, and what to try.
public struct Diagnostic: Error, Sendable {
    /// Decides the exit code.
    public enum Kind: String, Sendable {
        /// The text does not follow the grammar or names an unknown verb, option or variable.
        case syntax
        /// Something failed while running.
        case runtime
        /// An `expect` did not hold.
        case expectation
        /// The user stopped it.
        case interrupted

        /// 0 is success; 1 a failed `expect` or a run-time error; 2 bad usage or syntax; 130 interrupted.
        public var exitCode: Int32 {
            switch self {
            case .syntax: 2
            case .runtime, .expectation: 1
            case .interrupted: 130
            }
        }
    }

    public var kind: Kind
    public var message: String
    public var span: SourceSpan
    /// Stands behind the caret: `did you mean 'steps'?`
    public var label: String
    /// What to try; printed after `help:`.
    public var help: String
    /// Calls that led here, innermost first: the function's name and where it was called.
    public var trace: [Call]
    /// The text ended while something was still open, so more lines could complete it.
    public var isIncomplete: Bool

    public struct Call: Sendable {
        public let function: String
        public let span: SourceSpan
    }

    public init(
        _ kind: Kind, _ message: String, at span: SourceSpan, label: String = "", help: String = "", trace: [Call] = [],
        isIncomplete: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.span = span
        self.label = label
        self.help = help
        self.trace = trace
        self.isIncomplete = isIncomplete
    }
}
