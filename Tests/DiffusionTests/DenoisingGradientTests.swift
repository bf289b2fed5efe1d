import Diffusion
import Tensor
import TestSupport
import XCTest

/// The loss of a model on given pictures under a prompt, and its gradient, against diffusers and transformers; how the
/// numbers were made stands in Golden/make_denoising_gradients.py.
final class DenoisingGradientTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    private struct Golden: Decodable {
        let prompt: String
        let times: [Int]
        let errors, states, tokens: [[Double]]
    }

    private func pictures() throws -> [Image] {
        let pixels = try (Formula.normal("pictures", 2, 3, 16, 16).clamped(-1, 1) + 1) * 0.5
        return try (0..<2).map { try Image(pixels.selected(0, $0)) }
    }

    private var probe: DenoisingProbe {
        var probe = DenoisingProbe()
        (probe.draws, probe.seed) = (2, 3)
        return probe
    }

    func testErrorsAndGradientsAreThoseOfPyTorch() throws {
        let golden = try goldenFiles.decode(Golden.self, "denoising-gradients.golden.json")
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        let tokens = try pipeline.text.tokenEmbeddings(of: [golden.prompt]).requireGradient()
        XCTAssertEqual(tokens.shape, [1, golden.tokens.count, pipeline.text.width])
        let states = try pipeline.text.context(tokenEmbeddings: tokens)
        assertSameBits(states.detached(), try pipeline.context(of: [golden.prompt]), "states")
        let errors = try pipeline.denoisingErrors(of: pictures(), under: states, at: golden.times, probe)
        assertClose(errors, golden.errors, .relative(1e-4), "errors")
        try errors.sum().backward()
        let slopes = try XCTUnwrap(tokens.gradient).squeezed(0)
        assertClose(slopes, golden.tokens, .ofLargest(1e-3), "gradient of the tokens")

        let leaf = try pipeline.context(of: [golden.prompt]).requireGradient()
        try pipeline.denoisingErrors(of: pictures(), under: leaf, at: golden.times, probe).sum().backward()
        assertClose(
            try XCTUnwrap(leaf.gradient).squeezed(0), golden.states, .ofLargest(1e-3), "gradient of the states")
    }

    /// Nothing asks for a gradient: the same numbers; without states they are those of the empty prompt.
    func testWithoutGradientTheErrorsAreTheSame() throws {
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline")), pictures = try pictures()
        let states = try pipeline.context(of: ["a red apple", "a dog"])
        let plain = try pipeline.denoisingErrors(of: pictures, under: states, at: [350, 50], probe)
        XCTAssertFalse(plain.requiresGradient)
        let recorded = try pipeline.denoisingErrors(
            of: pictures, under: states.copied().requireGradient(), at: [350, 50], probe)
        assertClose(plain, recorded.detached(), .relative(1e-5))
        XCTAssertEqual(plain.shape, [2, 2])
        let empty = try pipeline.denoisingErrors(of: pictures, under: pipeline.context(of: [""]), at: [350], probe)
        let same = try pipeline.denoisingErrors(of: pictures, probe)
        assertClose(empty.floats, same, .relative(1e-5), "the empty prompt")
        XCTAssertNotEqual(empty.floats[0], plain.floats[0])
    }

    /// Trained weights keep no gradient of it.
    func testTheModelsOwnWeightsAreLeftAlone() throws {
        let loaded = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        let trained = try loaded.replacing(
            unet: loaded.unet.with(loaded.unet.parameters.map { ($0.name, try $0.tensor.copied().requireGradient()) }))
        let states = try loaded.context(of: ["a dog"]).requireGradient()
        try trained.denoisingErrors(of: pictures(), under: states, at: [350], probe).sum().backward()
        XCTAssertNotNil(states.gradient)
        XCTAssertTrue(trained.unet.parameters.allSatisfy { $0.tensor.gradient == nil })
    }

    func testWhatCannotBeIsRefused() throws {
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline")), pictures = try pictures()
        let text = pipeline.text, width = text.width
        func assertRefused(_ says: String, line: UInt = #line, _ body: () throws -> Void) {
            XCTAssertThrowsError(try body(), line: line) { XCTAssertTrue("\($0)".contains(says), "\($0)", line: line) }
        }
        assertRefused("there is no timestep") {
            _ = try pipeline.denoisingErrors(of: pictures, under: nil, at: [], probe)
        }
        assertRefused("there are 3 embeddings for 2 pictures") {
            _ = try pipeline.denoisingErrors(of: pictures, under: .zeros([3, text.length, width]), at: [1], probe)
        }
        assertRefused("[1, \(text.length + 1), \(width)]") {
            _ = try text.context(tokenEmbeddings: .zeros([1, text.length + 1, width]))
        }
        assertRefused("with at most \(text.length) tokens") {
            _ = try text.context(tokenEmbeddings: .zeros([1, 3, width + 1]))
        }
        assertRefused("hold values that are not finite") {
            _ = try text.context(tokenEmbeddings: Tensor([Float](repeating: .nan, count: width), shape: [1, 1, width]))
        }
        assertRefused("another has") { _ = try text.tokenEmbeddings(of: ["a", "a red apple"]) }
    }
}
