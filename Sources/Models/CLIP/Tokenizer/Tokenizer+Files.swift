import Basics
import Files
import Foundation

extension Tokenizer {
    /// Reads the tokenizer of a model folder: `tokenizer.json`, or `vocab.json` and `merges.txt` as older folders have
    /// them, with the roles of special tokens and the tokens that were added to the vocabulary as `TokenizerSettings`
    /// reads them from the other files.
    ///
    /// - Throws: `RhumbError` for a part that is missing or not supported, `FileError` for a file that can't be
    ///   read.
    public convenience init(folder: URL) throws {
        func json(_ name: String) throws -> JSON? {
            let file = folder.appendingPathComponent(name)
            return FileManager.default.fileExists(atPath: file.path) ? try FileContents.json(file) : nil
        }
        let settings = TokenizerSettings(
            configuration: try json("tokenizer_config.json"), map: try json("special_tokens_map.json"),
            added: try json("added_tokens.json"))
        if let file = try json("tokenizer.json") {
            try self.init(TokenizerParts(file), settings, cleaning: TextCleaning(settings))
            return
        }
        let pieces = folder.appendingPathComponent(Tokenizer.pieceFile)
        if FileManager.default.fileExists(atPath: pieces.path) {
            let parts = try TokenizerParts(
                sentencePiece: FileContents.bytes(of: pieces), configuration: try json("tokenizer_config.json"),
                settings: settings)
            try self.init(
                parts, specialTokens: settings.specialTokens(default: .siglip),
                maximumLength: settings.maximumLength ?? 64, padsLeft: settings.padsLeft)
            return
        }
        let merges = folder.appendingPathComponent("merges.txt")
        guard let vocabulary = try json("vocab.json"), FileManager.default.fileExists(atPath: merges.path) else {
            throw RhumbError.noTokenizer(folder.displayPath)
        }
        let parts = try TokenizerParts(
            vocabulary: vocabulary, merges: FileContents.bytes(of: merges), settings: settings)
        try self.init(
            parts, specialTokens: settings.specialTokens(default: .clip), maximumLength: settings.maximumLength,
            cleaning: TextCleaning(settings))
    }

    /// A tokenizer from the contents of `tokenizer.json` and `tokenizer_config.json`.
    ///
    /// - Throws: `RhumbError` for a part that is missing or not supported.
    public convenience init(json: JSON, configuration: JSON) throws(RhumbError) {
        try self.init(TokenizerParts(json), TokenizerSettings(configuration: configuration))
    }

    private convenience init(
        _ parts: TokenizerParts, _ settings: TokenizerSettings, cleaning: TextCleaning? = nil
    ) throws(RhumbError) {
        var special = settings.specialTokens(default: SpecialTokens(padding: parts.paddingToken))
        // A token that only the configuration names is taken out of texts too: a padding token "!" as in some folders.
        var parts = parts
        let own = parts
        parts.addedTokens += try settings.addedTokens(special, own.identifier).filter { token in
            !own.addedTokens.contains { $0.content == token.content }
        }
        // A folder that names no roles still says what it puts around a text.
        if special.end == nil { special.end = parts.postProcessor?.after.last.flatMap(parts.token) }
        if special.start == nil { special.start = parts.postProcessor?.before.first.flatMap(parts.token) }
        if settings.className == Tokenizer.secondSigLIP, let own = parts.normalizer, !own.lowercases {
            parts.normalizer = .sequence([.lowercase, own])
        }
        try self.init(
            parts, specialTokens: special, maximumLength: settings.maximumLength ?? parts.maximumLength,
            padsLeft: settings.padsLeft, cleaning: cleaning)
    }

    /// The same tokenizer for texts as transformers takes them.
    package func withoutCleaning() throws(RhumbError) -> Tokenizer {
        cleaning == nil ? self : try Tokenizer(self, cleaning: nil)
    }

    /// The same tokenizer with another cleaning of texts.
    convenience init(_ other: Tokenizer, cleaning: TextCleaning?) throws(RhumbError) {
        try self.init(
            TokenizerParts(of: other), specialTokens: other.specialTokens, maximumLength: other.maximumLength,
            padsLeft: other.padsLeft,
            cleaning: cleaning)
    }

    /// The tokenizer as a `tokenizer.json`.
    public var json: JSON {
        [
            "version": "1.0", "truncation": .null, "padding": .null,
            "added_tokens": .array(addedTokens.map(\.description)),
            "normalizer": normalizer?.description ?? .null, "pre_tokenizer": preTokenizer?.description ?? .null,
            "post_processor": postProcessor?.description ?? .null, "decoder": decoder, "model": model.description,
        ]
    }

