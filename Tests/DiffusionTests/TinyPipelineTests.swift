import Files
import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

/// A pipeline that diffusers saved samples here what it samples there (Golden/make_tiny_pipeline.py), and one that is
/// saved here can be sampled there (Golden/check_saved.py).
final class TinyPipelineTests: XCTestCase {
    private struct Samples: Codable {
        struct Sample: Codable {
            let eta: Double
            let latents, picture: [Float]
        }
        let prompt, negative: String
        let steps: Int
        let guidance: Float
        let seed: UInt64
        var samples: [Sample]
        let identifiers: [[Int]]
        let context: [Float]

        func options(eta: Double) -> SamplingOptions {
            var options = SamplingOptions()
            (options.steps, options.guidanceScale, options.negativePrompt) = (steps, guidance, negative)
            options.eta = eta
            return options
        }
    }

    private func golden() throws -> Samples { try goldenFiles.decode(Samples.self, "tiny-pipeline.golden.json") }

    private func sample(_ pipeline: StableDiffusion, _ samples: Samples, eta: Double) throws -> Samples.Sample {
        let final = try pipeline.sample(
            [samples.prompt], samples.options(eta: eta), generator: Generator(seed: samples.seed)
        ).final
        let decoded = try withoutGradients {
            try pipeline.vae.decode(final / pipeline.vae.latentSpace.scalingFactor)
        }
        return Samples.Sample(
            eta: eta, latents: final.floats, picture: try (decoded * 0.5 + 0.5).clamped(0, 1).floats)
    }

    func testSamplesAreThoseOfDiffusers() throws {
        let golden = try golden()
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        let tokens = try pipeline.text.tokenizer.encode(
            [golden.prompt, golden.negative], padding: .length(pipeline.text.length))
        XCTAssertEqual(tokens.rows, golden.identifiers)
        let context = try pipeline.text.context(of: [golden.prompt, golden.negative])
        assertClose(context.floats, golden.context, .ofLargest(1e-5))
        XCTAssertEqual(golden.samples.map(\.eta), [0, 1])
        for expected in golden.samples {
            let found = try sample(pipeline, golden, eta: expected.eta)
            assertClose(found.latents, expected.latents, .ofLargest(1e-4), "eta \(expected.eta)")
            assertClose(found.picture, expected.picture, .ofLargest(1e-4), "eta \(expected.eta)")
        }
    }

    /// Saved and loaded again it samples the same. With a folder in RHUMB_SAVED_PIPELINE the pipeline stays there with
    /// what was sampled, for check_saved.py.
    func testSavedPipelineSamplesTheSame() throws {
        var golden = try golden()
        let original = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        let wanted = ProcessInfo.processInfo.environment["RHUMB_SAVED_PIPELINE"]
        let folder = wanted.map { URL(fileURLWithPath: $0) } ?? temporaryFolder()
        // Other weights than the golden ones, so that nothing is copied.
        let unet = try UNet2DConditionModel(
            original.unet.configuration,
            ParameterSource { name, shape, _ in try Tensor(Formula.values("other \(name)", shape), shape: shape) })
        let pipeline = try original.replacing(unet: unet)
        try pipeline.save(to: folder)
        let again = try StableDiffusion.load(folder: folder)
        golden.samples = try golden.samples.map { try sample(pipeline, golden, eta: $0.eta) }
        for expected in golden.samples {
            XCTAssertEqual(try sample(again, golden, eta: expected.eta).picture, expected.picture)
        }
        guard wanted != nil else { return }
        try JSONEncoder().encode(golden).write(to: folder.appendingPathComponent("samples.json"))
    }
}
