import Basics

/// A prompt of a run: one that is trained on for its reward, or one on which the model is to stay as it was.
public struct TrainingPrompt: Hashable, Sendable, ExpressibleByStringLiteral {
    public let text: String
    /// Whether the model is held near its start on it, by the weight `keepKL`; it is drawn, judged and trained on like
    /// the others.
    public let isKept: Bool

    public init(_ text: String, isKept: Bool = false) { (self.text, self.isKept) = (text, isKept) }

    public init(stringLiteral text: String) { self.init(text) }

    /// Prompts whose rewards are to change, then those that are kept.
    ///
    /// - Throws: `RhumbError` for a prompt that is both.
    public static func list(_ texts: [String], keeping kept: [String] = []) throws -> [TrainingPrompt] {
        if let both = texts.first(where: Set(kept).contains) { throw RhumbError.keptAndTrained(both) }
        return texts.map { TrainingPrompt($0) } + kept.map { TrainingPrompt($0, isKept: true) }
    }
}

extension Sequence<TrainingPrompt> {
    public var texts: [String] { map(\.text) }
    /// Those that are kept.
    public var kept: [TrainingPrompt] { filter(\.isKept) }
}
