import CLIP
import Files
import Foundation
import GRPO
import Tensor
import TestSupport
import World
import XCTest

/// The reward that tells a prompt from other texts.
final class ContrastRewardTests: XCTestCase {
    nonisolated(unsafe) private static let clip = Result {
        try CLIPEmbedder.load(folder: BundledModel.named("emoji")!.folder())
    }

    override func setUp() { Engine.threads = 1 }

    private let others = ["a dog": ["a cat", "A  dog", "a cat"], "a red car": ["a blue car", "a red key", "a car"]]

    private func pictures(_ count: Int) throws -> [Image] {
        try (0..<count).map {
            try Image(Tensor.rand([3, 64, 64], low: 0, high: 1, generator: Generator(seed: UInt64($0))))
        }
    }

    private func reward(scale: Double = 20) throws -> ContrastReward {
        try ContrastReward(Self.clip.get(), scale: scale) { self.others[$0] ?? [] }
    }

    /// Prompts with one and with three other texts in one batch; what the model reads as the prompt, and a text given
    /// twice, count once.
    func testItIsTheSoftmaxOfTheCosines() throws {
        let clip = try Self.clip.get()
        let prompts = ["a dog", "a red car", "a dog"], images = try pictures(3)
        let scores = try reward().scores(of: RewardBatch(images: images, prompts: prompts))
        XCTAssertEqual(scores.terms.map(\.name), ["alignment"])
        for (index, prompt) in prompts.enumerated() {
            let texts = prompt == "a dog" ? ["a dog", "a cat"] : [prompt] + others[prompt]!
            let picture = try clip.embed(images: [images[index]]).reshaped([-1])
            let cosines = try texts.map { text in
                Double(try (picture * clip.embed(texts: [text]).reshaped([-1])).sum().item)
            }
            let weights = cosines.map { exp(20 * $0) }
            XCTAssertEqual(scores.totals[index], weights[0] / weights.reduce(0, +), accuracy: 1e-5)
            XCTAssertEqual(scores.terms[0].values[index], cosines[0], accuracy: 1e-5)
        }
    }

    /// A scale at which exponentials of the cosines themselves would overflow.
    func testALargeScaleTellsTheNearestText() throws {
        let prompts = ["a dog", "a dog", "a red car", "a red car"]
        let scores = try reward(scale: 1000).scores(of: RewardBatch(images: pictures(4), prompts: prompts))
        XCTAssertTrue(scores.totals.allSatisfy { (0...1).contains($0) }, "\(scores.totals)")
        XCTAssertTrue(scores.totals.contains { $0 < 0.01 || $0 > 0.99 }, "\(scores.totals)")
    }

    func testItsGradientIsThatOfFiniteDifferences() throws {
        let reward = try reward(), prompts = ["a dog", "a red car"]
        let start = try Tensor.rand([2, 3, 64, 64], low: 0.2, high: 0.8, generator: Generator(seed: 5))
        let way = try Tensor.randn([2, 3, 64, 64], generator: Generator(seed: 6))
        let x = try start.copied().requireGradient()
        try reward.rewards(of: x, prompts: prompts).sum().backward()
        let slope = Double(try (XCTUnwrap(x.gradient) * way).sum().item)
        func value(_ step: Float) throws -> Double {
            try withoutGradients { Double(try reward.rewards(of: start + way * step, prompts: prompts).sum().item) }
        }
        let expected = (try value(1e-3) - value(-1e-3)) / 2e-3
        XCTAssertGreaterThan(abs(expected), 1e-3)
        XCTAssertEqual(slope, expected, accuracy: 0.02 * abs(expected) + 1e-4)
        let scored = try reward.scores(of: RewardBatch(images: pictures(2), prompts: prompts)).totals
        let same = try withoutGradients {
            try reward.rewards(of: Tensor.stacked(pictures(2).map(\.tensor)), prompts: prompts).floats
        }
        assertClose(same, scored.map(Float.init), .absolute(1e-5), "as it scores")
    }

    /// With no other text every picture would be told for sure.
    func testAPromptWithoutOtherTextsIsRefused() throws {
        assertMessage("'against' has no other text than the prompt 'a cat' for it") {
            _ = try reward().scores(of: RewardBatch(images: pictures(1), prompts: ["a cat"]))
        }
        let alone = try ContrastReward(Self.clip.get(), scale: 20) { [$0, $0.uppercased()] }
        assertMessage("'against' has no other text than the prompt 'a dog' for it") {
            _ = try alone.scores(of: RewardBatch(images: pictures(1), prompts: ["a dog"]))
        }
    }
}
