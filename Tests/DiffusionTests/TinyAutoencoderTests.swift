import CLIP
import Diffusion
import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// AutoencoderTiny against diffusers; how the numbers were made stands in Golden/make_tiny_autoencoder.py.
final class TinyAutoencoderTests: XCTestCase {
    private struct Golden: Decodable {
        struct Model: Decodable {
            let config: TinyAutoencoderConfiguration
            let parameters: [String: [Int]]
            let side: Int
            let latents, picture: [Float]
        }
        struct Run: Decodable {
            let strength: Double?
            let picture: [Float]
        }
        let models: [Model]
        let runs: [Run]
        let original: [String: [String: [Int]]]
    }

    /// What make_pipeline.py writes, as far as it is used here.
    private struct Parts: Decodable {
        let unet: UNetConfiguration
        let vae: AutoencoderConfiguration
        let text: TextConfiguration
    }

    private lazy var folder = temporaryFolder()

    private func golden() throws -> Golden {
        try goldenFiles.decode(Golden.self, "tiny-autoencoder.golden.json")
    }

    /// The pipeline of `pipeline.golden.json` with another autoencoder.
    private func pipeline(_ vae: any Autoencoder) throws -> StableDiffusion {
        let parts = try goldenFiles.decode(Parts.self, "pipeline.golden.json")
        let json = try FileContents.json(goldenFiles.url("pipeline.golden.json"))
        let tokenizer = try Tokenizer(
            json: XCTUnwrap(json["tokenizer"]), configuration: XCTUnwrap(json["roles"]))
        return try StableDiffusion(
            unet: UNet2DConditionModel(parts.unet, Formula.source), vae: vae,
            text: TextEncoder(model: CLIPTextModel(parts.text, Formula.source), tokenizer: tokenizer),
            scheduler: .stableDiffusion)
    }

    func testModels() throws {
        let models = try golden().models
        XCTAssertEqual(models.count, 2)
        for golden in models {
            let model = try AutoencoderTiny(golden.config, Formula.source)
            XCTAssertEqual(model.configuration.downsampling, golden.side)
            XCTAssertEqual(
                Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor.shape) }),
                golden.parameters)
            let latents = try model.encode(Formula.normal("pixels", 2, 8, 12, 3))
            assertClose(latents, golden.latents, .ofLargest(1e-5))
            let input = try Formula.normal("latents", 2, 4, 6, golden.config.latentChannels) * 3
            assertClose(try model.decode(input), golden.picture, .ofLargest(1e-5))
        }
    }

    /// A start from a picture draws no latents from a distribution that there is not.
    func testPipelines() throws {
        let golden = try golden()
        let model = try pipeline(AutoencoderTiny(golden.models[0].config, Formula.source))
        let picture = try Image((Formula.normal("picture", 3, 16, 16).clamped(-1, 1) + 1) * 0.5)
        XCTAssertEqual(golden.runs.count, 2)
        for run in golden.runs {
            var options = SamplingOptions()
            (options.steps, options.guidanceScale, options.eta) = (5, 3, 1)
            options.strength = run.strength ?? 1
            let final = try model.sample(
                ["a red apple"], options, images: run.strength == nil ? [] : [picture],
                generator: Generator(seed: 3)
            ).final
            let found = try model.images(final)[0].tensor.permuted([1, 2, 0]).contiguous()
            assertClose(found.floats, run.picture, .ofLargest(1e-4))
        }
    }

    func testFolders() throws {
        let model = try AutoencoderTiny(golden().models[1].config, Formula.source)
        let place = folder.appendingPathComponent("taesd")
        try model.save(to: place)
        let again = try XCTUnwrap(AutoencoderFolder.load(place) as? AutoencoderTiny)
        XCTAssertEqual(again.configuration.numDecoderBlocks, model.configuration.numDecoderBlocks)
        for ((name, a), (_, b)) in zip(again.parameters, model.parameters) {
            assertSameBits(a, b, name)
        }
        // In a whole pipeline it is saved under its class.
        let tiny = try AutoencoderTiny(golden().models[0].config, Formula.source)
        let whole = folder.appendingPathComponent("whole")
        try pipeline(tiny).save(to: whole)
        XCTAssertTrue(try StableDiffusion.load(folder: whole).vae is AutoencoderTiny)
        XCTAssertEqual(
            try FileContents.json(whole.appendingPathComponent("model_index.json"))["vae"]?.array?[1]
                .string,
            "AutoencoderTiny")
        // Its class decides, and what another class could not be is refused.
        let config = place.appendingPathComponent("config.json")
        let text = try String(contentsOf: config, encoding: .utf8)
        for (old, new, says) in [
            ("\"nearest\"", "\"bilinear\"", "'upsample_fn'"), ("\"silu\"", "\"mish\"", "'act_fn'"),
            (
                "\"upsampling_scaling_factor\": 2", "\"upsampling_scaling_factor\": 4",
                "'upsampling_scaling_factor'"
            ),
            ("\"latent_channels\": 3", "\"latent_channels\": 0", "'latent_channels'"),
        ] {
            XCTAssertTrue(text.contains(old), old)
            try text.replacing(old, with: new).write(to: config, atomically: true, encoding: .utf8)
            XCTAssertThrowsError(try AutoencoderFolder.load(place)) {
                XCTAssertTrue("\($0)".contains(says), "\($0)")
            }
        }
    }

    /// The two files that TAESD's author publishes, of which either names the pair.
    func testOriginalFiles() throws {
        let other = try AutoencoderKL(
            goldenFiles.decode(Parts.self, "pipeline.golden.json").vae, Formula.source)
        for (half, shapes) in try golden().original {
            let tensors = try Dictionary(
                uniqueKeysWithValues: shapes.map { name, shape in
                    (name, try Tensor(Formula.values("\(half) \(name)", shape), shape: shape))
                })
            try Safetensors.write(tensors, to: folder.appendingPathComponent("taesd_\(half).safetensors"))
        }
        for half in ["encoder", "decoder"] {
            let url = folder.appendingPathComponent("taesd_\(half).safetensors")
            let model = try XCTUnwrap(AutoencoderFolder.load(part: url, like: other) as? AutoencoderTiny)
            XCTAssertEqual(model.configuration, TinyAutoencoderConfiguration())
            let named = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
            // In the original decoder the clamp is a layer too.
            for (name, original) in [
                ("encoder.layers.2.weight", "encoder 2.weight"),
                ("decoder.layers.0.weight", "decoder 1.weight"),
                ("decoder.layers.2.conv.4.bias", "decoder 3.conv.4.bias"),
            ] {
                let tensor = try XCTUnwrap(named[name], name)
                assertSameBits(
                    tensor, try Tensor(Formula.values(original, tensor.shape), shape: tensor.shape), name)
            }
        }
        try FileManager.default.removeItem(
            at: folder.appendingPathComponent("taesd_encoder.safetensors"))
        XCTAssertThrowsError(
            try AutoencoderFolder.load(
                part: folder.appendingPathComponent("taesd_decoder.safetensors"), like: other)
        ) { XCTAssertTrue("\($0)".contains("taesd_encoder.safetensors"), "\($0)") }
    }
}
