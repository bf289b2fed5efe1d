import Basics
import Files
import Foundation
import Tensor

/// A CLIP model with everything between it and its user: texts and pictures in, rows of one space out.
public final class CLIPEmbedder {
    public let model: CLIPModel
    public let tokenizer: Tokenizer
    public let preprocessing: Preprocessing

    /// - Throws: `RhumbError` when the tokenizer does not belong to the model: identifiers beyond its vocabulary, or an
    ///   end token that the model does not look for.
    public init(model: CLIPModel, tokenizer: Tokenizer, preprocessing: Preprocessing) throws(RhumbError) {
        (self.model, self.tokenizer, self.preprocessing) = (model, tokenizer, preprocessing)
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

    /// Width of the space, in numbers a row.
    public var width: Int { model.configuration.projectionDim }

    /// Side of the square that the image tower sees, in pixels.
    public var imageSize: Int { model.configuration.vision.imageSize }

    /// Tokens a text may have, start and end included.
    public var maximumLength: Int {
        min(tokenizer.maximumLength ?? .max, model.configuration.text.maxPositionEmbeddings)
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
        try CLIPEmbedder(model: model.converted(to: dtype), tokenizer: tokenizer, preprocessing: preprocessing)
    }

    /// The tokens of a text with their identifiers, start and end included, truncated to what the model sees.
    public func tokens(_ text: String) throws(RhumbError) -> [(token: String, identifier: Int)] {
        try tokenizer.encode(text, length: maximumLength).map { (tokenizer.token($0) ?? "", $0) }
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
