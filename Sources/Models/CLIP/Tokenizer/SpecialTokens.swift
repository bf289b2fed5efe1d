import Basics
import Files

/// The tokens a tokenizer folder names for their role.
public struct SpecialTokens: Sendable, Equatable {
    public var start: String?
    public var end: String?
    public var unknown: String?
    public var padding: String?

    public init(start: String? = nil, end: String? = nil, unknown: String? = nil, padding: String? = nil) {
        self.start = start
        self.end = end
        self.unknown = unknown
        self.padding = padding
    }

    /// CLIP's own, which its tokenizer takes where a folder does not say.
    public static let clip = SpecialTokens(
        start: "<|startoftext|>", end: "<|endoftext|>", unknown: "<|endoftext|>", padding: "<|endoftext|>")

    /// The keys of the configuration files. The order matters: of two descriptions of one token the later counts.
    static let roles: [(key: String, path: WritableKeyPath<SpecialTokens, String?> & Sendable)] = [
        ("bos_token", \.start), ("eos_token", \.end), ("unk_token", \.unknown), ("pad_token", \.padding),
    ]
}

/// What `tokenizer_config.json` and `special_tokens_map.json` say.
struct TokenizerSettings {
    private let configuration: JSON?
    private let map: JSON?

    init(configuration: JSON?, map: JSON?) {
        self.configuration = configuration
        self.map = map
    }

    /// A token is written as text, or as an object with its flags.
    private func entry(_ key: String) -> JSON? {
        [configuration?[key], map?[key]].compactMap { $0 }.first { !$0.isNull }
    }

    func specialTokens(default fallback: SpecialTokens) -> SpecialTokens {
        var tokens = fallback
        for (key, path) in SpecialTokens.roles {
            guard let entry = entry(key), let content = entry.string ?? entry["content"]?.string else { continue }
            tokens[keyPath: path] = content
        }
        return tokens
    }

    /// The special tokens as added tokens, for a folder without a `tokenizer.json`.
    func addedTokens(_ special: SpecialTokens, _ vocabulary: TokenIndex) throws(RhumbError) -> [AddedToken] {
        var added: [AddedToken] = []
        func put(_ token: AddedToken) {
            added.removeAll { $0.content == token.content }
            added.append(token)
        }
        if let entries = configuration?["added_tokens_decoder"]?.members {
            for entry in entries { put(try AddedToken(entry.value, identifier: Int(entry.key))) }
            return added
        }
        for (key, path) in SpecialTokens.roles {
            guard let content = special[keyPath: path], let id = vocabulary.identifier(of: content) else { continue }
            var token = AddedToken(content: content, identifier: id)
            if let entry = entry(key), entry["content"] != nil {
                token = try AddedToken(entry, identifier: id)
                token.isSpecial = true
            }
            put(token)
        }
        return added
    }

    /// `model_max_length`; transformers writes 10³⁰ for "no limit".
    var maximumLength: Int? {
        guard let length = configuration?["model_max_length"]?.number, length >= 1, length < 1e9 else { return nil }
        return Int(length)
    }
}
