import CLIP
import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

/// What pictures are told and drawn from in other ways than a text and a seed, against diffusers; how the numbers were
/// made stands in Golden/make_prompts.py.
final class PromptTests: XCTestCase {
    private struct Golden: Decodable {
        let plain, clip_skip, guidance_rescale, generators, embeddings, context, weighted, picture: [Float]
        let weights: [[Float]]
    }

    private let prompts = ["a red apple", "a cat"]

    private func golden() throws -> Golden { try goldenFiles.decode(Golden.self, "prompts.golden.json") }
    private func model() throws -> StableDiffusion { try .load(folder: goldenFiles.url("tiny-pipeline")) }

    private var options: SamplingOptions {
        var options = SamplingOptions()
        (options.steps, options.guidanceScale, options.negativePrompt) = (3, 3, "red")
        return options
    }

    private func changed(_ change: (inout SamplingOptions) -> Void) -> SamplingOptions {
        var copy = options
        change(&copy)
        return copy
    }

    func testClipSkipAndRescaling() throws {
        let golden = try golden(), model = try model()
        for (name, options, expected) in [
            ("plain", options, golden.plain), ("clip_skip", changed { $0.clipSkip = 1 }, golden.clip_skip),
            ("guidance_rescale", changed { $0.guidanceRescale = 0.7 }, golden.guidance_rescale),
        ] {
            let found = try model.sample(prompts, options, generator: Generator(seed: 7)).final
            assertClose(found.floats, expected, .ofLargest(1e-4), name)
        }
        XCTAssertNotEqual(golden.plain, golden.clip_skip)
        let context = try model.context(of: prompts, skipping: 1)
        assertClose(context.floats, golden.context, .ofLargest(1e-5))
        XCTAssertThrowsError(try model.sample(["a"], changed { $0.clipSkip = 2 }, generator: Generator(seed: 1))) {
            XCTAssertTrue("\($0)".contains("of 2 layers can leave out 0 to 1 of the last, not 2"), "\($0)")
        }
        let safe = changed { ($0.guidanceRescale, $0.safety) = (0.5, SafeLatentDiffusion(.medium)) }
        XCTAssertThrowsError(try model.sample(["a"], safe, generator: Generator(seed: 1))) {
            XCTAssertTrue("\($0)".contains("not with Safe Latent Diffusion"), "\($0)")
        }
    }

    /// With a generator each, a picture of a batch is the one that its generator gives alone, to the same bits.
    func testGeneratorForEachPicture() throws {
        let golden = try golden(), model = try model(), options = changed { $0.eta = 1 }
        func source(_ seeds: [UInt64]) -> NoiseSource { NoiseSource(each: seeds.map { Generator(seed: $0) }) }
        let together = try model.sample(prompts, options, source: source([3, 8])).final
        assertClose(together.floats, golden.generators, .ofLargest(1e-4))
        for (index, seed) in [(0, 3), (1, 8)] as [(Int, UInt64)] {
            let alone = try model.sample([prompts[index]], options, generator: Generator(seed: seed)).final
            assertSameBits(try together.selected(0, index), try alone.selected(0, 0), "picture \(index)")
        }
        XCTAssertThrowsError(try model.sample(prompts, options, source: source([3, 8, 9]))) {
            XCTAssertTrue("\($0)".contains("there are 3 seeds for 2 pictures"), "\($0)")
        }
        let ramp = try Tensor((0..<768).map { Float($0) / 767 }, shape: [3, 16, 16])
        let picture = try Image(ramp), begun = changed { $0.strength = 0.7 }
        let drawn = try model.sample(prompts, begun, images: [picture], source: source([3, 8])).final
        assertClose(drawn.floats, golden.picture, .ofLargest(1e-4))
        let alone = try model.sample([prompts[1]], begun, images: [picture], generator: Generator(seed: 8)).final
        assertSameBits(try drawn.selected(0, 1), try alone.selected(0, 0))
    }

    func testEmbeddings() throws {
        let golden = try golden(), model = try model()
        func states(_ name: String, _ shape: [Int] = [1, 7, 16]) throws -> Tensor {
            try Tensor(Formula.values(name, shape), shape: shape)
        }
        let given = try PromptEmbeddings(states("states"), negative: states("negative states"))
        let found = try model.sample(
            ["one"], options, embeddings: given, source: NoiseSource(Generator(seed: 7))
        ).final
        assertClose(found.floats, golden.embeddings, .ofLargest(1e-4))
        // A text's own states give what the text gives.
        let own = try PromptEmbeddings(model.context(of: prompts))
        let same = try model.sample(prompts, options, embeddings: own, source: NoiseSource(Generator(seed: 7))).final
        assertSameBits(same, try model.sample(prompts, options, generator: Generator(seed: 7)).final)
        let cases: [(String, () throws -> Void)] = [
            ("must be of shape [tokens, width]", { _ = try PromptEmbeddings(states("a", [7, 16])) }),
            (
                "have 7 tokens and the negative prompt's 6",
                { _ = try PromptEmbeddings(states("a"), negative: states("a", [1, 6, 16])) }
            ),
            ("that are not finite", { _ = try PromptEmbeddings(Tensor.full([1, 7, 16], .nan)) }),
            (
                "have 7 tokens and the negative prompt's 12",
                {
                    _ = try model.sample(
                        ["one"], self.options, embeddings: PromptEmbeddings(states("a")),
                        source: NoiseSource(Generator(seed: 7)))
                }
            ),
            (
                "are 8 wide, and the UNet takes 16",
                {
                    _ = try model.sample(
                        ["one"], self.options, embeddings: PromptEmbeddings(states("a", [1, 12, 8])),
                        source: NoiseSource(Generator(seed: 7)))
                }
            ),
            (
                "there are 2 embeddings for 3 pictures",
                {
                    _ = try model.sample(
                        ["a", "b", "c"], self.options, embeddings: own, source: NoiseSource(Generator(seed: 7)))
                }
            ),
        ]
        for (says, body) in cases {
            XCTAssertThrowsError(try body(), says) {
                XCTAssertTrue("\($0)".contains(says), "\($0) should say: \(says)")
            }
        }
    }

    func testWeights() throws {
        let golden = try golden(), model = try model()
        let texts = ["a (red:1.5) cat", "(a [cat])", "\\(re(d:0.5)"]
        let states = try model.text.context(of: texts, readsWeights: true)
        for (index, text) in texts.enumerated() {
            assertClose(try states.selected(0, index).floats, golden.weights[index], .ofLargest(1e-5), text)
        }
        let found = try model.sample(
            [texts[0]], changed { ($0.readsWeights, $0.negativePrompt) = (true, "(red:0.5)") },
            generator: Generator(seed: 7)
        ).final
        assertClose(found.floats, golden.weighted, .ofLargest(1e-4))
        // On request alone: else brackets are text, and without weights nothing changes.
        XCTAssertNotEqual(try model.context(of: [texts[0]]).floats, try states.selected(0, 0).floats)
        assertSameBits(try model.context(of: prompts, readsWeights: true), try model.context(of: prompts))
        XCTAssertThrowsError(try model.context(of: ["aaaaaaaaaaaaaaaa (red:2)"], readsWeights: true)) {
            XCTAssertTrue("\($0)".contains("\"red\" with the weight 2.0 lies beyond the 12 tokens"), "\($0)")
        }
    }
}
