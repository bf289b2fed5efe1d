import Basics
import CLIP
import Files
import Foundation
import Tensor

// UNets and autoencoders by themselves, put in place of those of a pipeline.

extension UNet2DConditionModel {
    /// A model of weights under the names of diffusers.
    static func load(
        _ weights: Weights, _ configuration: UNetConfiguration, dtype: DType
    ) throws -> UNet2DConditionModel {
        try weights.model(as: dtype) { try UNet2DConditionModel(configuration, $0) }
    }

    /// This UNet with the weights of a file or folder in place of its own: what fine-tuning, ESD, UCE and `accelerate`
    /// leave.
    ///
    /// - Parameters:
    ///   - url: a folder of diffusers' (`config.json` and weights), one with `unet` in it (a pipeline's, `accelerate`'s
    ///     `checkpoint_N`), or a file of weights in the names of diffusers or CompVis, with or without a prefix. A file
    ///     without configuration has this UNet's; one that holds some of its weights leaves the others as they are.
    ///   - dtype: of the weights.
    /// - Returns: the UNet, and how many weights of how many the file gave.
    /// - Throws: `RhumbError` naming tensors that are no weight of this UNet, `FileError` naming those of other shapes.
    public func replaced(
        by url: URL, dtype: DType = .float32
    ) throws -> (unet: UNet2DConditionModel, taken: Int, of: Int) {
        let place = ModelFolder.part("unet", of: url)
        let total = parameters.count
        if ModelFolder.hasConfiguration(place) {
            let unet = try UNet2DConditionModel.load(folder: place, dtype: dtype)
            return (unet, unet.parameters.count, unet.parameters.count)
        }
        let levels = CompVisNames.Levels(of: configuration)
        let weights = try Weights(place, mapsLargeFiles: true).unetNamedAsInDiffusers(levels)
        let own = Set(parameters.map(\.name))
        let unexpected = weights.names.filter { !own.contains($0) }
        guard unexpected.isEmpty, !weights.names.isEmpty else {
            throw RhumbError.noPart("UNet", file: place.displayPath, unexpected: unexpected)
        }
        let found = Set(weights.names)
        let misshapen = parameters.compactMap { parameter -> FileError.Misshapen? in
            guard let shape = weights.shape(of: parameter.name), shape != parameter.tensor.shape else { return nil }
            return FileError.Misshapen(name: parameter.name, expected: parameter.tensor.shape, found: shape)
        }
        guard misshapen.isEmpty else {
            throw FileError.misfit(file: place.displayPath, missing: [], unexpected: [], misshapen: misshapen)
        }
        var rest = try mergedParameters()[...]
        let unet = try UNet2DConditionModel(
            configuration,
            ParameterSource { name, _, _ in
                let own = rest.removeFirst().tensor
                return try found.contains(name) ? weights.tensor(name, as: dtype) : own.detached().to(dtype)
            })
        return (unet, found.count, total)
    }
}

extension AutoencoderFolder {
    /// An autoencoder of either class from whatever keeps one: what `AutoencoderKL.load(part:)` takes, a folder of an
    /// AutoencoderTiny, or one of the two files of a TAESD, beside which the other lies.
    ///
    /// - Parameter other: whose scale of latents a file without configuration has.
    public static func load(
        part url: URL, like other: any Autoencoder, dtype: DType = .float32
    ) throws -> any Autoencoder {
        let place = ModelFolder.part("vae", of: url)
        if ModelFolder.hasConfiguration(place) { return try load(place, dtype: dtype) }
        if AutoencoderTiny.isHalf(place) { return try AutoencoderTiny.load(halves: place, dtype: dtype) }
        return try AutoencoderKL.load(
            part: place, like: (other as? AutoencoderKL)?.configuration ?? AutoencoderConfiguration(), dtype: dtype)
    }
}

extension AutoencoderKL {
    static func load(
        _ weights: Weights, _ configuration: AutoencoderConfiguration, dtype: DType
    ) throws -> AutoencoderKL {
        try weights.model(.autoencoder(in: weights), as: dtype) { try AutoencoderKL(configuration, $0) }
    }

    /// An autoencoder from whatever keeps one: a folder of diffusers' or of a pipeline, or a file of weights in the
    /// names of diffusers or CompVis, whose sizes are told from its shapes.
    ///
    /// - Parameters:
    ///   - url: the file or folder.
    ///   - other: whose scale of latents a file without configuration has.
    ///   - dtype: of the weights.
    /// - Throws: `RhumbError` for a file that holds none, `FileError` naming what does not fit.
    public static func load(
        part url: URL, like other: AutoencoderConfiguration, dtype: DType = .float32
    ) throws -> AutoencoderKL {
        let place = ModelFolder.part("vae", of: url)
        if ModelFolder.hasConfiguration(place) { return try AutoencoderKL.load(folder: place, dtype: dtype) }
        let weights = try Weights(place, mapsLargeFiles: true).autoencoderNamedAsInDiffusers()
        var configuration = try AutoencoderConfiguration(shapesOf: weights)
        (configuration.scalingFactor, configuration.normNumGroups) = (other.scalingFactor, other.normNumGroups)
        configuration.sampleSize = other.sampleSize
        return try load(weights, configuration, dtype: dtype)
    }
}

extension TextEncoder {
    /// This encoder's tokenizer with the text tower of a folder: `text_encoder` of a pipeline, or a CLIPTextModel of
    /// transformers alone.
    ///
    /// - Throws: `RhumbError` for a tower whose vocabulary is smaller than the tokenizer's, `FileError` for the folder.
    public func replaced(by url: URL, dtype: DType = .float32) throws -> TextEncoder {
        try TextEncoder(
            model: CLIPTextModel.load(folder: ModelFolder.part("text_encoder", of: url), dtype: dtype),
            tokenizer: tokenizer)
    }
}

extension CompVisNames.Levels {
    /// Of a UNet whose levels are equally deep; nil for any other, which CompVis' names can't be told for.
    init?(of c: UNetConfiguration) {
        guard case .one(let layers) = c.layersPerBlock else { return nil }
        (count, self.layers) = (c.blockOutChannels.count, layers)
    }
}

/// Folders that keep a part of a model.
enum ModelFolder {
    /// The folder of that name in a folder, where it has one; else the path itself.
    static func part(_ name: String, of url: URL) -> URL {
        let inner = url.appendingPathComponent(name)
        return FileManager.default.fileExists(atPath: inner.path) ? inner : url
    }

    static func hasConfiguration(_ url: URL) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent("config.json").path)
    }
}
