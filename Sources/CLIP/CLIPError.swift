/// Everything CLIP's files and inputs can get wrong. The sentences are here and nowhere else.
public struct CLIPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence: what was expected and what came.
    public let message: String
    /// What to try; empty when there is nothing to say.
    public let hint: String

    init(_ message: String, hint: String = "") {
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
