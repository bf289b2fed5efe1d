import Basics
import Files
import Foundation
import Tensor

extension AutoencoderTiny {
    /// An autoencoder from a folder of diffusers': `config.json` and `diffusion_pytorch_model.safetensors`.
    ///
    /// - Parameter dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Parameter variant: which of several sets of weights: `fp16` for `….fp16.safetensors`.
    /// - Throws: `RhumbError` naming a setting that is not supported, `FileError` naming the file, and every
    ///   weight that is missing, unexpected or of another shape.
    public static func load(
        folder: URL, dtype: DType = .float32, variant: String? = nil
    ) throws -> AutoencoderTiny {
        let configuration: TinyAutoencoderConfiguration = try TinyAutoencoderConfiguration.file.read(
            folder)
        let weights = try Weights(folder, mapsLargeFiles: true, variant: variant)
        return try weights.model(as: dtype) { try AutoencoderTiny(configuration, $0) }
    }

    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try TinyAutoencoderConfiguration.file.save(parameters, configuration, to: folder, as: type, half: halfType)
    }

    /// Whether a file holds half of a TAESD as its author publishes it.
    static func isHalf(_ url: URL) -> Bool {
        url.lastPathComponent.contains("_encoder.") || url.lastPathComponent.contains("_decoder.")
    }

    /// A TAESD from the two files that its author publishes, `taesd_encoder` and `taesd_decoder` (`.pth` or
    /// `.safetensors`), whose layers are those of diffusers but for the decoder's first, which has no weights there.
    ///
    /// - Parameter url: one of the two; the other lies beside it.
    /// - Throws: `FileError` where the other is missing, and naming every weight that does not fit.
    static func load(halves url: URL, dtype: DType) throws -> AutoencoderTiny {
        let name = url.lastPathComponent
        let folder = url.deletingLastPathComponent()
        let encoder = try Weights(
            folder.appendingPathComponent(name.replacing("_decoder.", with: "_encoder.")),
            mapsLargeFiles: true
        ).unwrapped()
        let decoder = try Weights(
            folder.appendingPathComponent(name.replacing("_encoder.", with: "_decoder.")),
            mapsLargeFiles: true
        ).unwrapped()
        let sources = (
            encoder: encoder.renamed { "encoder.layers.\($0)" },
            decoder: decoder.renamed { name in
                let parts = name.split(separator: ".", maxSplits: 1)
                guard parts.count == 2, let layer = Int(parts[0]), layer > 0 else { return name }
                return "decoder.layers.\(layer - 1).\(parts[1])"
            }
        )
        guard let channels = sources.decoder.shape(of: "decoder.layers.0.weight")?[1], channels == 4
        else {
            throw RhumbError.noPart(
                "TAESD with 4 channels of latents", file: url.displayPath, unexpected: [])
        }
        var configuration = TinyAutoencoderConfiguration()
        configuration.latentChannels = channels
        // Every weight of either file must find its place.
        let halves = try [(sources.encoder, "encoder."), (sources.decoder, "decoder.")].map {
            weights, half in
            try weights.model(as: dtype) { source in
                var own: NamedTensors = []
                _ = try AutoencoderTiny(
                    configuration,
                    ParameterSource { name, shape, start in
                        guard name.hasPrefix(half) else { return try Tensor.zeros(shape, dtype) }
                        let tensor = try source.parameter(name, shape, start)
                        own.append((name, tensor))
                        return tensor
                    })
                return own
            }
        }
        return try AutoencoderTiny(
            configuration,
            ParameterSource {
                [found = Dictionary(uniqueKeysWithValues: halves.joined().map { ($0.name, $0.tensor) })]
                name, shape, _ in try found[name] ?? Tensor.zeros(shape)
            })
    }
}

extension TinyAutoencoderConfiguration: StoredConfiguration {
    static let keys = CodingKeys.allCases.map(\.rawValue)

    static let file = ConfigurationFile(
        className: "AutoencoderTiny",
        fixed: [.init("upsample_fn", "nearest"), .init("upsampling_scaling_factor", 2)],
        idle: [
            // Of latents stored as bytes, and of half precision.
            .init("latent_magnitude", 3), .init("latent_shift", 0.5), .init("force_upcast", false),
        ],
        nullable: ["shift_factor"])
}

/// Loading an autoencoder of either class.
public enum AutoencoderFolder {
    static let classes = [AutoencoderConfiguration.file.className, TinyAutoencoderConfiguration.file.className]

    /// The autoencoder of a folder of diffusers'.
    public static func load(
        _ folder: URL, dtype: DType = .float32, variant: String? = nil
    ) throws -> any Autoencoder {
        let json = try FileContents.json(folder.appendingPathComponent("config.json"))
        return json["_class_name"]?.string == TinyAutoencoderConfiguration.file.className
            ? try AutoencoderTiny.load(folder: folder, dtype: dtype, variant: variant)
            : try AutoencoderKL.load(folder: folder, dtype: dtype, variant: variant)
    }
}
