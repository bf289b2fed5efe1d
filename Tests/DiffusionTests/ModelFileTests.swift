import Files
import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

/// Folders of UNets and autoencoders, as diffusers writes and reads them.
final class ModelFileTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    private var config: URL { folder.appendingPathComponent("config.json") }
    private var file: URL { folder.appendingPathComponent("diffusion_pytorch_model.safetensors") }

    private var unet: UNet2DConditionModel {
        get throws {
            var c = UNetConfiguration()
            c.blockOutChannels = [8]
            c.downBlockTypes = ["CrossAttnDownBlock2D"]
            c.upBlockTypes = ["UpBlock2D"]
            c.layersPerBlock = .one(1)
            c.crossAttentionDim = .one(6)
            c.attentionHeadDim = .many([2])
            c.normNumGroups = 4
            return try UNet2DConditionModel(c, Formula.source)
        }
    }

    private var vae: AutoencoderKL {
        get throws {
            var c = AutoencoderConfiguration()
            c.blockOutChannels = [8]
            c.normNumGroups = 4
            c.scalingFactor = 0.13025
            return try AutoencoderKL(c, Formula.source)
        }
    }

    /// Numbers as floating-point, keys in order: what Python would take for the same.
    private func plain(_ json: JSON) -> JSON {
        switch json {
        case .integer(let value): .number(Double(value))
        case .array(let values): .array(values.map(plain))
        case .object(let members):
            .object(members.map { JSON.Member($0.key, plain($0.value)) }.sorted { $0.key < $1.key })
        default: json
        }
    }

    private func write(_ json: JSON) throws { try AtomicFile.write(Array(json.text().utf8), to: config) }

    private func set(_ key: String, _ value: JSON) throws {
        let members = try XCTUnwrap(FileContents.json(config).members).filter { $0.key != key }
        try write(.object(members + [JSON.Member(key, value)]))
    }

    func testConfigurationsAreWrittenAsDiffusersWritesThem() throws {
        let golden = try FileContents.json(goldenFiles.url("configs.golden.json"))
        for (kind, count) in [("unets", 4), ("vaes", 3)] {
            let configs = try XCTUnwrap(golden[kind]?.array)
            XCTAssertEqual(configs.count, count)
            for original in configs {
                let extra = JSON.Member("_name_or_path", "somewhere")
                let source = JSON.object(try XCTUnwrap(original.members) + [extra])
                try write(source)
                let saved = folder.appendingPathComponent("saved")
                if kind == "unets" {
                    let c = try FileContents.decode(UNetConfiguration.self, from: config)
                    try UNet2DConditionModel(c, seed: 0).save(to: folder)
                    try write(source)
                    try UNet2DConditionModel.load(folder: folder).save(to: saved)
                } else {
                    let c = try FileContents.decode(AutoencoderConfiguration.self, from: config)
                    try AutoencoderKL(c, seed: 0).save(to: folder)
                    try write(source)
                    try AutoencoderKL.load(folder: folder).save(to: saved)
                }
                let written = try FileContents.json(saved.appendingPathComponent("config.json"))
                XCTAssertEqual(plain(written), plain(source))
            }
        }
    }

    func testWeightsComeBackInEveryTypeAndFromShards() throws {
        let model = try unet
        for (type, tolerance) in [(StoredType?.none, 0.0), (.float16, 1e-3), (.bfloat16, 1e-2)] {
            try model.save(to: folder, as: type)
            let again = try UNet2DConditionModel.load(folder: folder)
            XCTAssertEqual(again.configuration, model.configuration.with(other: again.configuration.other))
            XCTAssertEqual(again.dtype, .float32)
            XCTAssertEqual(again.parameters.map(\.name), model.parameters.map(\.name))
            for (a, b) in zip(again.parameters, model.parameters) {
                assertClose(a.tensor, b.tensor, .ofLargest(tolerance), a.name)
            }
        }
        XCTAssertEqual(try UNet2DConditionModel.load(folder: folder, dtype: .bfloat16).dtype, .bfloat16)

        try FileManager.default.removeItem(at: file)
        let named = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor.detached()) })
        let shards = try Safetensors.writeShards(
            named, to: folder, stem: "diffusion_pytorch_model", maximumBytes: 9000)
        XCTAssertGreaterThan(shards.count, 3)
        let again = try UNet2DConditionModel.load(folder: folder)
        for (a, b) in zip(again.parameters, model.parameters) { assertSameBits(a.tensor, b.tensor, a.name) }
    }

    func testSettingsThatChangeTheComputationAreRefused() throws {
        try unet.save(to: folder)
        let original = try FileContents.json(config)
        let cases: [(String, JSON, String)] = [
            ("class_embed_type", "timestep", "'class_embed_type'"),
            ("addition_embed_type", "text_time", "'addition_time_embed_dim'"),
            ("encoder_hid_dim", 768, "768"), ("time_embedding_type", "fourier", "supported: \"positional\""),
            ("dual_cross_attention", true, "'dual_cross_attention'"), ("attention_type", "gated", "'attention_type'"),
            ("cross_attention_norm", "layer_norm", "'cross_attention_norm'"), ("time_cond_proj_dim", 256, "cond_proj"),
            ("resnet_out_scale_factor", 1.5, "'resnet_out_scale_factor'"), ("num_attention_heads", 4, "is 4"),
            ("_class_name", "UNet2DModel", "'UNet2DModel'"), ("norm_num_groups", .null, "'norm_num_groups'"),
            ("mid_block_type", "UNetMidBlock2DSimpleCrossAttn", "'mid_block_type'"), ("act_fn", "mish", "'mish'"),
            ("conv_in_kernel", 4, "'conv_in_kernel'"), ("layers_per_block", 0, "'layers_per_block'"),
            ("transformer_layers_per_block", [[1]], "'transformer_layers_per_block"),
            ("in_channels", "4", "'in_channels'"),
            ("up_block_types", ["AttnUpBlock2D"], "'AttnUpBlock2D'"),
            ("block_out_channels", [], "'block_out_channels'"),
            ("freq_shift", 4, "'freq_shift'"), ("transformer_layers_per_block", -1, "'transformer_layers_per_block'"),
            ("downsample_padding", -1, "'downsample_padding'"), ("cross_attention_dim", 0, "'cross_attention_dim'"),
            ("mid_block_scale_factor", 0, "'mid_block_scale_factor'"),
        ]
        for (key, value, part) in cases {
            try write(original)
            try set(key, value)
            XCTAssertThrowsError(try UNet2DConditionModel.load(folder: folder), key) {
                XCTAssert("\($0)".contains(part), "\($0) should say: \(part)")
            }
        }
        // What means the default, or nothing at all, is none of these.
        try write(original)
        for (key, value) in [
            ("resnet_out_scale_factor", 1), ("upcast_attention", .null), ("resnet_skip_time_act", .null),
            ("addition_embed_type_num_heads", 32), ("of_somebody", ["else": [1, .null]]),
        ] as [(String, JSON)] {
            try set(key, value)
        }
        let model = try UNet2DConditionModel.load(folder: folder)
        try model.save(to: folder)
        XCTAssertEqual(try FileContents.json(config)["addition_embed_type_num_heads"], 32)
        XCTAssertEqual(try FileContents.json(config)["of_somebody"], ["else": [1, .null]])
    }

    func testSettingsOfAutoencodersAreChecked() throws {
        try vae.save(to: folder)
        let original = try FileContents.json(config)
        let cases: [(String, JSON, String)] = [
            ("_class_name", "AutoencoderTiny", "'AutoencoderTiny'"), ("act_fn", "tanh", "'tanh'"),
            ("down_block_types", ["AttnDownEncoderBlock2D"], "'down_block_types'"),
            ("use_quant_conv", .null, "'use_quant_conv'"), ("scaling_factor", 0, "'scaling_factor'"),
        ]
        for (key, value, part) in cases {
            try write(original)
            try set(key, value)
            XCTAssertThrowsError(try AutoencoderKL.load(folder: folder), key) {
                XCTAssert("\($0)".contains(part), "\($0) should say: \(part)")
            }
        }
    }

    func testOneErrorNamesAllWeights() throws {
        let model = try unet
        try model.save(to: folder)
        var all = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor.detached()) })
        all["conv_in.bias"] = nil
        all["add_embedding.linear_1.weight"] = try Tensor.zeros([2, 3])
        all["conv_out.weight"] = try Tensor.zeros([4, 8, 1, 1])
        try Safetensors.write(all, to: file)
        XCTAssertThrowsError(try UNet2DConditionModel.load(folder: folder)) { error in
            for part in [
                "lacks 'conv_in.bias'", "holds 'add_embedding.linear_1.weight'",
                "'conv_out.weight' is 4×8×1×1 instead of 4×8×3×3", "diffusion_pytorch_model.safetensors",
            ] { XCTAssert("\(error)".contains(part), "\(error) should say: \(part)") }
        }
    }

    func testAutoencodersOfOlderFiles() throws {
        let model = try vae
        try model.save(to: folder)
        let pixels = try Formula.normal("pixels", 1, 4, 6, 3)
        let expected = try model.encode(pixels).mean.floats
        let older = ["to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"]
        for (renamed, convolutions) in [(true, false), (true, true), (false, true)] {
            var stored: [String: Tensor] = [:]
            for (name, tensor) in model.parameters {
                let part = older.first { name.contains(".attentions.0.\($0.key).") }
                let isConvolution = part != nil && convolutions && tensor.rank == 2
                let key = renamed ? part.map { name.replacingOccurrences(of: $0.key, with: $0.value) } ?? name : name
                stored[key] =
                    try isConvolution
                    ? tensor.detached().reshaped(tensor.shape + [1, 1]) : tensor.detached()
            }
            XCTAssertEqual(stored.count, model.parameters.count)
            try Safetensors.write(stored, to: file)
            let again = try AutoencoderKL.load(folder: folder)
            XCTAssertEqual(try again.encode(pixels).mean.floats, expected)
            XCTAssertEqual(again.parameters.map(\.name), model.parameters.map(\.name))
        }
    }
}

extension UNetConfiguration {
    fileprivate func with(other: [JSON.Member]) -> UNetConfiguration {
        var copy = self
        copy.other = other
        return copy
    }
}
