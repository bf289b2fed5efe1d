import Basics
import CLIP
import Files
import Foundation
import Tensor

extension StableDiffusion {
    /// What a single file leaves open.
    public struct SingleFileOptions: Sendable {
        /// What the UNet predicts; nil tells as diffusers does: v for 2.x, but for its base model, which its count of
        /// steps gives away, and that which inpaints; the noise for 1.x.
        public var prediction: PredictionType?
        /// Whether the averaged weights of the UNet are taken, where the file has them beside those of training.
        public var usesAverages = false

        public init() {}
    }

    /// Stable Diffusion by its generations.
    public enum Version: Sendable {
        case first, second, xl
    }

    /// What was found in a single file and decided by rules, for whoever is to be told.
    public struct SingleFileReport: Sendable {
        /// Which Stable Diffusion it is.
        public let version: Version
        /// Whether the file says by itself what its UNet predicts.
        public let isPredictionKnown: Bool
        /// Whether averaged weights lie in the file and were left aside.
        public let leavesAverages: Bool
    }

    /// Whether tensors of these names are a whole Stable Diffusion in one file.
    public static func isSingleFile(_ names: [String]) -> Bool {
        [
            [CompVisNames.unetPrefix], [CompVisNames.autoencoderPrefix],
            [CompVisNames.textPrefix, CompVisNames.openCLIPTextPrefix, CompVisNames.firstTextPrefix],
        ].allSatisfy {
            prefixes in names.contains { name in prefixes.contains(where: name.hasPrefix) }
        }
    }

    /// A model of Stable Diffusion 1.x, 2.x or XL from one file, as CompVis, Stability and A1111 write it: `.safetensors`,
    /// or a `.ckpt` of which nothing is run.
    ///
    /// Sizes come from the shapes; what they don't tell is as in the published models, whose configurations diffusers'
    /// `from_single_file` takes: 8 heads and QuickGELU for 1.x, a head for 64 channels and GELU for 2.x; both for XL.
    ///
    /// - Parameters:
    ///   - tokenizer: a folder with one; nil takes CLIP's own.
    ///   - dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Throws: `RhumbError` for a file of another family, or for a vocabulary other than CLIP's; `FileError` naming
    ///   every weight that is missing, unexpected or of another shape.
    public static func load(
        singleFile url: URL, options: SingleFileOptions = SingleFileOptions(), tokenizer: URL? = nil,
        dtype: DType = .float32
    ) throws -> (model: StableDiffusion, report: SingleFileReport) {
        let whole = try Weights(url, mapsLargeFiles: true), file = url.displayPath
        if let family = foreignFamily(whole) { throw RhumbError.otherFamily(file: file, family) }
        let unetWeights = try unet(of: whole, averaged: options.usesAverages)
        var unetConfiguration = try UNetConfiguration(shapesOf: unetWeights)
        let version: Version =
            unetConfiguration.additionEmbedType != nil ? .xl : unetConfiguration.useLinearProjection ? .second : .first
        let isSecond = version == .second
        let steps = whole.metadata["global_step"].flatMap { Int($0) }
        // As diffusers tells the base model of 2.0 and 2.1 and the one that inpaints from the one that predicts v.
        let inpaints = unetConfiguration.inChannels == 9
        let prediction = options.prediction ?? (isSecond && !inpaints && steps != 875_000 ? .velocity : .epsilon)
        if isSecond, prediction == .velocity { unetConfiguration.sampleSize = 96 }
        let vaeWeights = whole.part(CompVisNames.autoencoderPrefix).autoencoderNamedAsInDiffusers()
        var vaeConfiguration = try AutoencoderConfiguration(shapesOf: vaeWeights)
        vaeConfiguration.sampleSize = (unetConfiguration.sampleSize ?? 64) * vaeConfiguration.downsampling
        var scheduler = SchedulerConfiguration.stableDiffusion
        scheduler.predictionType = prediction
        switch version {
        case .first: (scheduler.className, scheduler.skipPRKSteps) = ("PNDMScheduler", true)
        case .second: (scheduler.className, scheduler.skipPRKSteps) = ("DDIMScheduler", true)
        case .xl:
            scheduler.className = "EulerDiscreteScheduler"
            vaeConfiguration.scalingFactor = 0.13025
        }
        let model = try StableDiffusion(
            unet: UNet2DConditionModel.load(unetWeights, unetConfiguration, dtype: dtype),
            vae: AutoencoderKL.load(vaeWeights, vaeConfiguration, dtype: dtype),
            text: text(of: whole, version, tokenizer: tokenizer, dtype: dtype), scheduler: scheduler,
            secondText: version == .xl ? secondText(of: whole, tokenizer: tokenizer, dtype: dtype) : nil)
        let averages = whole.names.contains { $0.hasPrefix("model_ema.") }
        return (
            model,
            SingleFileReport(
                version: version,
                isPredictionKnown: options.prediction != nil || !isSecond || inpaints || steps != nil,
                leavesAverages: averages && !options.usesAverages)
        )
    }

