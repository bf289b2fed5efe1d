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

/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say, and which of them counts, as in
/// transformers: a configuration with `added_tokens_decoder` says everything; without it, as folders from before
/// transformers 4.34 are, `special_tokens_map.json` goes before the configuration, and `added_tokens.json` is read.
struct TokenizerSettings {
    private let configuration: JSON?
    private let map: JSON?
    private let added: JSON?

    init(configuration: JSON?, map: JSON? = nil, added: JSON? = nil) {
        let isWhole = configuration?["added_tokens_decoder"].present != nil
        self.configuration = configuration
        self.map = isWhole ? nil : map
        self.added = isWhole ? nil : added
    }

    /// A token is written as text, or as an object with its flags.
    private func entry(_ key: String) -> JSON? {
        [map?[key], configuration?[key]].compactMap { $0 }.first { !$0.isNull }
    }

    func specialTokens(default fallback: SpecialTokens) -> SpecialTokens {
        var tokens = fallback
        for (key, path) in SpecialTokens.roles {
            guard let entry = entry(key), let content = entry.string ?? entry["content"]?.string else { continue }
            tokens[keyPath: path] = content
        }
        return tokens
    }

    /// The tokens that are taken out of texts: those with a role, and those that were added to the vocabulary.
    ///
    /// - Parameter known: the identifier of a token of the vocabulary.
    func addedTokens(
        _ special: SpecialTokens, _ known: (String) -> Int?
    ) throws(RhumbError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        func put(_ token: AddedToken) {
            tokens.removeAll { $0.content == token.content }
            tokens.append(token)
        }
        if let entries = configuration?["added_tokens_decoder"]?.members {
            for entry in entries { put(try AddedToken(entry.value, identifier: Int(entry.key))) }
            return tokens
        }
        let others = ["additional_special_tokens", "extra_special_tokens"].flatMap { entry($0)?.array ?? [] }
        let otherContents = others.compactMap { $0.string ?? $0["content"]?.string }
        let roles = SpecialTokens.roles.compactMap { special[keyPath: $0.path] }
        for entry in added?.members ?? [] {
            guard let identifier = entry.value.integer else { throw .tokenIdentifier(entry.key, nil) }
            var token = AddedToken(content: entry.key, identifier: identifier)
            token.isSpecial = (roles + otherContents).contains(entry.key)
            token.isNormalized = !token.isSpecial
            put(token)
        }
        let listed = tokens
        func identifier(of content: String) -> Int? {
            listed.first { $0.content == content }?.identifier ?? known(content)
        }
        for (key, path) in SpecialTokens.roles {
            guard let content = special[keyPath: path], let id = identifier(of: content) else { continue }
            var token = AddedToken(content: content, identifier: id)
            if let entry = entry(key), entry["content"] != nil {
                token = try AddedToken(entry, identifier: id)
                token.isSpecial = true
            }
            put(token)
        }
        for (content, entry) in zip(otherContents, others) {
            guard let id = identifier(of: content) else { throw .addedTokenWithoutIdentifier(content) }
            var token = AddedToken(content: content, identifier: id)
            if entry["content"] != nil { token = try AddedToken(entry, identifier: id) }
            token.isSpecial = true
            put(token)
        }
        return tokens
    }

    /// The class that the folder was written for.
    var className: String? { configuration?["tokenizer_class"]?.string }

    /// How texts are cleaned first; Rhumb's own key, which other programs leave aside.
    var textCleaning: String? { configuration?["text_cleaning"]?.string }

    /// `padding_side`, which is the right one but for SigLIP 2's own class.
    var padsLeft: Bool {
        (configuration?["padding_side"]?.string ?? (className == "Siglip2Tokenizer" ? "left" : "right")) == "left"
    }

    /// `model_max_length`; transformers writes 10³⁰ for "no limit".
    var maximumLength: Int? {
        guard let length = configuration?["model_max_length"]?.number, length >= 1, length < 1e9 else { return nil }
        return Int(length)
    }
}
