import Diffusion
import Tensor
import TestSupport
import XCTest

/// Outputs and gradients must be those of diffusers (Golden/make_models.py).
final class GoldenModelTests: XCTestCase {
    private struct File: Decodable {
        struct UNet: Decodable {
            let name: String
            let config: UNetConfiguration
            let height, width: Int
            let timesteps: [Int]
            let parameters: [String: [Int]]
            let output: [Float]
            let loss: Float?
            let gradients: [String: GoldenGradient]?
        }
        struct Autoencoder: Decodable {
            let name: String
            let config: AutoencoderConfiguration
            let height, width: Int
            let parameters: [String: [Int]]
            let mean, logVariance, picture: [Float]
            let loss: Float?
            let gradients: [String: GoldenGradient]?
        }
        let unets: [UNet]
        let vaes: [Autoencoder]
    }

    private func shapes(_ parameters: NamedTensors) -> [String: [Int]] {
        Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor.shape) })
    }

    private func output(_ golden: File.UNet, of unet: UNet2DConditionModel) throws -> Tensor {
        try unet(
            Formula.normal("sample", 2, golden.height, golden.width, golden.config.inChannels),
            timesteps: golden.timesteps, context: Formula.normal("context", 2, 5, golden.config.contextWidth))
    }

    func testUNets() throws {
        let unets = try goldenFiles.decode(File.self, "models.golden.json").unets
        XCTAssertEqual(unets.count, 10)
        for golden in unets {
            let unet = try UNet2DConditionModel(golden.config, Formula.source)
            XCTAssertEqual(shapes(unet.parameters), golden.parameters, golden.name)
            let output = try output(golden, of: unet)
            assertClose(output, golden.output, .ofLargest(1e-5), golden.name)
            guard let loss = golden.loss, let gradients = golden.gradients else { continue }
            let found = try output.squared().mean()
            XCTAssertEqual(try found.item, loss, accuracy: 1e-5 * loss, golden.name)
            try found.backward()
            try assertGradients(of: unet.parameters, are: gradients, golden.name)
        }
        XCTAssertEqual(unets.filter { $0.gradients != nil }.count, 2)
    }

    func testAutoencoders() throws {
        let vaes = try goldenFiles.decode(File.self, "models.golden.json").vaes
        XCTAssertEqual(vaes.count, 5)
        for golden in vaes {
            let vae = try AutoencoderKL(golden.config, Formula.source)
            XCTAssertEqual(shapes(vae.parameters), golden.parameters, golden.name)
            let pixels = try Formula.normal("pixels", 2, golden.height, golden.width, golden.config.inChannels)
            let latents = try vae.encode(pixels)
            assertClose(latents.mean, golden.mean, .ofLargest(1e-5), golden.name)
            assertClose(latents.logVariance, golden.logVariance, .ofLargest(1e-5), golden.name)
            let shape = latents.mean.shape
            let z = try Formula.normal("latents", shape[0], shape[1], shape[2], shape[3])
            assertClose(try vae.decode(z), golden.picture, .ofLargest(1e-5), golden.name)
            guard let loss = golden.loss, let gradients = golden.gradients else { continue }
            let sample = try latents.sample(noise: Formula.normal("noise", shape[0], shape[1], shape[2], shape[3]))
            let found = try vae.decode(sample).squared().mean() + latents.divergence().mean()
            XCTAssertEqual(try found.item, loss, accuracy: 1e-5 * loss, golden.name)
            try found.backward()
            try assertGradients(of: vae.parameters, are: gradients, golden.name)
        }
        XCTAssertEqual(vaes.filter { $0.gradients != nil }.count, 1)
    }

    func testHalfPrecisionComesClose() throws {
        for golden in try goldenFiles.decode(File.self, "models.golden.json").unets {
            let unet = try UNet2DConditionModel(golden.config, Formula.source).converted(to: .bfloat16)
            let output = try output(golden, of: unet)
            XCTAssertEqual(output.dtype, .float32)
            assertClose(output, golden.output, .ofLargest(0.08), golden.name)
        }
    }
}
