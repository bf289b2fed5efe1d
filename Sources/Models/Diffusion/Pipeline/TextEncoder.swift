import Basics
import CLIP
import Files
import Foundation
import Tensor

/// Texts to the states that a UNet looks at: a CLIP text tower with its tokenizer.
public final class TextEncoder {
    public let model: CLIPTextModel
    public let tokenizer: Tokenizer
    /// Tokens of several vectors, see `expanded`.
    let several: [(token: String, all: [String])]

    /// - Throws: `RhumbError` when the tokenizer does not belong to the model.
    public init(model: CLIPTextModel, tokenizer: Tokenizer) throws {
        guard tokenizer.vocabularySize <= model.configuration.vocabSize else {
            throw RhumbError.vocabulary(tokenizer: tokenizer.vocabularySize, model: model.configuration.vocabSize)
        }
        (self.model, self.tokenizer) = (model, tokenizer)
        several = tokenizer.tokensOfSeveralVectors
    }

    /// The text tower of a CLIP model, with the same parameters.
    public convenience init(of embedder: CLIPEmbedder) throws {
        try self.init(model: CLIPTextModel(of: embedder.model), tokenizer: embedder.tokenizer.withoutCleaning())
    }

    /// Width of a token's state.
    public var width: Int { model.configuration.hiddenSize }

    /// Tokens of every context, start, end and padding included.
    public var length: Int { min(tokenizer.maximumLength ?? .max, model.configuration.maxPositionEmbeddings) }

    /// The states of texts, padded to `length` or cut off there: [texts, length, width], float32.
    ///
    /// As pipelines of diffusers compute them: padding is seen like any token.
    ///
    /// - Parameters:
    ///   - skipped: how many of the last layers are left out (`clip_skip`).
    ///   - readsWeights: whether brackets in the texts are weights, see `WeightedText`.
    /// - Throws: `RhumbError` for more skipped layers than there are, for weights that can't be read or whose text is
    ///   cut off.
    public func context(of texts: [String], skipping skipped: Int = 0, readsWeights: Bool = false) throws -> Tensor {
        guard !texts.isEmpty else { return try Tensor.zeros([0, length, width]) }
        return try withoutGradients {
            let texts = texts.map(expanded)
            guard readsWeights else {
                let tokens = try tokenizer.encode(texts, padding: .length(length))
                return try model.hiddenStates(tokens.identifiers, skipping: skipped)
            }
            return try Tensor.concatenated(texts.map { try weighted(WeightedText($0), skipping: skipped) })
        }
    }

    /// The states of a text with weights, [1, length, width]: each state times the weight of its token, and all of them
    /// times one factor that gives them the mean they had (stable-diffusion-webui's `EmphasisOriginal`).
    private func weighted(_ text: WeightedText, skipping skipped: Int) throws -> Tensor {
        guard text.isWeighted else { return try context(of: [text.plain], skipping: skipped) }
        var (identifiers, weights) = try tokenizer.encode(text, length: length)
        let padding = length - identifiers.count
        if padding > 0 {
            identifiers += [Int](repeating: try tokenizer.paddingIdentifier(), count: padding)
            weights += [Float](repeating: 1, count: padding)
        }
        let states = try model.hiddenStates(
            Tensor(integers: identifiers, shape: [1, length]), skipping: skipped)
        let scaled = try states * Tensor(weights, shape: [1, length, 1])
        let restored = try scaled * (states.mean() / scaled.mean())
        guard restored.isFinite else { throw RhumbError.weightsWithoutMean(text.plain) }
        return restored
    }

    /// Where the end token of each text stands in its context.
    func ends(of texts: [String]) throws -> [Int] {
        model.tower.endPositions(try tokenizer.encode(texts.map(expanded), padding: .length(length)).identifiers)
    }

    /// The states before the last layer and the projected state of texts, padded to `length` or cut off there:
    /// [texts, length, width] and [texts, projected width], float32 (StableDiffusionXLPipeline.encode_prompt).
    public func penultimateStates(of texts: [String]) throws -> (states: Tensor, projected: Tensor?) {
        try withoutGradients {
            try model.penultimateStates(tokenizer.encode(texts, padding: .length(length)).identifiers)
        }
    }

    /// The same encoder with weights of another element type, for inference.
    public func converted(to dtype: DType) throws -> TextEncoder {
        try TextEncoder(model: model.converted(to: dtype), tokenizer: tokenizer)
    }

    /// An encoder from the folders `text_encoder` and `tokenizer` of a pipeline.
    ///
    /// - Parameter suffix: of the folders' names: `_2` for the second encoder of Stable Diffusion XL.
    /// - Throws: `RhumbError` or `FileError` naming the file and what is wrong in it.
    public static func load(
        pipeline folder: URL, suffix: String = "", dtype: DType = .float32, variant: String? = nil
    ) throws -> TextEncoder {
        try TextEncoder(
            model: CLIPTextModel.load(
                folder: folder.appendingPathComponent(modelFolder + suffix), dtype: dtype, variant: variant),
            tokenizer: Tokenizer(folder: folder.appendingPathComponent(tokenizerFolder + suffix)))
    }

    /// Writes the folders `text_encoder` and `tokenizer` of a pipeline, as transformers reads them.
    ///
    /// - Parameter type: how the weights are stored; as they are by default.
    public func save(pipeline folder: URL, suffix: String = "", as type: StoredType? = nil) throws {
        try model.save(to: folder.appendingPathComponent(Self.modelFolder + suffix), as: type)
        let other = folder.appendingPathComponent(Self.tokenizerFolder + suffix)
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        try tokenizer.save(to: other, maximumLength: length)
    }

    private static let modelFolder = "text_encoder"
    private static let tokenizerFolder = "tokenizer"
}
