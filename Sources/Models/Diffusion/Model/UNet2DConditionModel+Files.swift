import Basics
import Files
import Foundation
import Tensor

extension UNet2DConditionModel {
    /// A UNet from a folder of diffusers' (`unet` of a pipeline): `config.json` and
    /// `diffusion_pytorch_model.safetensors`, or its shards.
    ///
    /// - Parameter dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Parameter variant: which of several sets of weights: `fp16` for `….fp16.safetensors`.
    /// - Throws: `RhumbError` naming a setting that is not supported, `FileError` naming the file, and every
    ///   weight that is missing, unexpected or of another shape.
    public static func load(
        folder: URL, dtype: DType = .float32, variant: String? = nil
    ) throws -> UNet2DConditionModel {
        let configuration: UNetConfiguration = try UNetConfiguration.file.read(folder)
        return try Weights(folder, mapsLargeFiles: true, variant: variant).model(as: dtype) {
            try UNet2DConditionModel(configuration, $0)
        }
    }

    /// Writes `config.json` and `diffusion_pytorch_model.safetensors` as diffusers reads them; adapters that are on are
    /// merged into the weights that are written.
    ///
    /// - Parameter type: how the weights are stored; by default as they are in memory, or in the half precision of the
    ///   file that they are from, where they are unchanged.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try UNetConfiguration.file.save(mergedParameters(), configuration, to: folder, as: type, half: halfType)
    }
}

extension UNetConfiguration: StoredConfiguration {
    static let keys = CodingKeys.allCases.map(\.rawValue)

    static let file = ConfigurationFile(
        className: "UNet2DConditionModel",
        fixed: [
            .init("attention_type", "default"),
            .init("class_embed_type", .null),
            .init("class_embeddings_concat", false),
            .init("cross_attention_norm", .null),
            .init("dual_cross_attention", false),
            .init("encoder_hid_dim", .null),
            .init("encoder_hid_dim_type", .null),
            .init("num_attention_heads", .null),
            .init("num_class_embeds", .null),
            .init("resnet_out_scale_factor", 1.0),
            .init("resnet_skip_time_act", false),
            .init("reverse_transformer_layers_per_block", .null),
            .init("time_embedding_act_fn", .null),
            .init("time_embedding_dim", .null),
            .init("time_embedding_type", "positional"),
            .init("timestep_post_act", .null),
        ],
        idle: [
            // Of embeddings that are off, of another middle block, and of training.
            .init("addition_embed_type_num_heads", 64),
            .init("dropout", 0.0),
            .init("mid_block_only_cross_attention", .null),
        ],
        nullable: ["mid_block_type"])
}
