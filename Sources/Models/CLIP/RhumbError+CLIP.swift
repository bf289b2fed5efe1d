import Basics
import Files

// What files and inputs of CLIP models can get wrong. Its messages are here and nowhere else.

// MARK: - Tokenizers

extension RhumbError {
    static func pattern(_ pattern: String, _ reason: String) -> RhumbError {
        RhumbError("the tokenizer's pattern '\(short(pattern))' has \(reason), which is malformed or not supported")
    }

    static func tooManySteps(_ pattern: String, characters: Int) -> RhumbError {
        RhumbError(
            "the tokenizer's pattern '\(short(pattern))' tries too many ways to match a text of \(characters) characters",
            hint: "give a shorter text, or a tokenizer whose repetitions don't stand inside repetitions")
    }

    static func normalizedTooLong(_ limit: Int) -> RhumbError {
        RhumbError(
            "the tokenizer's normalizer makes more than \(limit) characters of a text",
            hint: "is its 'Replace' as it should be?")
    }

    private static func short(_ text: String) -> String { text.count > 80 ? text.prefix(80) + "…" : text }

    static func unsupported(_ part: String, _ kind: String?, supported: String) -> RhumbError {
        RhumbError(
            "the tokenizer's \(part) \(kind.map { "'\($0)'" } ?? "has no kind, which") is not supported",
            hint: "supported: \(supported)")
    }

    static func field(_ key: String, of part: String) -> RhumbError {
        RhumbError("\(part) has no usable '\(key)'")
    }

    static func tokenIdentifier(_ token: String, _ identifier: Int?) -> RhumbError {
        RhumbError(
            "the token '\(token)' has \(identifier.map { "the identifier \($0)" } ?? "no identifier")",
            hint: "identifiers are whole numbers from 0 to \(TokenIndex.maximumID - 1)")
    }

    static func addedTokenWithoutIdentifier(_ token: String) -> RhumbError {
        RhumbError(
            "the special token '\(token)' of the tokenizer has no identifier",
            hint: "'added_tokens.json', or 'added_tokens_decoder' in 'tokenizer_config.json', gives it")
    }

    static func missingToken(_ token: String, role: String) -> RhumbError {
        token.isEmpty
            ? RhumbError("the tokenizer names no \(role) token", hint: "'tokenizer_config.json' does")
            : RhumbError("the tokenizer's \(role) token '\(token)' is not in its vocabulary")
    }

    static func unknownWord(_ word: String) -> RhumbError {
        RhumbError("the word '\(word)' is not in the vocabulary, which has no token for unknown words")
    }

    static func merge(number: Int) -> RhumbError {
        RhumbError("merge rule \(number) of the tokenizer is not a pair of tokens")
    }

    static func mergeOutsideVocabulary(_ left: String, _ right: String, number: Int) -> RhumbError {
        RhumbError(
            "merge rule \(number) joins '\(left)' and '\(right)', and one of them or '\(left + right)' is not in the "
                + "vocabulary",
            hint: "'vocab.json' and 'merges.txt' must come from the same model")
    }

    static func length(_ length: Int, special: Int) -> RhumbError {
        RhumbError("a text can't be cut to \(length) tokens: the start and end tokens alone are \(special)")
    }

    static func noTokenizer(_ folder: String) -> RhumbError {
        RhumbError("'\(folder)' has no tokenizer", hint: "it needs 'tokenizer.json', or 'vocab.json' and 'merges.txt'")
    }
}

// MARK: - Weights alone

extension RhumbError {
    static func noCLIP(file: String, missing: String) -> RhumbError {
        RhumbError(
            "'\(file)' lacks '\(missing)', by which the sizes of a CLIP are told",
            hint: "give the folder that the file comes from, with its 'config.json' or 'open_clip_config.json'")
    }

    static func tokenizerNeeded(file: String, tokens: Int) -> RhumbError {
        RhumbError(
            "the text tower in '\(file)' knows \(tokens) tokens, and CLIP's own vocabulary has \(Tokenizer.clipVocabularySize)",
            hint: "name a folder with its tokenizer: tokenizer: \"FOLDER\"")
    }
}

// MARK: - Pictures

extension RhumbError {
    static let noImages = RhumbError("there is no picture to look at")

    static func emptyImage(width: Int, height: Int) -> RhumbError {
        RhumbError("a picture of \(width)×\(height) pixels can't be brought to the image tower's size")
    }

    static func differentSizes(_ a: [Int], _ b: [Int]) -> RhumbError {
        RhumbError(
            "pictures come out of preprocessing as \(a[2])×\(a[1]) and \(b[2])×\(b[1]) pixels",
            hint: "turn on resizing and cropping in 'preprocessor_config.json'")
    }

    static func preprocessing(_ key: String, _ value: JSON, expected: String) -> RhumbError {
        RhumbError("'\(key)' in 'preprocessor_config.json' must be \(expected), not \(value.text())")
    }
}
