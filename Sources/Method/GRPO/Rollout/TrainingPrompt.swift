import Basics

/// A prompt of a run: one that is trained on for its reward, or one on which the model is to stay as it was.
public struct TrainingPrompt: Hashable, Sendable, ExpressibleByStringLiteral {
    public let text: String
    /// Whether the model is held near its start on it, by the weight `keepKL`; it is drawn, judged and trained on like
    /// the others.
    public let isPreserved: Bool

    public init(_ text: String, isPreserved: Bool = false) { (self.text, self.isPreserved) = (text, isPreserved) }

    /// Whether it is the empty prompt, preserved: the model is held to what it predicts where nothing is asked for, which
    /// guidance leads away from, and no picture of it is better than another.
    public var asksForNothing: Bool { isPreserved && text.isEmpty }

    public init(stringLiteral text: String) { self.init(text) }

    /// Prompts whose rewards are to change, then those that are preserved.
    ///
    /// - Throws: `RhumbError` for a prompt that is both.
    public static func list(_ texts: [String], preserving preserved: [String] = []) throws -> [TrainingPrompt] {
        if let both = texts.first(where: Set(preserved).contains) { throw RhumbError.preservedAndTrained(both) }
        return texts.map { TrainingPrompt($0) } + preserved.map { TrainingPrompt($0, isPreserved: true) }
    }
}

extension Sequence<TrainingPrompt> {
    public var texts: [String] { map(\.text) }
    /// Those that are preserved.
    public var preserved: [TrainingPrompt] { filter(\.isPreserved) }
}
