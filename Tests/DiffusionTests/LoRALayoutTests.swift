import Files
import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

/// Adapters in the layouts that programs write sample here what diffusers with PEFT samples (Golden/make_lora.py);
/// kohya's what its definition gives, W + alpha / rank · up down.
final class LoRALayoutTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lora-\(UUID().uuidString)")
    override func tearDown() { try? FileManager.default.removeItem(at: folder) }

    private struct Samples: Decodable {
        let prompt, negative: String
        let steps: Int
        let guidance: Float
        let seed: UInt64
    }

    private func latents(_ pipeline: StableDiffusion) throws -> [Float] {
        let samples = try goldenFiles.decode(Samples.self, "tiny-pipeline.golden.json")
        var options = SamplingOptions()
        (options.steps, options.guidanceScale) = (samples.steps, samples.guidance)
        options.negativePrompt = samples.negative
        return try pipeline.sample([samples.prompt], options, generator: Generator(seed: samples.seed)).final.floats
    }

    private func difference(_ found: [Float], _ expected: [Float]) -> Float {
        guard found.count == expected.count else { return .infinity }
        let furthest = zip(found, expected).map { abs($0 - $1) }.reduce(Float(0)) { $1 <= $0 ? $0 : $1 }
        return furthest / expected.map(abs).max()!
    }

    private func file(_ name: String, scale: Float = 1) -> AdapterFile {
        AdapterFile(goldenFiles.url("lora/\(name)"), scale: scale)
    }

    func testEveryLayoutSamplesAsItsProgramDoes() throws {
        let golden = try goldenFiles.decode([String: [Float]].self, "lora.golden.json")
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        let plain = try XCTUnwrap(golden["none"])
        let names = golden.keys.filter { !["none", "several"].contains($0) && !$0.hasPrefix("fused") }.sorted()
        XCTAssertEqual(names.count, 11)
        for name in names {
            let expected = golden[name]!
            let found = try latents(pipeline.adapted(by: [file(name)]))
            XCTAssertLessThan(difference(found, expected), 1e-4, name)
            XCTAssertGreaterThan(difference(plain, expected), 1e-2, "\(name) changes something")
        }
        XCTAssertLessThan(difference(try latents(pipeline), plain), 1e-4, "the model itself stays as it was")
    }

    /// Adapters of linear layers of the UNet are written in both layouts; copies keep a layer's own rank and scale.
    func testWhatIsWrittenSamplesTheSame() throws {
        let golden = try goldenFiles.decode([String: [Float]].self, "lora.golden.json")
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        XCTAssertNil(try pipeline.unet.adapted(by: goldenFiles.url("lora/convolutions")).lora)
        for name in ["rslora", "patterns", "ranks", "peft", "processor"] {
            let expected = try XCTUnwrap(golden[name])
            let lora = try XCTUnwrap(try pipeline.unet.adapted(by: goldenFiles.url("lora/\(name)")).lora)
            func check(_ unet: UNet2DConditionModel, _ what: String) throws {
                XCTAssertLessThan(
                    difference(try latents(pipeline.replacing(unet: unet)), expected), 1e-4, "\(name) \(what)")
            }
            try lora.save(to: folder)
            try check(pipeline.unet.adapted(by: folder).unet, "after writing")
            let kohya = folder.appendingPathComponent("kohya.safetensors")
            try lora.write(to: kohya, layout: .kohya)
            XCTAssertTrue(try Weights(kohya).names.allSatisfy { $0.hasPrefix("lora_unet_") && !$0.contains("..") })
            try check(pipeline.unet.adapted(by: kohya).unet, "in kohya's layout")
            let copy = try pipeline.unet.converted(to: .float32)
            try lora.copied(onto: copy, lora.parameters)
            try check(copy, "copied")
        }
    }

    /// With a weight for each, as by `set_adapters` of diffusers; merged, as by `fuse_lora`; and taken off again.
    func testSeveralAtOnce() throws {
        let golden = try goldenFiles.decode([String: [Float]].self, "lora.golden.json")
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        let both = try pipeline.adapted(by: [file("rslora", scale: 0.8), file("processor", scale: 0.5)])
        XCTAssertLessThan(difference(try latents(both), try XCTUnwrap(golden["several"])), 1e-4)
        let fused = try both.fused()
        XCTAssertLessThan(difference(try latents(fused), try XCTUnwrap(golden["fused"])), 1e-4)
        let merged = golden.filter { $0.key.hasPrefix("fused ") }
        XCTAssertEqual(merged.count, 2)
        for (key, expected) in merged {
            let name = key.dropFirst("fused ".count) + ".weight"
            let weight = try XCTUnwrap(fused.unet.parameters.first { $0.name == name }).tensor
            XCTAssertLessThan(difference(weight.floats, expected), 1e-5, key)
            XCTAssertGreaterThan(
                difference(try XCTUnwrap(pipeline.unet.parameters.first { $0.name == name }).tensor.floats, expected),
                1e-2)
        }
        // Nothing is left of an adapter of scale 0; one of scale -1 undoes itself.
        let plain = try XCTUnwrap(golden["none"])
        XCTAssertLessThan(difference(try latents(pipeline.adapted(by: [file("text", scale: 0)])), plain), 1e-4)
        let undone = try pipeline.adapted(by: [file("lcm"), file("lcm", scale: -1)])
        XCTAssertLessThan(difference(try latents(undone), plain), 1e-4)
    }

    func testWhatIsNotHonouredIsNamed() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let url = folder.appendingPathComponent("adapter_model.safetensors")
        let unet = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline")).unet
        let module = "mid_block.attentions.0.transformer_blocks.0.attn2.to_q"
        let halves = try [
            "\(module).lora_A.weight": Tensor.ones([2, 16]), "\(module).lora_B.weight": Tensor.ones([16, 2]),
        ]
        func message(_ more: [String: Tensor], _ configuration: String? = nil, metadata: [String: String] = [:]) throws
            -> String
        {
            try Safetensors.write(halves.merging(more) { $1 }, to: url, metadata: metadata)
            let file = folder.appendingPathComponent("adapter_config.json")
            try? FileManager.default.removeItem(at: file)
            if let configuration { try Data(configuration.utf8).write(to: file) }
            do { _ = try unet.adapted(by: folder) } catch { return "\(error)" }
            return "no error"
        }
        let one = try Tensor.ones([1])
        XCTAssertEqual(try message([:]), "no error")
        for (name, kind) in [
            ("\(module).lora_magnitude_vector", "DoRA"), ("lora_unet_x.dora_scale", "DoRA"),
            ("lora_unet_x.hada_w1_a", "LoHa"),
            ("lora_unet_x.lokr_w1", "LoKr"), ("lora_unet_x.lora_mid.weight", "a middle matrix"),
            ("lora_unet_x.diff", "whole differences"),
            ("lora_te_text_model_encoder_layers_0_mlp_fc1.alpha", "adapters of the text encoder"),
            ("text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_A.weight", "adapters of the text encoder"),
            ("\(module).lora_B.bias", "a bias"),
            ("lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", "adapters of Stable Diffusion XL"),
        ] {
            let found = try message([name: one])
            XCTAssertTrue(
                found.contains("holds \(kind)") && found.contains("('\(name)'), which is not supported"), found)
        }
        for (configuration, expected) in [
            (#"{"use_dora": true}"#, "'use_dora' in"), (#"{"bias": "all"}"#, "'bias' in"),
            (#"{"peft_type": "LOHA"}"#, "'peft_type' in"),
            (#"{"modules_to_save": ["conv_in"]}"#, "'modules_to_save' in"),
            (#"{"init_lora_weights": "pissa"}"#, "'init_lora_weights' in"),
            (#"{"fan_in_fan_out": true}"#, "'fan_in_fan_out' in"),
            (#"{"layer_replication": [[0, 1]]}"#, "'layer_replication' in"),
            (#"{"a_new_setting": 3}"#, "'a_new_setting' in"),
            (#"{"r": 3, "lora_alpha": 3}"#, "must have rank 3 as its configuration says, not 2"),
            (#"{"r": 2, "rank_pattern": {"attn2.to_q": 4}}"#, "must have rank 4 as its configuration says, not 2"),
            (#"{"alpha_pattern": {"mid.*to_q": 4}}"#, "'alpha_pattern' in"), (#"{"lora_alpha": 0}"#, "'lora_alpha' in"),
            (#"{"lora_alpha": "x"}"#, "'lora_alpha' in"),
        ] {
            let found = try message([:], configuration)
            XCTAssertTrue(found.contains(expected), "\(configuration): \(found)")
        }
        XCTAssertEqual(
            try message([:], #"{"r": 2, "lora_alpha": 4, "use_dora": false, "task_type": null, "bias": "none"}"#),
            "no error")
        XCTAssertTrue(
            try message([:], metadata: ["lora_adapter_metadata": #"{"unet.use_dora": true}"#]).contains("'use_dora' in")
        )
        XCTAssertTrue(try message(["\(module).alpha": Tensor.zeros([1])]).contains("must be one number above 0"))
        XCTAssertTrue(try message(["\(module).alpha": Tensor([.nan])]).contains("must be one number above 0"))
        XCTAssertTrue(
            try message(["unet.\(module).lora.down.weight": Tensor.ones([2, 16])]).contains(
                "two adapters for the layer '\(module)'"))
    }
}
