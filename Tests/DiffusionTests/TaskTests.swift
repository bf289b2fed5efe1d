import CLIP
import Diffusion
import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// Pipelines that are told more than a text, against diffusers; how the numbers were made stands in
/// Golden/make_tasks.py.
final class TaskTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    /// Threads that wait for one another stall where other processes want the cores too.
    override func setUp() { Engine.threads = 1 }

    private func golden() throws -> TaskGolden { try goldenFiles.decode(TaskGolden.self, "tasks.golden.json") }

    /// A model with a UNet of the golden file; its other parts are those of `pipeline.golden.json`.
    private func model(
        _ unet: UNetConfiguration, _ pipeline: PipelineClass? = nil, _ scheduler: SchedulerConfiguration? = nil
    ) throws -> StableDiffusion {
        let parts = try goldenFiles.decode(PartsGolden.self, "pipeline.golden.json")
        let json = try FileContents.json(goldenFiles.url("pipeline.golden.json"))
        let tokenizer = try Tokenizer(json: XCTUnwrap(json["tokenizer"]), configuration: XCTUnwrap(json["roles"]))
        return try StableDiffusion(
            unet: UNet2DConditionModel(unet, Formula.source), vae: AutoencoderKL(parts.vae, Formula.source),
            text: TextEncoder(model: CLIPTextModel(parts.text, Formula.source), tokenizer: tokenizer),
            scheduler: scheduler ?? .stableDiffusion, pipeline: pipeline)
    }

    private func options(_ run: TaskGolden.Run) -> SamplingOptions {
        var options = SamplingOptions()
        (options.steps, options.guidanceScale, options.eta) = (run.steps, run.guidance, run.eta)
        options.negativePrompt = run.negative ?? ""
        options.strength = run.strength ?? 1
        options.imageGuidance = run.imageGuidance ?? 1.5
        return options
    }

    func testLatentsOfDiffusersStepForStep() throws {
        let golden = try golden()
        let picture = try Image(Tensor(golden.picture, shape: [3, 16, 16]))
        let mask = try PictureMask(Tensor(golden.mask, shape: [16, 16]))
        XCTAssertEqual(golden.runs.count, 12)
        for run in golden.runs {
            let pipeline = try XCTUnwrap(PipelineClass(rawValue: run.pipeline), run.pipeline)
            let model = try model(XCTUnwrap(golden.unets[run.unet]), pipeline, run.scheduler)
            let label = "\(run.pipeline), \(run.unet), seed \(run.seed)"
            // The noise does not depend on how the samples are split.
            for batchSize in [nil, 1] {
                let trajectory = try model.sample(
                    run.prompts, options(run), images: run.image ? [picture] : [], masks: run.mask ? [mask] : [],
                    generator: Generator(seed: run.seed), batchSize: batchSize)
                XCTAssertEqual(trajectory.latents.count, run.latents.count + 1, label)
                for (step, expected) in run.latents.enumerated() {
                    assertClose(
                        trajectory.latents[step + 1], expected, .ofLargest(1e-4), "\(label), step \(step)")
                }
            }
        }
    }

    /// Each kind is saved as the pipeline that it is, and read back as the same model.
    func testSavedAsTheSamePipeline() throws {
        let golden = try golden()
        for (unet, pipeline) in [
            ("plain", PipelineClass.safe), ("plain", .imageToImage), ("lcm", .latentConsistency),
            ("inpainting", .inpainting), ("plain", .inpainting), ("editing", .instructPix2Pix),
        ] {
            let model = try model(XCTUnwrap(golden.unets[unet]), pipeline)
            let place = folder.appendingPathComponent("\(unet)-\(pipeline.rawValue)")
            try model.save(to: place)
            let again = try StableDiffusion.load(folder: place)
            XCTAssertEqual(again.pipeline, pipeline)
            // What diffusers writes besides is kept for the next file.
            var configuration = again.unet.configuration
            configuration.other = model.unet.configuration.other
            XCTAssertEqual(configuration, model.unet.configuration)
            XCTAssertEqual(again.isDistilled, unet == "lcm")
            for ((name, saved), (_, original)) in zip(again.unet.parameters, model.unet.parameters) {
                assertSameBits(saved, original, "\(pipeline.rawValue) \(name)")
            }
        }
        // What no file says follows from the UNet.
        XCTAssertEqual(try model(XCTUnwrap(golden.unets["lcm"])).pipeline, .latentConsistency)
        XCTAssertEqual(try model(XCTUnwrap(golden.unets["editing"])).pipeline, .instructPix2Pix)
        // A part of another task changes the pipeline.
        let editing = try UNet2DConditionModel(XCTUnwrap(golden.unets["editing"]), Formula.source)
        XCTAssertEqual(try model(XCTUnwrap(golden.unets["plain"])).replacing(unet: editing).pipeline, .instructPix2Pix)
    }

    /// The index of stable-diffusion-safe as it is published, whose safety checker is left aside by name.
    func testSafePipelineAsPublished() throws {
        let model = try model(XCTUnwrap(golden().unets["plain"]))
        try model.save(to: folder)
        let index: JSON = [
            "_class_name": "StableDiffusionPipelineSafe", "_diffusers_version": "0.8.0",
            "feature_extractor": ["transformers", "CLIPFeatureExtractor"],
            "safety_checker": ["stable_diffusion_safe", "SafeStableDiffusionSafetyChecker"],
            "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        ]
        try AtomicFile.write(index.text(indent: 2), to: folder.appendingPathComponent("model_index.json"))
        let loaded = try StableDiffusion.load(folder: folder)
        XCTAssertEqual(loaded.pipeline, .safe)
        XCTAssertEqual(loaded.leftAside.sorted(), ["feature_extractor", "safety_checker"])
        // A part that sampling does need, of a class that there is not.
        let upscaler = JSON.object(
            (index.members ?? []).map {
                $0.key == "unet" ? JSON.Member("unet", ["diffusers", "UNet2DModel"]) : $0
            })
        try AtomicFile.write(upscaler.text(indent: 2), to: folder.appendingPathComponent("model_index.json"))
        assertThrows("'unet'", "'UNet2DModel'") { try StableDiffusion.load(folder: folder) }
    }

    func testMasks() throws {
        // Luma by ITU-R 601, from a half on: pure green is .587, pure red .299.
        let colours = try Tensor([1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1], shape: [3, 1, 4])
        XCTAssertEqual(try PictureMask(Image(colours)).tensor.floats, [0, 1, 0, 1])
        let grey = try Tensor([0.5, 0.49, 1, 0], shape: [1, 2, 2])
        XCTAssertEqual(try PictureMask(grey).tensor.floats, [1, 0, 1, 0])
        assertThrows("from 0 to 1") { try PictureMask(Tensor([0, .nan], shape: [1, 2])) }
        assertThrows("from 0 to 1") { try PictureMask(Tensor([0, 255], shape: [1, 2])) }
        assertThrows("not of shape") { try PictureMask(Tensor.zeros([2, 2, 2])) }
    }

    func testWhatIsRefused() throws {
        let unets = try golden().unets, generator = Generator(seed: 0)
        let picture = try Image(Tensor.zeros([3, 16, 16])), mask = try PictureMask(Tensor.ones([16, 16]))
        let inpainting = try model(XCTUnwrap(unets["inpainting"])), editing = try model(XCTUnwrap(unets["editing"]))
        let plain = try model(XCTUnwrap(unets["plain"])), lcm = try model(XCTUnwrap(unets["lcm"]))
        var options = SamplingOptions()
        options.steps = 2
        assertThrows("wants a picture and a mask") { try inpainting.sample(["a"], options, generator: generator) }
        assertThrows("wants a picture and a mask") {
            try inpainting.sample(["a"], options, images: [picture], generator: generator)
        }
        assertThrows("edits pictures: it wants one") { try editing.sample(["a"], options, generator: generator) }
        assertThrows("it takes no mask") {
            try editing.sample(["a"], options, images: [picture], masks: [mask], generator: generator)
        }
        assertThrows("'mask' needs 'image'") { try plain.sample(["a"], options, masks: [mask], generator: generator) }
        let small = try PictureMask(Tensor.ones([8, 16]))
        assertThrows("as large as the picture, 16×16, not 16×8") {
            try plain.sample(["a"], options, images: [picture], masks: [small], generator: generator)
        }
        assertThrows("2 pictures take one mask or 2, not 3") {
            try plain.sample(
                ["a", "a"], options, images: [picture, picture], masks: [mask, mask, mask], generator: generator)
        }
        options.imageGuidance = 0.5
        assertThrows("must be at least 1, not 0.5") {
            try editing.sample(["a"], options, images: [picture], generator: generator)
        }
        options.negativePrompt = "a knife"
        assertThrows("takes no negative prompt") { try lcm.sample(["a"], options, generator: generator) }
        (options.negativePrompt, options.safety) = ("", SafeLatentDiffusion(.medium))
        assertThrows("takes no Safe Latent Diffusion") { try lcm.sample(["a"], options, generator: generator) }
        // A start at 1 of 50 levels leaves no two steps.
        (options.safety, options.sampler, options.strength) = (nil, .lcm, 0.02)
        assertThrows("at most 1 steps, not 2") {
            try lcm.sample(["a"], options, images: [picture], generator: generator)
        }
        // By themselves the UNets say what they are told.
        let sample = try Tensor.zeros([1, 8, 8, 4]), context = try Tensor.zeros([1, 7, 12])
        assertThrows("a guidance scale (LCM)") { try lcm.unet(sample, timesteps: [1], context: context) }
        assertThrows("5 channels beside the latents (a mask") {
            try inpainting.unet(sample, timesteps: [1], context: context)
        }
        assertThrows("wants a model that is told a text alone") { try lcm.requireTextAlone(for: "GRPO") }
        var odd = try XCTUnwrap(unets["plain"])
        odd.inChannels = 7
        assertThrows("'in_channels' is 7", "upscalers") { try model(odd) }
        assertThrows("'StableDiffusionPipeline' has no UNet of 9 channels") {
            try model(XCTUnwrap(unets["inpainting"]), .stableDiffusion)
        }
        odd = try XCTUnwrap(unets["lcm"])
        odd.timeCondProjDim = 3
        assertThrows("'time_cond_proj_dim'") { try model(odd) }
    }

    private func assertThrows(
        _ texts: String..., line: UInt = #line, _ body: () throws -> Any
    ) {
        XCTAssertThrowsError(try body(), line: line) { error in
            for text in texts { XCTAssertTrue("\(error)".contains(text), "\(error) should say: \(text)", line: line) }
        }
    }
}

/// What make_tasks.py writes.
private struct TaskGolden: Decodable {
    struct Run: Decodable {
        let pipeline, unet: String
        let scheduler: SchedulerConfiguration
        let prompts: [String]
        let seed: UInt64
        let steps: Int
        let guidance: Float
        let latents: [[Float]]
        let image, mask: Bool
        let strength: Double?
        let eta: Double
        let imageGuidance: Float?
        let negative: String?

        enum CodingKeys: String, CodingKey {
            case pipeline, unet, scheduler, prompts, seed, steps, guidance, latents, image, mask, strength, eta,
                negative
            case imageGuidance = "image_guidance"
        }
    }

    let unets: [String: UNetConfiguration]
    let picture, mask: [Float]
    let runs: [Run]
}

/// What make_pipeline.py writes, as far as it is used here.
private struct PartsGolden: Decodable {
    let vae: AutoencoderConfiguration
    let text: TextConfiguration
}
