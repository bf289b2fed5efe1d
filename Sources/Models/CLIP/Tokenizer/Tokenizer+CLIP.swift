import Basics
import Files
import Foundation

extension Tokenizer {
    /// Tokens of CLIP's own vocabulary.
    public static let clipVocabularySize = 49408

    /// CLIP's own tokenizer, which OpenAI's and OpenCLIP's models and Stable Diffusion share; its merges are bundled.
    ///
    /// - Parameter padding: the padding token; nil is the end token. Stable Diffusion 2.x pads with `!`.
    public static func clip(padding: String? = nil) throws -> Tokenizer {
        try clip(padding: padding, maximumLength: 77, cleaning: nil)
    }

    /// The same vocabulary with texts as OpenCLIP's `SimpleTokenizer` takes them, and OpenAI's program alike: repaired,
    /// without HTML's entities and in lower case. It has no length of its own.
    public static func openCLIP() throws -> Tokenizer {
        try clip(padding: nil, maximumLength: nil, cleaning: TextCleaning(.lower))
    }

    /// The tokenizer of a folder of OpenCLIP as its `get_tokenizer` takes it: the folder's own where the configuration
    /// names one (`hf_tokenizer_name`), else CLIP's own.
    ///
    /// - Parameter size: tokens that the model knows.
    convenience init(openCLIP folder: URL, size: Int) throws {
        let text = try FileContents.json(folder.appendingPathComponent(CLIPConfiguration.openCLIPFile))["model_cfg"]?[
            "text_cfg"]
        let isNamed = text?["hf_tokenizer_name"].present?.string.map { !$0.isEmpty } ?? false
        let options = text?["tokenizer_kwargs"].present?.members ?? []
        let usual = (isNamed ? TextCleaning.Kind.whitespace : .lower).openCLIPName
        for option in options where option.key != "clean" || option.value.string != usual {
            throw RhumbError.openCLIP(
                "text_cfg.tokenizer_kwargs", "asks for \(option.key): \(option.value.text()), which is not done here")
        }
        // Other vocabularies than CLIP's own OpenCLIP would have to be given: they are taken as transformers does.
        guard isNamed || size == Self.clipVocabularySize else {
            try self.init(folder: folder)
            return
        }
        let own = isNamed ? try Tokenizer(folder: folder) : try Tokenizer.openCLIP()
        try self.init(own, cleaning: own.cleaning ?? TextCleaning(.whitespace))
    }

    /// The tokenizer of a text tower alone: of the folder that is given, else of its own, else CLIP's own.
    ///
    /// - Throws: also `RhumbError` where there is none and the tower does not know CLIP's own tokens.
    convenience init(ofTowerIn folder: URL, given: URL?, size: Int) throws {
        let names = ["tokenizer.json", "vocab.json"].map { folder.appendingPathComponent($0).path }
        if let place = given ?? (names.contains(where: FileManager.default.fileExists) ? folder : nil) {
            try self.init(folder: place)
            return
        }
        guard size == Self.clipVocabularySize else {
            throw RhumbError.towerTokenizer(folder: folder.displayPath, tokens: size)
        }
        try self.init(Tokenizer.clip(), cleaning: nil)
    }

    private static func clip(padding: String?, maximumLength: Int?, cleaning: TextCleaning?) throws -> Tokenizer {
        let bytes = try FileContents.bytes(of: BundledFile.url("merges.txt", of: "CLIP"))
        let start = "<|startoftext|>", end = "<|endoftext|>"
        // Bytes that print come first, as in the list that GPT-2 began with.
        let alphabet = ByteAlphabet.scalars.sorted { $0.value < $1.value }.map { String($0) }
        let merged = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst()
            .map { String($0.filter { $0 != " " }) }
        var tokens: [String] = alphabet
        tokens += alphabet.map { $0 + "</w>" }
        tokens += merged
        tokens += [start, end]
        let vocabulary = JSON.object(tokens.enumerated().map { JSON.Member($1, .integer($0)) })
        let configuration: JSON = [
            "bos_token": .string(start), "eos_token": .string(end), "unk_token": .string(end),
            "pad_token": .string(padding ?? end),
        ]
        let settings = TokenizerSettings(configuration: configuration)
        return try Tokenizer(
            TokenizerParts(vocabulary: vocabulary, merges: bytes, settings: settings),
            specialTokens: settings.specialTokens(default: .clip), maximumLength: maximumLength, cleaning: cleaning)
    }
}