    /// Writes `tokenizer.json`, `tokenizer_config.json` and `special_tokens_map.json` into a folder that exists; CLIP's
    /// own also as `vocab.json` and `merges.txt`, which is what `CLIPTokenizer` of transformers 4 reads.
    ///
    /// - Parameter maximumLength: tokens the model beside it sees; nil for the tokenizer's own limit.
    /// - Throws: `FileError` where a file can't be written.
    public func save(to folder: URL, maximumLength length: Int? = nil) throws {
        let roles = SpecialTokens.roles.compactMap { role in
            specialTokens[keyPath: role.path].map { JSON.Member(role.key, .string($0)) }
        }
        let isCLIP = className == Self.clipClass
        // What stands in `tokenizer.json` for those who don't read that.
        let added = addedTokens.map { token in
            let flags = token.description.members?.filter { $0.key != "id" } ?? []
            return JSON.Member("\(token.identifier)", .object(flags))
        }
        if let model = model as? SentencePiece {
            try save(model, roles, to: folder, maximumLength: length)
            return
        }
        let settings: [JSON.Member] =
            roles + (isCLIP ? [.init("added_tokens_decoder", .object(added))] : []) + [
                .init("model_max_length", (length ?? maximumLength).map(JSON.integer) ?? .number(1e30)),
                .init("clean_up_tokenization_spaces", false), .init("tokenizer_class", .string(className)),
            ] + (cleaning.map { [.init("text_cleaning", .string($0.kind.rawValue))] } ?? [])
            + (padsLeft ? [.init("padding_side", "left")] : [])
        try AtomicFile.write(json.text(indent: 2) + "\n", to: folder.appendingPathComponent("tokenizer.json"))
        try AtomicFile.write(
            JSON.object(settings).text(indent: 2) + "\n", to: folder.appendingPathComponent("tokenizer_config.json"))
        try AtomicFile.write(
            JSON.object(roles).text(indent: 2) + "\n", to: folder.appendingPathComponent("special_tokens_map.json"))
        guard isCLIP, let model = model as? BytePairEncoding else { return }
        try AtomicFile.write(
            model.vocabulary.description.text() + "\n", to: folder.appendingPathComponent("vocab.json"))
        let lines = ["#version: 0.2"] + model.rules.map { "\($0.0) \($0.1)" }
        try AtomicFile.write(
            lines.joined(separator: "\n") + "\n", to: folder.appendingPathComponent("merges.txt"))
    }

    /// SigLIP's own files.
    private func save(_ model: SentencePiece, _ roles: [JSON.Member], to folder: URL, maximumLength: Int?) throws {
        let settings: [JSON.Member] = [
            .init(
                "added_tokens_decoder",
                .object(
                    addedTokens.map { token in
                        .init(
                            "\(token.identifier)", .object(token.description.members?.filter { $0.key != "id" } ?? []))
                    })),
            .init("do_lower_case", .bool(model.lowercases)),
            .init("model_max_length", (maximumLength ?? self.maximumLength).map(JSON.integer) ?? .number(1e30)),
            .init("padding_side", .string(padsLeft ? "left" : "right")),
            .init("clean_up_tokenization_spaces", false), .init("tokenizer_class", .string(className)),
        ]
        try AtomicFile.write(model.file, to: folder.appendingPathComponent(Tokenizer.pieceFile))
        try AtomicFile.write(
            JSON.object(roles + settings).text(indent: 2) + "\n",
            to: folder.appendingPathComponent("tokenizer_config.json"))
        try AtomicFile.write(
            JSON.object(roles).text(indent: 2) + "\n", to: folder.appendingPathComponent("special_tokens_map.json"))
    }

    private static let pieceFile = "spiece.model"
    private static let secondSigLIP = "Siglip2Tokenizer"
    private static let clipClass = "CLIPTokenizer"

    /// The class of transformers that reads what is saved. CLIPTokenizer builds its own normalisation around the
    /// vocabulary, so only CLIP's own may carry its name.
    package var className: String {
        if model is SentencePiece { return "SiglipTokenizer" }
        guard model is BytePairEncoding, let normalizer, let preTokenizer,
            normalizer.description == TokenizerParts.clipNormalizer,
            preTokenizer.description == TokenizerParts.clipPreTokenizer
        else { return "PreTrainedTokenizerFast" }
        return Self.clipClass
    }
}

extension TokenizerParts {
    fileprivate func identifier(of token: String) -> Int? {
        addedTokens.first { $0.content == token }?.identifier ?? model.vocabulary.identifier(of: token)
    }

    func token(_ identifier: Int) -> String? {
        addedTokens.first { $0.identifier == identifier }?.content ?? model.vocabulary.token(identifier)
    }
}
