import Checkpoint

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

// MARK: - Tokenizers

extension CLIPError {
    static func pattern(_ pattern: String, _ reason: String) -> CLIPError {
        CLIPError("the tokenizer's pattern '\(short(pattern))' has \(reason), which is malformed or not supported")
    }

    static func tooManySteps(_ pattern: String, characters: Int) -> CLIPError {
        CLIPError(
            "the tokenizer's pattern '\(short(pattern))' tries too many ways to match a text of \(characters) characters",
            hint: "give a shorter text, or a tokenizer whose repetitions don't stand inside repetitions")
    }

    static func normalizedTooLong(_ limit: Int) -> CLIPError {
        CLIPError(
            "the tokenizer's normalizer makes more than \(limit) characters of a text",
            hint: "is its 'Replace' as it should be?")
    }

    private static func short(_ text: String) -> String { text.count > 80 ? text.prefix(80) + "…" : text }

    static func unsupported(_ part: String, _ kind: String?, supported: String) -> CLIPError {
        CLIPError(
            "the tokenizer's \(part) \(kind.map { "'\($0)'" } ?? "has no kind, which") is not supported",
            hint: "supported: \(supported)")
    }

    static func field(_ key: String, of part: String) -> CLIPError {
        CLIPError("\(part) has no usable '\(key)'")
    }

    static func tokenIdentifier(_ token: String, _ identifier: Int?) -> CLIPError {
        CLIPError(
            "the token '\(token)' has \(identifier.map { "the identifier \($0)" } ?? "no identifier")",
            hint: "identifiers are whole numbers from 0 to \(TokenIndex.maximumID - 1)")
    }

    static func missingToken(_ token: String, role: String) -> CLIPError {
        token.isEmpty
            ? CLIPError("the tokenizer names no \(role) token", hint: "'tokenizer_config.json' does")
            : CLIPError("the tokenizer's \(role) token '\(token)' is not in its vocabulary")
    }

    static func unknownWord(_ word: String) -> CLIPError {
        CLIPError("the word '\(word)' is not in the vocabulary, which has no token for unknown words")
    }

    static func merge(number: Int) -> CLIPError {
        CLIPError("merge rule \(number) of the tokenizer is not a pair of tokens")
    }

    static func mergeOutsideVocabulary(_ left: String, _ right: String, number: Int) -> CLIPError {
        CLIPError(
            "merge rule \(number) joins '\(left)' and '\(right)', and one of them or '\(left + right)' is not in the "
                + "vocabulary",
            hint: "'vocab.json' and 'merges.txt' must come from the same model")
    }

    static func length(_ length: Int, special: Int) -> CLIPError {
        CLIPError("a text can't be cut to \(length) tokens: the start and end tokens alone are \(special)")
    }

    static func noTokenizer(_ folder: String) -> CLIPError {
        CLIPError("'\(folder)' has no tokenizer", hint: "it needs 'tokenizer.json', or 'vocab.json' and 'merges.txt'")
    }
}

// MARK: - Pictures

extension CLIPError {
    static let noImages = CLIPError("there is no picture to look at")

    static func emptyImage(width: Int, height: Int) -> CLIPError {
        CLIPError("a picture of \(width)×\(height) pixels can't be brought to the image tower's size")
    }

    static func differentSizes(_ a: [Int], _ b: [Int]) -> CLIPError {
        CLIPError(
            "pictures come out of preprocessing as \(a[2])×\(a[1]) and \(b[2])×\(b[1]) pixels",
            hint: "turn on resizing and cropping in 'preprocessor_config.json'")
    }

    static func preprocessing(_ key: String, _ value: JSON, expected: String) -> CLIPError {
        CLIPError("'\(key)' in 'preprocessor_config.json' is \(value.text()), and must be \(expected)")
    }
}
