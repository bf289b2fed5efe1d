import Diffusion
import Tensor
import TestSupport
import XCTest

/// Shapes, names and refusals; the numbers are compared with diffusers elsewhere.
final class ModelTests: XCTestCase {
    private var small: UNetConfiguration {
        var c = UNetConfiguration()
        c.blockOutChannels = [16, 32]
        c.downBlockTypes = ["DownBlock2D", "CrossAttnDownBlock2D"]
        c.upBlockTypes = ["CrossAttnUpBlock2D", "UpBlock2D"]
        c.layersPerBlock = .one(1)
        c.crossAttentionDim = .one(8)
        c.attentionHeadDim = .one(2)
        c.normNumGroups = 4
        return c
    }

    func testUNetKeepsTheShapeOfLatentsOfOddSizes() throws {
        let unet = try UNet2DConditionModel(small, seed: 0)
        let generator = Generator(seed: 1)
        let latents = try Tensor.randn([2, 7, 5, 4], generator: generator)
        let context = try Tensor.randn([2, 3, 8], generator: generator)
        XCTAssertEqual(try unet(latents, timesteps: [3, 900], context: context).shape, [2, 7, 5, 4])
    }

    func testEveryParameterOfTheUNetTakesPart() throws {
        let unet = try UNet2DConditionModel(small, seed: 0)
        let generator = Generator(seed: 1)
        let latents = try Tensor.randn([1, 8, 8, 4], generator: generator)
        let context = try Tensor.randn([1, 3, 8], generator: generator)
        try unet(latents, timesteps: [5], context: context).squared().sum().backward()
        for (name, tensor) in unet.parameters {
            let norm = try XCTUnwrap(tensor.gradient, name).norm().item
            XCTAssertGreaterThan(norm, 0, name)
        }
    }

    /// By name, whatever the order; what is missing or of another shape is named, and never taken from another place.
    func testAModelIsMadeAgainFromOtherParameters() throws {
        let unet = try UNet2DConditionModel(small, seed: 0), other = try UNet2DConditionModel(small, seed: 1)
        let again = try unet.with(other.parameters.reversed())
        XCTAssertEqual(again.parameters.map(\.name), unet.parameters.map(\.name))
        for ((name, a), (_, b)) in zip(again.parameters, other.parameters) { assertSameBits(a, b, name) }

        var settings = AutoencoderConfiguration()
        (settings.blockOutChannels, settings.normNumGroups) = ([4, 4], 2)
        (settings.downBlockTypes, settings.upBlockTypes) = (
            ["DownEncoderBlock2D", "DownEncoderBlock2D"], ["UpDecoderBlock2D", "UpDecoderBlock2D"]
        )
        let vae = try AutoencoderKL(settings, seed: 0)
        settings.scalingFactor = 0.5
        let scaled = try vae.with(vae.parameters, as: settings)
        XCTAssertEqual(scaled.configuration.scalingFactor, 0.5)
        XCTAssertNotEqual(vae.configuration.scalingFactor, 0.5)

        func message(_ parameters: NamedTensors) -> String {
            do { return "\(try unet.with(parameters).parameters.count) parameters" } catch { return "\(error)" }
        }
        XCTAssertTrue(message(Array(unet.parameters.dropLast())).contains("'conv_out.bias' of shape 4"))
        let (name, weight) = unet.parameters[0]
        XCTAssertTrue(
            message([(name, try weight.reshaped([weight.count]))] + unet.parameters.dropFirst()).contains(
                "'\(name)' of shape"))
    }

    func testAutoencoderHalvesAndDoublesOnceALevel() throws {
        var c = AutoencoderConfiguration()
        c.blockOutChannels = [8, 16, 16]
        c.downBlockTypes = [String](repeating: "DownEncoderBlock2D", count: 3)
        c.upBlockTypes = [String](repeating: "UpDecoderBlock2D", count: 3)
        c.normNumGroups = 4
        let vae = try AutoencoderKL(c, seed: 0)
        let pixels = try Tensor.randn([2, 16, 24, 3], generator: Generator(seed: 1))
        let latents = try vae.encode(pixels)
        XCTAssertEqual(latents.mean.shape, [2, 4, 6, 4])
        XCTAssertEqual(try vae.decode(latents.mean).shape, [2, 16, 24, 3])
    }

    func testConfigurationThatCannotBeNamesItsKey() throws {
        var c = small
        c.attentionHeadDim = .one(5)
        XCTAssertThrowsError(try UNet2DConditionModel(c, seed: 0)) {
            XCTAssertTrue(
                "\($0)".contains(
                    "'attention_head_dim' in the configuration must be a divisor of the level's 16 channels, not 5"),
                "\($0)")
        }
        c = small
        c.downBlockTypes = ["DownBlock2D", "SkipDownBlock2D"]
        XCTAssertThrowsError(try UNet2DConditionModel(c, seed: 0)) {
            XCTAssertTrue("\($0)".contains("'DownBlock2D', not 'SkipDownBlock2D'"), "\($0)")
        }
    }

    func testContextOfAnotherWidthIsRefused() throws {
        let unet = try UNet2DConditionModel(small, seed: 0)
        let context = try Tensor.zeros([1, 3, 9])
        XCTAssertThrowsError(try unet(Tensor.zeros([1, 8, 8, 4]), timesteps: [5], context: context)) {
            XCTAssertTrue("\($0)".contains("[1, tokens, 8]"), "\($0)")
        }
    }
}
