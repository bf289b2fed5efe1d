import Basics
import Tensor

/// The sizes that Stable Diffusion XL is told of a picture (Podell et al. 2023, section 2.2), in pixels.
public struct SizeConditions: Equatable, Sendable {
    /// Height and width before training pictures were scaled: smaller ones are blurred; nil for those of the picture.
    public var original: [Int]?
    /// Rows and columns that were cut off at the top and at the left.
    public var crop = [0, 0]
    /// Height and width that were aimed at; nil for those of the picture.
    public var target: [Int]?

    public init() {}

    /// In the order in which the UNet is told them.
    func row(height: Int, width: Int) -> [Float] {
        ((original ?? [height, width]) + crop + (target ?? [height, width])).map { Float($0) }
    }
}

/// What a text is to a UNet.
struct TextStates {
    /// [texts, tokens, width]
    var context: Tensor
    /// [texts, width]; Stable Diffusion XL's alone.
    let pooled: Tensor?
}

extension StableDiffusion {
    /// What prompts are to the UNet, unrecorded. Stable Diffusion XL sees the states before the last layers of both text
    /// encoders beside each other, and the second one's projected text.
    ///
    /// - Parameters: as of `TextEncoder.context`; Stable Diffusion XL knows neither.
    func states(of prompts: [String], skipping skipped: Int, readsWeights: Bool) throws -> TextStates {
        guard let secondText else {
            return TextStates(
                context: try text.context(of: prompts, skipping: skipped, readsWeights: readsWeights), pooled: nil)
        }
        let first = try text.penultimateStates(of: prompts).states
        let (second, pooled) = try secondText.penultimateStates(of: prompts)
        return TextStates(context: try Tensor.concatenated([first, second], axis: 2), pooled: pooled)
    }

    /// - Throws: `RhumbError` for a second text encoder that doesn't fit the first or the UNet, or lacks its projection.
    static func checkSecond(_ second: TextEncoder?, beside first: TextEncoder, _ unet: UNetConfiguration) throws {
        guard let second else {
            if unet.pooledWidth != nil { throw RhumbError.secondText(PipelineClass.xl.rawValue) }
            return
        }
        guard let width = second.model.projectionWidth, let pooled = unet.pooledWidth else {
            throw RhumbError.secondText(PipelineClass.xl.rawValue)
        }
        guard width == pooled else {
            throw RhumbError.parts(
                "text_encoder_2", "projection_dim", width, "unet", "projection_class_embeddings_input_dim less sizes",
                pooled)
        }
        guard first.length == second.length else {
            throw RhumbError.parts(
                "text_encoder", "max_position_embeddings", first.length, "text_encoder_2", "max_position_embeddings",
                second.length)
        }
    }
}
