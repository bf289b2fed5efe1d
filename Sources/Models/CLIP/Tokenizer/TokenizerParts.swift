import Basics
import Files

/// The steps of a tokenizer, read from its files.
struct TokenizerParts {
    var normalizer: Normalizer?
    var preTokenizer: PreTokenizer?
    var model: any TokenModel
    var postProcessor: PostProcessor?
    var addedTokens: [AddedToken]
    var decoder: JSON
    /// `max_length` of the file's truncation.
    var maximumLength: Int?
    /// `pad_token` of the file's padding.
    var paddingToken: String?

    /// Reads a `tokenizer.json`.
    init(_ json: JSON) throws(RhumbError) {
        if let part = json["normalizer"].present { normalizer = try Normalizer(part) }
        if let part = json["pre_tokenizer"].present { preTokenizer = try PreTokenizer(part) }
        if let part = json["post_processor"].present { postProcessor = try PostProcessor(part) }
        decoder = json["decoder"] ?? .null
        guard let model = json["model"] else { throw .field("model", of: "'tokenizer.json'") }
        self.model = try Self.model(model)
        addedTokens = []
        for token in json["added_tokens"]?.array ?? [] { addedTokens.append(try AddedToken(token, identifier: nil)) }
        maximumLength = json["truncation"]?["max_length"]?.integer
        paddingToken = json["padding"]?["pad_token"]?.string
    }

    private static func model(_ json: JSON) throws(RhumbError) -> any TokenModel {
        // Files written before the kind was: only byte-pair encoding has merges.
        let kind = json["type"]?.string ?? (json["merges"] != nil ? "BPE" : nil)
        guard let entries = json["vocab"]?.members else { throw .field("vocab", of: "the tokenizer's model") }
        let vocabulary = try TokenIndex(entries)
        switch kind {
        case "WordLevel":
            return WordLevel(vocabulary: vocabulary, unknownToken: json["unk_token"]?.string ?? "[UNK]")
        case "BPE":
            if json["dropout"]?.number ?? 0 != 0 { throw .unsupported("BPE option", "dropout", supported: "0") }
            if let prefix = json["continuing_subword_prefix"]?.string, !prefix.isEmpty {
                throw .unsupported("BPE option", "continuing_subword_prefix", supported: "an empty one")
            }
            var rules: [(String, String)] = []
            for (index, merge) in (json["merges"]?.array ?? []).enumerated() {
                let parts = (merge.array ?? []).compactMap(\.string)
                let written = parts.count == 2 ? (parts[0], parts[1]) : nil
                guard let rule = merge.string.flatMap({ pair(Array($0.utf8)[...]) }) ?? written else {
                    throw .merge(number: index + 1)
                }
                rules.append(rule)
            }
            return try BytePairEncoding(
                vocabulary: vocabulary, rules: rules,
                options: .init(
                    unknownToken: json["unk_token"]?.string, fusesUnknown: json["fuse_unk"]?.bool ?? false,
                    endOfWordSuffix: json["end_of_word_suffix"]?.string ?? "",
                    ignoresMerges: json["ignore_merges"]?.bool ?? false,
                    fallsBackToBytes: json["byte_fallback"]?.bool ?? false))
        default: throw .unsupported("model", kind, supported: "BPE, WordLevel")
        }
    }

    /// CLIP's tokenizer over a `vocab.json` and the lines of a `merges.txt`.
    init(vocabulary json: JSON, merges: [UInt8], settings: TokenizerSettings) throws(RhumbError) {
        guard let entries = json.members else { throw .field("a vocabulary", of: "'vocab.json'") }
        let vocabulary = try TokenIndex(entries)
        let special = settings.specialTokens(default: .clip)
        model = try BytePairEncoding(
            vocabulary: vocabulary, rules: Self.rules(merges),
            options: .init(unknownToken: special.unknown, endOfWordSuffix: "</w>"))
        addedTokens = try settings.addedTokens(special, vocabulary.identifier)
        normalizer = try Normalizer(Self.clipNormalizer)
        preTokenizer = try PreTokenizer(Self.clipPreTokenizer)
        decoder = ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
        func pair(_ token: String?, role: String) throws(RhumbError) -> JSON {
            guard let token, let identifier = vocabulary.identifier(of: token) else {
                throw .missingToken(token ?? "", role: role)
            }
            return [.string(token), .integer(identifier)]
        }
        postProcessor = try PostProcessor([
            "type": "RobertaProcessing", "sep": pair(special.end, role: "end"),
            "cls": pair(special.start, role: "start"), "trim_offsets": false, "add_prefix_space": false,
        ])
    }

    /// The rules of a `merges.txt`, two tokens a line.
    private static func rules(_ merges: [UInt8]) throws(RhumbError) -> [(String, String)] {
        var rules: [(String, String)] = []
        for line in merges.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where !line.starts(with: "#version".utf8)
        {
            guard let rule = pair(line) else { throw .merge(number: rules.count + 1) }
            rules.append(rule)
        }
        return rules
    }

    /// Two tokens with a space between. Bytes are split, because a combining character would hide the space.
    private static func pair(_ bytes: ArraySlice<UInt8>) -> (String, String)? {
        let parts = bytes.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
    }

    static let clipNormalizer: JSON = [
        "type": "Sequence",
        "normalizers": [
            ["type": "NFC"], ["type": "Replace", "pattern": ["Regex": "\\s+"], "content": " "], ["type": "Lowercase"],
        ],
    ]

    static let clipPreTokenizer: JSON = [
        "type": "Sequence",
        "pretokenizers": [
            [
                "type": "Split",
                "pattern": [
                    "Regex": .string(
                        #"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#)
                ],
                "behavior": "Removed", "invert": true,
            ],
            ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
        ],
    ]
}

extension Optional where Wrapped == JSON {
    /// Nil also where the file says `null`.
    var present: JSON? { flatMap { $0.isNull ? nil : $0 } }
}

extension TokenIndex {
    /// A vocabulary as files write it: tokens with their identifiers.
    init(_ entries: [JSON.Member]) throws(RhumbError) {
        self.init(capacity: entries.count)
        for entry in entries {
            guard let identifier = entry.value.integer else { throw .tokenIdentifier(entry.key, nil) }
            try insert(entry.key, identifier)
        }
    }

    /// The same, by identifier.
    var description: JSON {
        .object((0..<identifierLimit).compactMap { id in token(id).map { JSON.Member($0, .integer(id)) } })
    }
}