    private static func unet(of whole: Weights, averaged: Bool) throws -> Weights {
        guard averaged else { return whole.part(CompVisNames.unetPrefix).unetNamedAsInDiffusers() }
        // Averaged weights have their names without the dots.
        var names: [String: String] = [:]
        for name in whole.names where name.hasPrefix(CompVisNames.unetPrefix) {
            names["model_ema." + name.dropFirst("model.".count).replacing(".", with: "")] = name
        }
        let weights = whole.renamed { names[$0] }
        guard !weights.names.isEmpty else { throw RhumbError.noAverages(file: whole.url.displayPath) }
        return weights.part(CompVisNames.unetPrefix).unetNamedAsInDiffusers()
    }

    /// The second text encoder of XL, which pads with "!" as that of 2.x does.
    private static func secondText(of whole: Weights, tokenizer: URL?, dtype: DType) throws -> TextEncoder {
        let model = try CLIPTextModel.load(
            whole.part(CompVisNames.secondTextPrefix), projects: true, dtype: dtype)
        guard let own = try tokenizer.map({ try Tokenizer(folder: $0) }) else {
            guard model.configuration.vocabSize == Tokenizer.clipVocabularySize else {
                throw RhumbError.tokenizerNeeded(file: whole.url.displayPath, tokens: model.configuration.vocabSize)
            }
            return try TextEncoder(model: model, tokenizer: Tokenizer.clip(padding: "!"))
        }
        return try TextEncoder(model: model, tokenizer: own)
    }

    private static func text(
        of whole: Weights, _ version: Version, tokenizer: URL?, dtype: DType
    ) throws -> TextEncoder {
        let plain = whole.part(version == .xl ? CompVisNames.firstTextPrefix : CompVisNames.textPrefix)
        let model = try CLIPTextModel.load(
            plain.names.isEmpty ? whole.part(CompVisNames.openCLIPTextPrefix) : plain, dtype: dtype)
        let own = try tokenizer.map { try Tokenizer(folder: $0) }
        guard let own else {
            guard model.configuration.vocabSize == Tokenizer.clipVocabularySize else {
                throw RhumbError.tokenizerNeeded(file: whole.url.displayPath, tokens: model.configuration.vocabSize)
            }
            return try TextEncoder(model: model, tokenizer: Tokenizer.clip(padding: plain.names.isEmpty ? "!" : nil))
        }
        return try TextEncoder(model: model, tokenizer: own)
    }

    /// The family of a file that is none of Stable Diffusion 1.x or 2.x; nil where it may be one.
    private static func foreignFamily(_ weights: Weights) -> String? {
        if weights.names.contains(where: { $0.hasPrefix("conditioner.embedders.") }),
            ![CompVisNames.firstTextPrefix, CompVisNames.secondTextPrefix].allSatisfy({ prefix in
                weights.names.contains { $0.hasPrefix(prefix) }
            })
        {
            return "a refiner of Stable Diffusion XL"
        }
        if weights.names.contains(where: { $0.hasPrefix("model.diffusion_model.joint_blocks.") }) {
            return "Stable Diffusion 3"
        }
        switch weights.shape(of: CompVisNames.unetPrefix + "input_blocks.0.0.weight")?[safe: 1] {
        case 7: return "an upscaler (7 channels)"
        case 5: return "a model guided by depth (5 channels)"
        default: return nil
        }
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
