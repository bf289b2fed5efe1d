import Basics
import Files
import Tensor

/// A text tower and an image tower that project into one space (Radford et al. 2021), or one of them with its
/// projection.
public final class CLIPModel: Rebuildable, WidenedModel {
    public let configuration: CLIPConfiguration
    private let textTower: TextTower?
    private let imageTower: ImageTower?
    /// [projection, text width]; nil without a text tower.
    let textProjection: Tensor?
    /// [projection], SigLIP's alone.
    let textBias: Tensor?
    /// [projection, vision width]; SigLIP and a text tower alone have none.
    let visualProjection: Tensor?
    private let temperature: Tensor?
    /// Added to scaled cosines, [1]; SigLIP's alone, whose logits go through a sigmoid.
    public let logitBias: Tensor?
    /// Every parameter under its name in transformers, in the order of the model.
    public let parameters: NamedTensors
    package var halfType: StoredType?

    /// - Throws: `RhumbError` for a configuration that can't be, or what the source throws.
    public init(_ configuration: CLIPConfiguration, _ source: ParameterSource) throws {
        try configuration.validate()
        let c = configuration
        self.configuration = c
        if c.isSigLIP {
            temperature = try source.parameter("logit_scale", [1], .constant(c.logitScaleInitValue))
            logitBias = try source.parameter("logit_bias", [1], .constant(-10))
            textTower = try TextTower(source, c.text, isSigLIP: true)
            textProjection = try source.parameter(
                "text_model.head.weight", [c.projectionDim, c.text.hiddenSize],
                .normal(1 / Float(c.text.hiddenSize).squareRoot()))
            textBias = try source.parameter("text_model.head.bias", [c.projectionDim], .zeros)
            imageTower = try ImageTower(source, c.vision, isSigLIP: true)
            visualProjection = nil
            parameters = source.parameters
            return
        }
        (logitBias, textBias) = (nil, nil)
        let (hasText, hasImage) = (c.towers != .image, c.towers != .text)
        temperature =
            hasText && hasImage ? try source.parameter("logit_scale", [], .constant(c.logitScaleInitValue)) : nil
        textTower = hasText ? try TextTower(source, c.text) : nil
        imageTower = hasImage ? try ImageTower(source, c.vision) : nil
        func projection(_ name: String, _ width: Int) throws -> Tensor {
            try source.parameter(name, [c.projectionDim, width], .normal(1 / Float(width).squareRoot()))
        }
        visualProjection = hasImage ? try projection("visual_projection.weight", c.vision.hiddenSize) : nil
        textProjection = hasText ? try projection("text_projection.weight", c.text.hiddenSize) : nil
        parameters = source.parameters
    }

    /// - Throws: `RhumbError` where the model is an image tower alone.
    public var text: TextTower {
        get throws(RhumbError) {
            guard let textTower else { throw .noTextTower }
            return textTower
        }
    }

    /// - Throws: `RhumbError` where the model is a text tower alone.
    public var image: ImageTower {
        get throws(RhumbError) {
            guard let imageTower else { throw .noImageTower }
            return imageTower
        }
    }

    /// Logarithm of the temperature, a scalar.
    ///
    /// - Throws: `RhumbError` where the model is a tower alone.
    public var logitScale: Tensor {
        get throws(RhumbError) {
            guard let temperature else { throw .noTemperature }
            return temperature
        }
    }

    /// A fresh model whose parameters ask for gradients.
    public convenience init(_ configuration: CLIPConfiguration, seed: UInt64) throws {
        try self.init(configuration, ParameterSource(generator: Generator(seed: seed)))
    }

    /// The same model with parameters of another element type, for inference.
    public func converted(to dtype: DType) throws -> CLIPModel {
        try with(parameters.map { ($0.name, try $0.tensor.detached().to(dtype)) })
    }

    public func rebuilt(_ configuration: CLIPConfiguration, from source: ParameterSource) throws -> CLIPModel {
        try CLIPModel(configuration, source)
    }

    /// The element type of the weights.
    public var dtype: DType { (textProjection ?? visualProjection ?? parameters[0].tensor).dtype }

    /// Projected text features, not normalised.
    ///
    /// - Parameter identifiers: of tokens, [texts, positions], int64.
    /// - Returns: [texts, projection], float32.
    /// - Throws: `RhumbError` for more positions than the model has, or another shape.
    public func textFeatures(_ identifiers: Tensor) throws -> Tensor {
        try project(text.pooled(identifiers), textProjection, textBias)
    }

    /// Projected features of texts given as the embeddings of their tokens, not normalised.
    ///
    /// - Parameter tokenEmbeddings: as `text.tokenEmbeddings` gives them, the end token's last, [texts, positions, width].
    /// - Returns: [texts, projection], float32; gradients flow to the embeddings.
    /// - Throws: `RhumbError` for more positions than the model has, or another shape.
    public func textFeatures(tokenEmbeddings: Tensor) throws -> Tensor {
        try project(text.pooled(embeddings: tokenEmbeddings.to(dtype)), textProjection)
    }

    /// Projected image features, not normalised.
    ///
    /// - Parameter pixels: preprocessed, [pictures, 3, size, size].
    /// - Returns: [pictures, projection], float32.
    /// - Throws: `RhumbError` for another shape.
    public func imageFeatures(_ pixels: Tensor) throws -> Tensor {
        try project(image.pooled(pixels.to(dtype)), visualProjection)
    }

    /// Pooled states of a tower through its projection, where it has one.
    private func project(_ pooled: Tensor, _ projection: Tensor?, _ bias: Tensor? = nil) throws -> Tensor {
        guard let projection else { return try pooled.to(.float32) }
        return try pooled.linear(projection, bias: bias).to(.float32)
    }

    /// Features of texts pooled by `text.pooled`.
    public func textFeatures(pooled: Tensor) throws -> Tensor { try project(pooled, textProjection, textBias) }

    /// Features of pictures pooled by `image.pooled`.
    public func imageFeatures(pooled: Tensor) throws -> Tensor { try project(pooled, visualProjection) }
}
