import Basics
import Foundation
import Tensor

/// What some UNets are told besides noisy latents, their time and the states of a text.
public struct UNetConditions {
    /// What stands beside the latents, [batch, height, width, channels]: mask and masked picture of a model that
    /// inpaints, the picture that InstructPix2Pix edits.
    public var channels: Tensor?
    /// The scale of guidance that a latent consistency model is to act as if it were guided with.
    public var guidanceScale: Float?
    /// The pooled text of Stable Diffusion XL, [batch, width].
    public var pooled: Tensor?
    /// Stable Diffusion XL's sizes, one row for all: original height and width, top and left of the crop, target height
    /// and width, in pixels.
    public var sizes: [Float] = []

    public init() {}

    /// The conditions of some of the samples.
    public func rows(_ range: Range<Int>) throws -> UNetConditions {
        var part = self
        part.channels = try channels?.rows(range)
        part.pooled = try pooled?.rows(range)
        return part
    }

    /// Those of several batches after one another; scale and sizes are the same in all of them.
    static func joined(_ parts: [UNetConditions]) throws -> UNetConditions {
        guard var whole = parts.first, parts.count > 1 else { return parts.first ?? UNetConditions() }
        func join(_ list: [Tensor?]) throws -> Tensor? {
            let tensors = list.compactMap(\.self)
            return tensors.count == list.count ? try Tensor.concatenated(tensors) : nil
        }
        whole.channels = try join(parts.map(\.channels))
        whole.pooled = try join(parts.map(\.pooled))
        return whole
    }
}

/// The part of a UNet that embeds what it is told besides the time.
struct ConditionEmbedding {
    /// From the waves of a guidance scale to those of the time.
    private let guidance: Linear?
    /// From pooled text and the waves of sizes to the embedding of the time.
    private let added: (first: Linear, second: Linear)?
    private let configuration: UNetConfiguration

    /// How many sizes Stable Diffusion XL is told.
    static let sizes = 6

    init(_ source: ParameterSource, _ c: UNetConfiguration, timeWidth: Int) throws {
        configuration = c
        guidance = try c.timeCondProjDim.map {
            try Linear(source, "time_embedding.cond_proj", $0, c.blockOutChannels[0], bias: false)
        }
        guard c.additionEmbedType != nil, let width = c.projectionClassEmbeddingsInputDim else {
            added = nil
            return
        }
        added = (
            try Linear(source, "add_embedding.linear_1", width, timeWidth),
            try Linear(source, "add_embedding.linear_2", timeWidth, timeWidth)
        )
    }

    /// The waves of the time with those of the guidance scale, [1 or batch, width].
    ///
    /// - Throws: `RhumbError` where the UNet wants a scale and there is none, or the reverse.
    func waves(_ time: Tensor, _ conditions: UNetConditions) throws -> Tensor {
        guard let guidance, let width = configuration.timeCondProjDim else {
            guard conditions.guidanceScale == nil else { throw RhumbError.unusedCondition("a guidance scale") }
            return time
        }
        guard let scale = conditions.guidanceScale else { throw RhumbError.missingCondition("a guidance scale (LCM)") }
        let waves = try Tensor(Self.waves(ofScale: scale, width: width), shape: [1, width])
        return try time + guidance(waves.to(time.dtype))
    }

    /// A time embedding with that of pooled text and sizes, [batch, width].
    func added(to time: Tensor, _ conditions: UNetConditions, batch: Int) throws -> Tensor {
        guard let added, let width = configuration.additionTimeEmbedDim else {
            guard conditions.pooled == nil else { throw RhumbError.unusedCondition("pooled text") }
            return time
        }
        guard let pooled = conditions.pooled, conditions.sizes.count == Self.sizes else {
            throw RhumbError.missingCondition("pooled text and sizes (Stable Diffusion XL)")
        }
        let expected = configuration.pooledWidth ?? 0
        guard pooled.shape == [batch, expected] else {
            throw RhumbError.pooled(pooled.shape, batch: batch, width: expected)
        }
        let waves = try Tensor(
            configuration.waves(of: conditions.sizes, width: width), shape: [1, Self.sizes * width])
        let all = try Tensor.concatenated(
            [pooled.to(time.dtype), waves.to(time.dtype).expanded([batch, Self.sizes * width])], axis: 1)
        return try time + added.second(added.first(all, .silu))
    }

    /// The waves of a guidance scale as latent consistency models are told it: of 1000 (scale − 1), sines before cosines
    /// (get_guidance_scale_embedding of diffusers).
    private static func waves(ofScale scale: Float, width: Int) -> [Float] {
        let half = width / 2, step = Float(log(Float(10000))) / Float(half - 1)
        let angles = (0..<half).map { (scale - 1) * 1000 * exp(Float($0) * -step) }
        return angles.map(sin) + angles.map(cos) + [Float](repeating: 0, count: width % 2)
    }
}

extension UNetConfiguration {
    /// Width of the pooled text that the UNet is told; nil for one that is told none.
    public var pooledWidth: Int? {
        guard additionEmbedType != nil, let whole = projectionClassEmbeddingsInputDim, let size = additionTimeEmbedDim
        else { return nil }
        return whole - ConditionEmbedding.sizes * size
    }

    /// Sinusoidal embeddings of numbers, one after another.
    func waves(of numbers: [Float], width: Int) -> [Float] {
        let half = width / 2
        // Rounded in PyTorch's order: a thousandth timestep makes a phase of the last digits.
        let frequencies = (0..<half).map { exp(-Float(log(10000.0)) * Float($0) / (Float(half) - freqShift)) }
        var values: [Float] = []
        for number in numbers {
            let angles = frequencies.map { $0 * number }
            let (sines, cosines) = (angles.map(sin), angles.map(cos))
            values += flipSinToCos ? cosines + sines : sines + cosines
            // An odd width ends with a zero.
            if width % 2 == 1 { values.append(0) }
        }
        return values
    }

    /// - Throws: `RhumbError` naming a key of the embeddings besides the time's that can't be.
    func validateAdditions() throws {
        let widest = ConfigurationFile.widest
        if let width = timeCondProjDim, !(4...widest).contains(width) {
            throw RhumbError.configuration("time_cond_proj_dim", "\(width)", "a number from 4 to \(widest), or null")
        }
        guard let type = additionEmbedType else { return }
        guard type == "text_time" else {
            throw RhumbError.configuration("addition_embed_type", "'\(type)'", "'text_time' or null")
        }
        guard let size = additionTimeEmbedDim, (2...widest).contains(size),
            freqShift < Float(size / 2)
        else {
            throw RhumbError.configuration(
                "addition_time_embed_dim", additionTimeEmbedDim.map(String.init) ?? "null",
                "a number from 2 to \(widest) with 'text_time'")
        }
        let sizes = ConditionEmbedding.sizes * size
        guard let whole = projectionClassEmbeddingsInputDim, whole > sizes, whole <= sizes + widest else {
            throw RhumbError.configuration(
                "projection_class_embeddings_input_dim", projectionClassEmbeddingsInputDim.map(String.init) ?? "null",
                "above \(ConditionEmbedding.sizes) times addition_time_embed_dim, \(sizes), with 'text_time'")
        }
    }
}
