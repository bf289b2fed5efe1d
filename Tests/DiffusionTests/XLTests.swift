import CLIP
import Diffusion
import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// Stable Diffusion XL against diffusers; how the numbers were made stands in Golden/make_xl.py.
final class XLTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    /// Threads that wait for one another stall where other processes want the cores too.
    override func setUp() { Engine.threads = 1 }

    private func golden() throws -> XLGolden {
        try goldenFiles.decode(XLGolden.self, "xl.golden.json")
    }

    private func encoder(_ golden: XLGolden, _ index: Int, projects: Bool, tokenizer: String) throws
        -> TextEncoder
    {
        try TextEncoder(
            model: CLIPTextModel(
                golden.texts[index], projectionWidth: projects ? 10 : nil,
                ParameterSource { name, shape, _ in
                    try Tensor(Formula.values("\(index + 1) \(name)", shape), shape: shape)
                }),
            tokenizer: Tokenizer(folder: goldenFiles.url(tokenizer)))
    }

    private func model(
        _ golden: XLGolden, _ scheduler: SchedulerConfiguration = .stableDiffusion, zeros: Bool = true,
        second: TextEncoder? = nil, vae: AutoencoderConfiguration? = nil
    ) throws -> StableDiffusion {
        try StableDiffusion(
            unet: UNet2DConditionModel(golden.unet, Formula.source),
            vae: AutoencoderKL(vae ?? golden.vae, Formula.source),
            text: encoder(golden, 0, projects: false, tokenizer: "tiny-pipeline/tokenizer"),
            scheduler: scheduler,
            secondText: second ?? encoder(golden, 1, projects: true, tokenizer: "xl-tokenizer-2"),
            zeroesEmptyPrompt: zeros)
    }

    private func options(_ run: XLGolden.Run) -> SamplingOptions {
        var options = SamplingOptions()
        (options.steps, options.guidanceScale, options.eta) = (run.steps, run.guidance, run.eta)
        options.negativePrompt = run.negative ?? ""
        options.strength = run.strength ?? 1
        (options.sizes.original, options.sizes.target) = (run.original, run.target)
        options.sizes.crop = run.crop ?? [0, 0]
        return options
    }

    func testTextStates() throws {
        let golden = try golden()
        let prompts = ["a red apple", "a cat"]
        let model = try model(golden)
        let second = try XCTUnwrap(model.secondText)
        for (encoder, identifiers) in zip([model.text, second], golden.identifiers) {
            XCTAssertEqual(try encoder.tokenizer.encode(prompts, padding: .length(12)).rows, identifiers)
        }
        assertClose(try model.context(of: prompts).floats, golden.states, .ofLargest(1e-5))
        let pooled = try XCTUnwrap(second.penultimateStates(of: prompts).projected)
        assertClose(pooled.floats, golden.pooled, .ofLargest(1e-5))
        XCTAssertEqual(
            Dictionary(uniqueKeysWithValues: model.unet.parameters.map { ($0.name, $0.tensor.shape) }),
            golden.parameters)
    }

    func testLatentsOfDiffusersStepForStep() throws {
        let golden = try golden()
        let picture = try Image((Formula.normal("picture", 3, 16, 16).clamped(-1, 1) + 1) * 0.5)
        XCTAssertEqual(golden.runs.count, 5)
        for run in golden.runs {
            let model = try model(golden, run.scheduler, zeros: run.zeros)
            var options = options(run)
            // The run of a picture of another form.
            if run.seed == 4 { (options.height, options.width) = (16, 24) }
            let images = run.strength == nil ? [] : [picture]
            for batchSize in [nil, 1] {
                let trajectory = try model.sample(
                    run.prompts, options, images: images, generator: Generator(seed: run.seed),
                    batchSize: batchSize)
                XCTAssertEqual(trajectory.latents.count, run.latents.count + 1)
                for (step, expected) in run.latents.enumerated() {
                    assertClose(
                        trajectory.latents[step + 1], expected, .ofLargest(1e-4),
                        "seed \(run.seed), step \(step)")
                }
                let corners = try model.images(trajectory.final).map {
                    try $0.tensor.sliced(1, from: 0, to: 4).sliced(2, from: 0, to: 4).permuted([1, 2, 0])
                }
                assertClose(try Tensor.stacked(corners), run.picture, .ofLargest(1e-4), "seed \(run.seed)")
            }
        }
    }

    func testSavedAndLoaded() throws {
        let model = try model(golden(), zeros: false)
        try model.save(to: folder)
        let again = try StableDiffusion.load(folder: folder)
        XCTAssertEqual(again.pipeline, .xl)
        XCTAssertFalse(again.zeroesEmptyPrompt)
        XCTAssertEqual(again.secondText?.model.projectionWidth, 10)
        var options = SamplingOptions()
        (options.steps, options.sizes.crop) = (2, [1, 2])
        let (a, b) = try (
            model.sample(["a cat"], options, generator: Generator(seed: 1)),
            again.sample(["a cat"], options, generator: Generator(seed: 1))
        )
        assertSameBits(a.final, b.final, "sampled again")
        // A folder without the second encoder, and a refiner.
        let place = folder.appendingPathComponent("model_index.json")
        let index = try String(contentsOf: place, encoding: .utf8)
        try index.replacing("StableDiffusionXLPipeline", with: "StableDiffusionXLImg2ImgPipeline")
            .write(to: place, atomically: true, encoding: .utf8)
        assertThrows("a refiner, which is not supported") { try StableDiffusion.load(folder: folder) }
        try index.replacing("StableDiffusionXLPipeline", with: "StableDiffusionPipeline")
            .write(to: place, atomically: true, encoding: .utf8)
        assertThrows("'text_encoder_2'") { try StableDiffusion.load(folder: folder) }
    }

    func testWhatIsRefused() throws {
        let golden = try golden()
        let generator = Generator(seed: 0)
        let model = try model(golden)
        var options = SamplingOptions()
        options.steps = 2
        options.safety = SafeLatentDiffusion(.medium)
        assertThrows("and this is XL") { try model.sample(["a"], options, generator: generator) }
        options.safety = nil
        let picture = try Image(Tensor.zeros([3, 16, 16]))
        let mask = try PictureMask(Tensor.ones([16, 16]))
        assertThrows("'mask' is not supported with Stable Diffusion XL") {
            try model.sample(["a"], options, images: [picture], masks: [mask], generator: generator)
        }
        assertThrows("wants a model that is told a text alone") {
            try model.requireTextAlone(for: "GRPO")
        }
        assertThrows("pooled text and sizes") {
            try model.unet(
                Tensor.zeros([1, 8, 8, 4]), timesteps: [1], context: Tensor.zeros([1, 12, 20]))
        }
        let first = try encoder(golden, 1, projects: false, tokenizer: "xl-tokenizer-2")
        assertThrows("second text encoder") { try self.model(golden, second: first) }
        var unet = golden.unet
        unet.additionEmbedType = "image"
        assertThrows("'addition_embed_type'") { try UNet2DConditionModel(unet, Formula.source) }
        unet = golden.unet
        unet.projectionClassEmbeddingsInputDim = 36
        assertThrows("'projection_class_embeddings_input_dim'") {
            try UNet2DConditionModel(unet, Formula.source)
        }
        let plain = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        options.sizes.crop = [1, 1]
        assertThrows("are for Stable Diffusion XL") {
            try plain.sample(["a"], options, generator: generator)
        }
        var vae = golden.vae
        vae.other = [.init("latents_mean", [0.1, 0.2, 0.3, 0.4])]
        options.sizes = SizeConditions()
        assertThrows("'latents_mean' is not null") {
            try self.model(golden, vae: vae).sample(["a"], options, generator: generator)
        }
    }

    private func assertThrows(_ text: String, line: UInt = #line, _ body: () throws -> Any) {
        XCTAssertThrowsError(try body(), line: line) { error in
            XCTAssertTrue("\(error)".contains(text), "\(error) should say: \(text)", line: line)
        }
    }
}

/// What make_xl.py writes.
private struct XLGolden: Decodable {
    struct Run: Decodable {
        let scheduler: SchedulerConfiguration
        let prompts: [String]
        let seed: UInt64
        let steps: Int
        let guidance: Float
        let zeros: Bool
        let latents: [[Float]]
        let picture: [Float]
        let negative: String?
        let strength: Double?
        let eta: Double
        let original, crop, target: [Int]?
    }

    let unet: UNetConfiguration
    let vae: AutoencoderConfiguration
    let parameters: [String: [Int]]
    let texts: [TextConfiguration]
    let identifiers: [[[Int]]]
    let states, pooled: [Float]
    let runs: [Run]
}
