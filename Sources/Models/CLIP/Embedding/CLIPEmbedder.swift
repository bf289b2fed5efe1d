import Basics
import Files
import Foundation
import Tensor

/// A CLIP model with everything between it and its user: texts and pictures in, rows of one space out.
public final class CLIPEmbedder {
    public let model: CLIPModel
    /// Nil for an image tower alone.
    private let words: Tokenizer?
    /// Nil for a text tower alone.
    private let pictures: Preprocessing?

    /// - Parameters:
    ///   - tokenizer: an image tower alone needs none.
    ///   - preprocessing: a text tower alone needs none.
    /// - Throws: `RhumbError` when the tokenizer does not belong to the model: identifiers beyond its vocabulary, or an
    ///   end token that the model does not look for; and where a tower lacks what it needs.
    public init(model: CLIPModel, tokenizer: Tokenizer?, preprocessing: Preprocessing?) throws(RhumbError) {
        let towers = model.configuration.towers
        (self.model, words, pictures) = (
            model, towers == .image ? nil : tokenizer, towers == .text ? nil : preprocessing
        )
        if towers != .text, pictures == nil { throw .noImageTower }
        if towers == .image { return }
        guard let tokenizer else { throw .noTextTower }
        let text = model.configuration.text
        guard tokenizer.vocabularySize <= text.vocabSize else {
            throw .vocabulary(tokenizer: tokenizer.vocabularySize, model: text.vocabSize)
        }
        // Without it every text would be pooled at its start token, which sees nothing of the text.
        if model.configuration.isSigLIP { return }
        let end = tokenizer.endIdentifier
        guard end == nil || end == text.eosTokenID || text.eosTokenID == TextConfiguration.legacyEosTokenID else {
            throw .endToken(tokenizer: end ?? 0, model: text.eosTokenID)
        }
    }

    /// - Throws: `RhumbError` where the model is an image tower alone.
    public var tokenizer: Tokenizer {
        get throws(RhumbError) {
            guard let words else { throw .noTextTower }
            return words
        }
    }

    /// - Throws: `RhumbError` where the model is a text tower alone.
    public var preprocessing: Preprocessing {
        get throws(RhumbError) {
            guard let pictures else { throw .noImageTower }
            return pictures
        }
    }

    /// Width of the space, in numbers a row.
    public var width: Int { model.configuration.projectionDim }

    /// Side of the square that the image tower sees, in pixels.
    public var imageSize: Int { model.configuration.vision.imageSize }

    /// Tokens a text may have, start and end included.
    public var maximumLength: Int {
        min(words?.maximumLength ?? .max, model.configuration.text.maxPositionEmbeddings)
    }

    /// The learned temperature: cosines are multiplied by it to become logits.
    public var logitScale: Float {
        get throws {
            let scale = exp(try model.logitScale.to(.float32).item)
            guard scale.isFinite else { throw RhumbError.configuration("logit_scale", "\(scale)", "finite") }
            return scale
        }
    }

    /// Number of trained values.
    public var parameterCount: Int { model.parameters.reduce(0) { $0 + $1.tensor.count } }

    /// The same model with weights of another element type.
    public func converted(to dtype: DType) throws -> CLIPEmbedder {
        try CLIPEmbedder(model: model.converted(to: dtype), tokenizer: words, preprocessing: pictures)
    }

    /// The tokens of a text with their identifiers, start and end included, truncated to what the model sees.
    public func tokens(_ text: String) throws(RhumbError) -> [(token: String, identifier: Int)] {
        let tokenizer = try tokenizer
        return try tokenizer.encode(text, length: maximumLength).map { (tokenizer.token($0) ?? "", $0) }
    }

    /// Scaled cosines between unit rows, SigLIP's with their bias: [images, width] and [texts, width] to
    /// [images, texts].
    public func logits(images: Tensor, texts: Tensor) throws -> Tensor {
        let scaled = try images.matmul(texts.transposed()) * logitScale
        return try model.logitBias.map { try scaled + $0.detached().to(.float32) } ?? scaled
    }

    /// How likely each text fits each picture, [images, texts]: of a CLIP among the texts, of a SigLIP by itself.
    public func probabilities(images: Tensor, texts: Tensor) throws -> Tensor {
        let logits = try logits(images: images, texts: texts)
        return try model.logitBias == nil ? logits.softmax() : logits.sigmoid()
    }
}
