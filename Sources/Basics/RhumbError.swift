/// An error that says what went wrong and what to try. Whoever shows it says where: the interpreter puts its caret under
/// the call, or under the argument that the error names.
public protocol ExplainedError: Error {
    /// One sentence: what must be, and what came instead.
    var message: String { get }
    /// What to try; empty when there is nothing to say.
    var hint: String { get }
}

/// What any room can object to. Each room has a file `RhumbError+Room.swift` with its messages, as static functions.
///
///     throw RhumbError("'clip' must be below 1, not 1", hint: "for example 0.2", argument: "clip")
public struct RhumbError: ExplainedError, Equatable, CustomStringConvertible {
    public let message: String
    public let hint: String
    /// The argument at fault; nil for the whole call, or where there is none.
    public let argument: Argument?

    /// An argument of a verb by its parameter's name, and which of several where the parameter takes the rest.
    public struct Argument: Equatable, Sendable {
        public let name: String
        public let element: Int
    }

    public init(_ message: String, hint: String = "", argument: String? = nil, element: Int = 0) {
        self.message = message
        self.hint = hint
        self.argument = argument.map { Argument(name: $0, element: element) }
    }

    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
