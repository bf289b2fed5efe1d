import Basics
import Files
import Tensor

/// Text to token identifiers and back, as a transformers tokenizer folder describes it.
///
/// The steps are those of the `tokenizers` library: special tokens are taken out of the text, the rest is normalised,
/// cut into pieces and tokenized by byte-pair encoding or as whole words; then the start and end tokens are put around.
/// Identifiers are identical to transformers', for every text; with a `cleaning`, to OpenCLIP's.
public final class Tokenizer {
    let normalizer: Normalizer?
    let preTokenizer: PreTokenizer?
    let model: any TokenModel
    let postProcessor: PostProcessor?
    let addedTokens: [AddedToken]
    let decoder: JSON
    /// Named special tokens of the folder's configuration.
    public let specialTokens: SpecialTokens
    /// Tokens that fit the text model, start and end included; nil where the folder does not say.
    public let maximumLength: Int?
    /// Whether texts are padded on the left.
    let padsLeft: Bool
    /// What is done to a text before anything else.
    let cleaning: TextCleaning?

    private let rawSplitter: AddedTokenSplitter
    private let normalizedSplitter: AddedTokenSplitter
    /// The added token of an identifier.
    let addedByIdentifier: [Int: AddedToken]

    init(
        _ parts: TokenizerParts, specialTokens: SpecialTokens, maximumLength: Int?, padsLeft: Bool = false,
        cleaning: TextCleaning? = nil
    ) throws(RhumbError) {
        normalizer = parts.normalizer
        preTokenizer = parts.preTokenizer
        model = parts.model
        postProcessor = parts.postProcessor
        addedTokens = parts.addedTokens
        decoder = parts.decoder
        self.specialTokens = specialTokens
        self.maximumLength = maximumLength
        self.padsLeft = padsLeft
        self.cleaning = cleaning
        rawSplitter = try AddedTokenSplitter(parts.addedTokens.filter { !$0.isNormalized }) {
            token throws(RhumbError) in
            Array(token.content.unicodeScalars)
        }
        normalizedSplitter = try AddedTokenSplitter(parts.addedTokens.filter(\.isNormalized)) {
            token throws(RhumbError) in
            let scalars = Array(token.content.unicodeScalars)
            return try parts.normalizer.map { (part) throws(RhumbError) in Array(try part.normalized(scalars[...])) }
                ?? scalars
        }
        addedByIdentifier = Dictionary(parts.addedTokens.map { ($0.identifier, $0) }) { $1 }
        if let end = specialTokens.end, identifier(of: end) == nil { throw .missingToken(end, role: "end") }
    }

    /// One more than the largest identifier.
    public var vocabularySize: Int {
        max(model.vocabulary.identifierLimit, (addedTokens.map(\.identifier).max() ?? -1) + 1)
    }

    /// The identifier of a token as the vocabulary spells it (`cat</w>`), or nil.
    public func identifier(of token: String) -> Int? {
        addedTokens.first { $0.content == token }?.identifier ?? model.vocabulary.identifier(of: token)
    }

    /// The token of an identifier as the vocabulary spells it, or nil.
    public func token(_ identifier: Int) -> String? {
        addedByIdentifier[identifier]?.content ?? model.vocabulary.token(identifier)
    }

    /// The identifier of the end token, where the tokenizer has one.
    public var endIdentifier: Int? { specialTokens.end.flatMap(identifier) }

    // MARK: - Encoding

    /// The identifiers of a text.
    ///
    /// - Parameters:
    ///   - addsSpecialTokens: whether start and end tokens are put around it.
    ///   - length: at most this many identifiers, start and end included: what is too long loses its last tokens and
    ///     keeps the end token. Nil truncates to `maximumLength`.
    /// - Throws: `RhumbError` for a word that is unknown to a vocabulary without an unknown token, and where the text is
    ///   one that a pattern of the tokenizer would not be done with.
    public func encode(_ text: String, addsSpecialTokens: Bool = true, length: Int? = nil) throws(RhumbError) -> [Int] {
        var identifiers: [Int] = []
        try read(text) { part throws(RhumbError) in
            switch part {
            case .token(let identifier): identifiers.append(identifier)
            case .text(let piece): try model.tokenize(piece, into: &identifiers)
            }
        }
        let before = addsSpecialTokens ? postProcessor?.before ?? [] : []
        let after = addsSpecialTokens ? postProcessor?.after ?? [] : []
        if let length = length ?? maximumLength {
            guard length >= before.count + after.count else {
                throw .length(length, special: before.count + after.count)
            }
            identifiers.removeLast(max(0, identifiers.count - (length - before.count - after.count)))
        }
        // SigLIP's end token does not come twice.
        if model is SentencePiece, let last = identifiers.last, [last] == after { return before + identifiers }
        return before + identifiers + after
    }

    /// Hands on a text's parts in order: added tokens, and the pieces that the model tokenizes.
    func read(
        _ text: String, _ take: (AddedTokenSplitter.Part) throws(RhumbError) -> Void
    ) throws(RhumbError) {
        let clean = try cleaning?.cleaned(text) ?? text
        if let cleaning, let words = cleaning.words {
            for piece in try words.pieces(of: ArraySlice(Array(clean.unicodeScalars))) where !piece.isEmpty {
                if let role = cleaning.role(of: piece), let id = specialTokens[keyPath: role].flatMap(identifier) {
                    try take(.token(id))
                } else {
                    try take(.text(piece))
                }
            }
            return
        }
        // A word begins with its space in sentencepiece, the first one too.
        let text = model is SentencePiece ? "▁" + clean.replacing("▁", with: " ") : clean
        for part in rawSplitter.parts(of: ArraySlice(Array(text.unicodeScalars))) {
            guard case .text(let raw) = part else {
                try take(part)
                continue
            }
            for part in normalizedSplitter.parts(of: try normalizer?.normalized(raw) ?? raw) {
                guard case .text(let text) = part else {
                    try take(part)
                    continue
                }
                for piece in try preTokenizer?.pieces(of: text) ?? [text] where !piece.isEmpty {
                    try take(.text(piece))
                }
            }
        }
    }

    /// The tokens of a text with their identifiers, start and end included, truncated as `encode` does.
    public func tokens(_ text: String) throws(RhumbError) -> [(token: String, identifier: Int)] {
        try encode(text).map { (token($0) ?? "", $0) }
    }
}
