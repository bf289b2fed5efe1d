import Files

/// The word-level vocabulary of the world's text towers, and its tokenizer files in the transformers layout.
///
/// A token is a word or a comma, in lower case; a word the grammar never says is the unknown token. As in CLIP the
/// start and end of a text are the last two identifiers (an end identifier of 2 would select transformers' legacy
/// pooling) and padding repeats the end.
public enum Vocabulary {
    public static let unknown = "<unk>"
    public static let start = "<|startoftext|>"
    public static let end = "<|endoftext|>"

    /// Every word the grammar can say, sorted; word i has the identifier i + 1.
    public static let words: [String] = Grammar.words
    /// Words and the three special tokens.
    public static var count: Int { words.count + 3 }
    public static var startIdentifier: Int { count - 2 }
    public static var endIdentifier: Int { count - 1 }
    /// Positions of the text tower, with the two special tokens.
    public static let positions = 20

    /// The contents of `tokenizer.json`.
    public static var tokenizer: JSON {
        let all = [unknown] + words + [start, end]
        let special: [(String, Int)] = [(unknown, 0), (start, startIdentifier), (end, endIdentifier)]
        return [
            "version": "1.0",
            "truncation": .null,
            "padding": .null,
            "added_tokens": .array(special.map(addedToken)),
            "normalizer": ["type": "Lowercase"],
            "pre_tokenizer": ["type": "Whitespace"],
            "post_processor": [
                "type": "TemplateProcessing",
                "single": [specialPart(start, type: 0), textPart("A", type: 0), specialPart(end, type: 0)],
                "pair": [
                    specialPart(start, type: 0), textPart("A", type: 0), specialPart(end, type: 0),
                    textPart("B", type: 1), specialPart(end, type: 1),
                ],
                "special_tokens": .object([
                    .init(start, template(start, startIdentifier)), .init(end, template(end, endIdentifier)),
                ]),
            ],
            "decoder": .null,
            "model": [
                "type": "WordLevel",
                "vocab": .object(all.enumerated().map { .init($0.element, .integer($0.offset)) }),
                "unk_token": .string(unknown),
            ],
        ]
    }

    /// The contents of `tokenizer_config.json`.
    public static var tokenizerConfiguration: JSON {
        [
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": .string(start),
            "eos_token": .string(end),
            "pad_token": .string(end),
            "unk_token": .string(unknown),
            "model_max_length": .integer(positions),
            "clean_up_tokenization_spaces": false,
        ]
    }

    private static func addedToken(_ token: String, _ identifier: Int) -> JSON {
        [
            "id": .integer(identifier), "content": .string(token), "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true,
        ]
    }

    private static func specialPart(_ token: String, type: Int) -> JSON {
        ["SpecialToken": ["id": .string(token), "type_id": .integer(type)]]
    }

    private static func textPart(_ name: String, type: Int) -> JSON {
        ["Sequence": ["id": .string(name), "type_id": .integer(type)]]
    }

    private static func template(_ token: String, _ identifier: Int) -> JSON {
        ["id": .string(token), "ids": [.integer(identifier)], "tokens": [.string(token)]]
    }
}

extension Vocabulary {
    private static let identifiers = Dictionary(
        uniqueKeysWithValues: words.enumerated().map { ($0.element, $0.offset + 1) })

    /// Start, words, end: what the shipped tokenizer gives for a text in the world's own words.
    ///
    /// Training builds batches with this; texts from users go through the tokenizer, which also knows capitals and
    /// punctuation. At most `positions` identifiers, the end kept.
    package static func identifiers(of text: String) -> [Int] {
        let body = Grammar.tokens(text).prefix(positions - 2).map { identifiers[$0] ?? 0 }
        return [startIdentifier] + body + [endIdentifier]
    }
}
