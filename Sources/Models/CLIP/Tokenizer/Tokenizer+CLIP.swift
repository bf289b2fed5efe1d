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
            "pad_token": .string(padding ?? end), "model_max_length": 77,
        ]
        let settings = TokenizerSettings(configuration: configuration)
        return try Tokenizer(
            TokenizerParts(vocabulary: vocabulary, merges: bytes, settings: settings),
            specialTokens: settings.specialTokens(default: .clip), maximumLength: settings.maximumLength)
    }
}
