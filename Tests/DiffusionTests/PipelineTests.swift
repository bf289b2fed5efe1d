import Basics
import CLIP
import Files
import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

/// Whole pipelines against diffusers; how the numbers were made stands in Golden/make_pipeline.py.
final class PipelineTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    /// Threads that wait for one another stall where other processes want the cores too.
    override func setUp() { Engine.threads = 1 }

    private func model() throws -> (StableDiffusion, PipelineGolden) {
        let golden = try goldenFiles.decode(PipelineGolden.self, "pipeline.golden.json")
        let json = try FileContents.json(goldenFiles.url("pipeline.golden.json"))
        let tokenizer = try Tokenizer(json: XCTUnwrap(json["tokenizer"]), configuration: XCTUnwrap(json["roles"]))
        return (
            try StableDiffusion(
                unet: UNet2DConditionModel(golden.unet, Formula.source), vae: AutoencoderKL(golden.vae, Formula.source),
                text: TextEncoder(model: CLIPTextModel(golden.text, Formula.source), tokenizer: tokenizer),
                scheduler: .stableDiffusion), golden
        )
    }

    private func options(_ run: PipelineGolden.Run) -> SamplingOptions {
        var options = SamplingOptions()
        (options.steps, options.guidanceScale, options.eta) = (run.steps, run.guidance, run.eta)
        options.negativePrompt = run.negative ?? ""
        options.strength = run.strength ?? 1
        options.safety = run.safety.map {
            SafeLatentDiffusion(
                guidanceScale: $0[0], warmupSteps: Int($0[1]), threshold: $0[2], momentumScale: $0[3],
                momentumBeta: $0[4])
        }
        return options
    }

    private var picture: Image {
        get throws {
            // As the golden script makes it: −1…1, clipped.
            try Image((Formula.normal("picture", 3, 16, 16).clamped(-1, 1) + 1) * 0.5)
        }
    }

    func testPicturesOfDiffusers() throws {
        let (model, golden) = try model()
        XCTAssertEqual(golden.runs.count, 7)
        for run in golden.runs {
            let model = try model.replacing(scheduler: run.scheduler)
            let prompts = run.prompts.flatMap { [String](repeating: $0, count: run.images) }
            let images = run.strength == nil ? [] : [try picture]
            let label = "seed \(run.seed), \(run.scheduler.className)"
            // The noise does not depend on how the samples are split.
            for batchSize in [nil, 1] {
                let trajectory = try model.sample(
                    prompts, options(run), images: images, generator: Generator(seed: run.seed), batchSize: batchSize)
                assertClose(trajectory.final, run.latents, .ofLargest(1e-4), label)
                let corners = try model.images(trajectory.final).map { image in
                    try image.tensor.sliced(1, from: 0, to: 4).sliced(2, from: 0, to: 4).permuted([1, 2, 0])
                }
                assertClose(try Tensor.stacked(corners), run.pixels, .ofLargest(1e-4), label)
            }
        }
    }

    func testTrajectoryRecordsWhatHappened() throws {
        let (model, _) = try model()
        var options = SamplingOptions()
        (options.steps, options.eta, options.guidanceScale) = (5, 1, 3)
        var ticks: [Int] = []
        let prompts = ["a red apple", "a knife", "a dog"]
        let trajectory = try model.sample(
            prompts, options, generator: Generator(seed: 2), batchSize: 2,
            progress: { done, total in
                XCTAssertEqual(total, 15)
                ticks.append(done)
            })
        XCTAssertEqual(ticks, [2, 4, 6, 8, 10, 11, 12, 13, 14, 15])
        XCTAssertEqual(trajectory.latents.map(\.shape), [[Int]](repeating: [3, 8, 8, 4], count: 6))
        XCTAssertEqual(trajectory.times, [801, 601, 401, 201, 1])

        // Each step again from its record: the same densities, and gradients that reach the UNet.
        let scheduler = try DDIMScheduler(model.scheduler, steps: 5)
        let guidance = try model.guidance(of: prompts, options)
        for index in 0..<5 {
            let before = trajectory.latents[index]
            let output = try model.unet(before, time: trajectory.times[index], guided: guidance)
            let again = try scheduler.logProbability(
                of: trajectory.latents[index + 1], output: output, at: index, sample: before, eta: 1)
            assertClose(again, try XCTUnwrap(trajectory.logProbabilities[index]), .absolute(1e-5))
            let mean = try scheduler.mean(output: output, at: index, sample: before, eta: 1)
            let noise = try XCTUnwrap(trajectory.noise[index])
            let next = try mean + noise * trajectory.sigmas[index]
            assertClose(next, trajectory.latents[index + 1].floats, .ofLargest(1e-5))
            if index == 2 {
                try again.mean().backward()
                XCTAssertTrue(model.unet.parameters.allSatisfy { $0.tensor.gradient != nil })
            }
        }
    }

    func testLatentsAreDrawnInPyTorchsOrder() throws {
        let noise = try StableDiffusion.noise([2, 4, 3, 4], generator: Generator(seed: 11))
        let flat = Generator(seed: 11).normal(count: 96)
        // Sample 1, channel 2, row 3, column 0.
        let found = try noise.selected(0, 1).selected(0, 3).selected(0, 0).selected(0, 2).item
        XCTAssertEqual(found, flat[48 + 24 + 9])
    }

    func testOneLatentForAll() throws {
        let (model, _) = try model()
        var options = SamplingOptions()
        (options.steps, options.guidanceScale) = (2, 1)
        let latent = try StableDiffusion.noise(model.latentShape(count: 1), generator: Generator(seed: 1))
        let shared = try model.sample(["a dog", "a dog"], options, latents: latent, generator: Generator(seed: 0))
        XCTAssertEqual(try shared.final.selected(0, 0).floats, try shared.final.selected(0, 1).floats)
        XCTAssertThrowsError(
            try model.sample(["a dog"], options, latents: Tensor.zeros([3, 8, 8, 4]), generator: Generator(seed: 0)))
    }

    func testLatentsOfPictures() throws {
        let (model, _) = try model()
        let images = try [picture, Image(Tensor.full([3, 16, 16], 0.5))]
        let latents = try model.latents(of: images)
        XCTAssertEqual(latents.shape, [2, 8, 8, 4])
        let pixels = try images[0].tensor.permuted([1, 2, 0]) * 2 - 1
        let mean = try model.vae.latents(of: pixels.unsqueezed(0), noise: nil) * 0.6
        assertClose(try latents.selected(0, 0), mean.floats, .ofLargest(1e-5))
        XCTAssertThrowsError(try model.latents(of: [picture, Image(Tensor.zeros([3, 8, 16]))])) {
            XCTAssertTrue("\($0)".contains("not 16×16 and 16×8"), "\($0)")
        }
        XCTAssertThrowsError(try model.latents(of: [Image(Tensor.zeros([3, 7, 16]))])) {
            XCTAssertTrue("\($0)".contains("multiples of 2 pixels, not 16×7"), "\($0)")
        }
    }

    func testFolderRoundTrip() throws {
        let (original, _) = try model()
        var scheduler = SchedulerConfiguration.stableDiffusion
        scheduler.className = "PNDMScheduler"
        scheduler.skipPRKSteps = true
        try original.replacing(scheduler: scheduler).save(to: folder)
        XCTAssertEqual(try FileContents.kind(of: folder), .diffusers)
        let again = try StableDiffusion.load(folder: folder)
        XCTAssertEqual(again.scheduler, scheduler)
        var options = SamplingOptions()
        (options.steps, options.sampler) = (2, .ddim)
        XCTAssertEqual(
            try again.sample(["a dog"], options, generator: Generator(seed: 1)).final.floats,
            try original.sample(["a dog"], options, generator: Generator(seed: 1)).final.floats)
        XCTAssertEqual(try StableDiffusion.load(folder: folder, dtype: .bfloat16).dtype, .bfloat16)

        let index = folder.appendingPathComponent("model_index.json")
        let members = try XCTUnwrap(FileContents.json(index).members)
        let cases: [(key: String, value: JSON, expected: String)] = [
            ("_class_name", "StableDiffusion3Pipeline", "'_class_name' in"),
            ("text_encoder_2", ["transformers", "CLIPTextModelWithProjection"], "'text_encoder_2' in"),
            ("unet", ["diffusers", "UNet3DConditionModel"], "'UNet3DConditionModel', which is not supported"),
        ]
        for (key, value, expected) in cases {
            let changed = JSON.object(members.filter { $0.key != key } + [.init(key, value)])
            try AtomicFile.write(changed.text(), to: index)
            XCTAssertThrowsError(try StableDiffusion.load(folder: folder)) {
                XCTAssertTrue("\($0)".contains(expected), "\($0)")
            }
        }
    }

    /// What diffusers writes for an unbounded λ is not JSON of the standard, and what it says besides is kept.
    func testSchedulerFileOfDiffusers() throws {
        let file = folder.appendingPathComponent("scheduler_config.json")
        try AtomicFile.write(
            """
            {"_class_name": "DPMSolverMultistepScheduler", "_diffusers_version": "0.20.0", "lambda_min_clipped": \
            -Infinity,
             "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "sample_max_value": 1.0}
            """, to: file)
        let configuration = try SchedulerConfiguration.load(folder: folder)
        XCTAssertNil(configuration.lambdaMinClipped)
        XCTAssertEqual(SamplerKind(for: configuration), .dpmSolver)
        try configuration.save(to: folder)
        let saved = try FileContents.json(file)
        XCTAssertEqual(saved["sample_max_value"]?.number, 1)
        XCTAssertEqual(saved["_class_name"]?.string, "DPMSolverMultistepScheduler")
        XCTAssertNil(saved["timestep_spacing"])
    }

    func testWhatIsRefused() throws {
        let (model, _) = try model()
        var safe = SamplingOptions()
        (safe.guidanceScale, safe.safety) = (1, SafeLatentDiffusion(.medium))
        var strange = SamplingOptions()
        (strange.height, strange.width) = (15, 16)
        let generator = Generator(seed: 0)
        func assert(_ prompts: [String], _ options: SamplingOptions, failsWith expected: String) {
            XCTAssertThrowsError(try model.sample(prompts, options, generator: generator)) {
                XCTAssertTrue("\($0)".contains(expected), "\($0)")
            }
        }
        assert(["a"], safe, failsWith: "must be above 1, not 1.0")
        assert(["a"], strange, failsWith: "multiples of 2 pixels, not 16×15")
        assert([], SamplingOptions(), failsWith: "no prompt")
        StopFlag.raise()
        defer { StopFlag.lower() }
        XCTAssertThrowsError(try model.sample(["a dog"], generator: generator)) { XCTAssertTrue($0 is Interruption) }
    }
}

/// What make_pipeline.py writes.
private struct PipelineGolden: Decodable {
    struct Run: Decodable {
        let scheduler: SchedulerConfiguration
        let prompts: [String]
        let seed: UInt64
        let steps, images: Int
        let guidance: Float
        let eta: Double
        let negative: String?
        let strength: Double?
        let safety: [Float]?
        let latents, pixels: [Float]
    }

    let unet: UNetConfiguration
    let vae: AutoencoderConfiguration
    let text: TextConfiguration
    let runs: [Run]
}
