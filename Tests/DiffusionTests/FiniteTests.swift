import Diffusion
import Tensor
import TestSupport
import XCTest

/// A model that gives what is not a picture says so, and which part of it.
final class FiniteTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    private func error(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    private func broken(_ pipeline: StableDiffusion, _ name: String, _ value: Float) throws -> StableDiffusion {
        var rest = pipeline.unet.parameters[...]
        let unet = try UNet2DConditionModel(
            pipeline.unet.configuration,
            ParameterSource { found, _, _ in
                let tensor = try rest.removeFirst().tensor.detached().copied()
                if found == name { try tensor.assign(Tensor(value).expanded(tensor.shape)) }
                return tensor
            })
        return try pipeline.replacing(unet: unet)
    }

    func testWhereItArises() throws {
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        var options = SamplingOptions()
        options.steps = 2
        let shape = try pipeline.latentShape(count: 1)
        for value in [Float.nan, .infinity] {
            for weight in ["conv_in.bias", "conv_out.weight"] {
                let unet = try broken(pipeline, weight, value)
                let found = error { _ = try unet.sample(["a cat"], options, generator: Generator(seed: 1)) }
                XCTAssertTrue(
                    found.contains("the UNet gives numbers that are not finite at step 1 of 2"),
                    "\(weight) \(value): \(found)")
            }
            let latents = try Tensor.zeros(shape)
            try latents.sliced(1, from: 0, to: 1).assign(Tensor(value).expanded([1, 1] + shape[2...]))
            XCTAssertTrue(
                error { _ = try pipeline.sample(["a cat"], options, latents: latents, generator: Generator(seed: 1)) }
                    .contains("the latents hold numbers that are not finite"))
            XCTAssertTrue(
                error { _ = try pipeline.images(latents) }.contains("the latents hold numbers that are not finite"))
            let picture = try Image(Tensor(value).expanded([3, 16, 16]))
            XCTAssertTrue(
                error { _ = try pipeline.latents(of: [picture]) }.contains("a picture to encode holds values"))
        }
        // Finite latents that are too large for the autoencoder's arithmetic.
        let large = try Tensor.full(shape, 3e38)
        XCTAssertTrue(error { _ = try pipeline.images(large) }.contains("not finite"))
        XCTAssertEqual(error { _ = try pipeline.images(Tensor.ones(shape)) }, "no error")
    }
}
