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

    static func mojibake(_ text: String, in whole: String) -> RhumbError {
        RhumbError(
            "'\(text)' in '\(whole.prefix(80))' looks like text that was decoded wrongly, which OpenCLIP would repair "
                + "before it reads it, and Rhumb does not",
            hint: "write it as it is meant to be read")
    }

    static func textCleaning(_ value: String) -> RhumbError {
        RhumbError(
            "'text_cleaning' in 'tokenizer_config.json' must be "
                + "\(Words.listed(TextCleaning.Kind.allCases.map(\.rawValue), most: 9)), not '\(value)'",
            hint: "leave it out for texts as transformers takes them")
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

// Weights in texts, and tokens that are added.
extension RhumbError {
    static func sentencePiece(_ problem: String) -> RhumbError {
        RhumbError("'spiece.model' can't be read: \(problem)", hint: "it must be a model of the sentencepiece library")
    }

    static func knownToken(_ token: String) -> RhumbError {
        RhumbError(
            "the tokenizer has a token '\(token)' already", hint: "give the embedding another name in its file")
    }

    static func bracket(_ bracket: String, at place: Int, of text: String) -> RhumbError {
        RhumbError(
            "'\(bracket)' at character \(place + 1) of \"\(text)\" has no other half",
            hint: "close it, or write \\\(bracket) for the bracket itself")
    }

    static func notOfSigLIP(_ what: String) -> RhumbError {
        RhumbError("\(what) are not supported with SigLIP, whose towers pool otherwise than CLIP's")
    }

    static func promptWeight(_ written: String, limit: Int, of text: String) -> RhumbError {
        RhumbError(
            "the weight '\(written)' in \"\(text)\" must be a number from 0 to \(limit)",
            hint: "write (red:1.3), or \\( and \\) for brackets that mean themselves")
    }

    static func promptEditing(_ text: String) -> RhumbError {
        RhumbError(
            "[ ] with ':' or '|' in \"\(text)\" is webui's prompt editing, which is not done here",
            hint: "[red] makes red count less, (red:0.7) by a number; \\[ and \\] are the brackets themselves")
    }

    static func weightCutOff(_ part: String, _ weight: Float, length: Int) -> RhumbError {
        RhumbError(
            "\"\(part)\" with the weight \(weight) lies beyond the \(length) tokens that the text encoder reads",
            hint: "put it further to the front, or shorten the prompt")
    }
}
