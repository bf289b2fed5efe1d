import Basics
import Files
import Foundation
import Tensor

extension AutoencoderKL {
    /// An autoencoder from a folder of diffusers' (`vae` of a pipeline): `config.json` and
    /// `diffusion_pytorch_model.safetensors`, or its shards.
    ///
    /// - Parameter dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Parameter variant: which of several sets of weights: `fp16` for `….fp16.safetensors`.
    /// - Throws: `RhumbError` naming a setting that is not supported, `FileError` naming the file, and every
    ///   weight that is missing, unexpected or of another shape.
    public static func load(
        folder: URL, dtype: DType = .float32, variant: String? = nil
    ) throws -> AutoencoderKL {
        let configuration: AutoencoderConfiguration = try AutoencoderConfiguration.file.read(folder)
        let weights = try Weights(folder, mapsLargeFiles: true, variant: variant)
        return try weights.model(.autoencoder(in: weights), as: dtype) { try AutoencoderKL(configuration, $0) }
    }

    /// Writes `config.json` and `diffusion_pytorch_model.safetensors` as diffusers reads them.
    ///
    /// - Parameter type: how the weights are stored; by default as they are in memory, or in the half precision of the
    ///   file that they are from, where they are unchanged.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try AutoencoderConfiguration.file.save(parameters, configuration, to: folder, as: type, half: halfType)
    }
}

extension AutoencoderConfiguration: StoredConfiguration {
    static let keys = CodingKeys.allCases.map(\.rawValue)

    static let file = ConfigurationFile(
        className: "AutoencoderKL", fixed: [],
        idle: [
            // What some pipelines standardise latents by; those of SD 1.x and 2.x scale them alone.
            .init("latents_mean", .null),
            .init("latents_std", .null),
        ],
        nullable: [])
}

extension WeightNames {
    /// Where the parameters of an autoencoder stand: in files of diffusers before 0.17 attention has other names, and
    /// in some converted ones its weights are those of convolutions.
    static func autoencoder(in weights: Weights) -> WeightNames {
        let isOld = ["encoder", "decoder"].contains { weights.contains("\($0).mid_block.attentions.0.query.weight") }
        let names = [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")]
        let rules = names.flatMap { new, old in
            [("weight", Form.pixelwise), ("bias", .same)].map { part, form in
                Rule(
                    parameter: "*.mid_block.attentions.*.\(new).\(part)",
                    stored: "*.mid_block.attentions.*.\(isOld ? old : new).\(part)", form: form)
            }
        }
        return WeightNames(rules: rules, keepsOthers: true)
    }
}
