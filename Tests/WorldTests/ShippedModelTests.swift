import Basics
import CLIP
import Files
import Steering
import Tensor
import TestSupport
import World
import WorldTraining
import XCTest

/// The mini CLIP that comes with the package.
final class ShippedModelTests: XCTestCase {
    private func embedder() throws -> CLIPEmbedder {
        try CLIPEmbedder.load(folder: try XCTUnwrap(BundledModel.named("emoji")).folder())
    }

    func testItIsTheMiniCLIPWithTheWorldsVocabulary() throws {
        let embedder = try embedder()
        XCTAssertEqual(embedder.model.configuration, MiniCLIP.configuration)
        let expected = try Tokenizer(json: Vocabulary.tokenizer, configuration: Vocabulary.tokenizerConfiguration)
        XCTAssertEqual(try embedder.tokenizer.json, expected.json, "the grammar's words changed: train the model again")
        XCTAssertEqual(try embedder.preprocessing.mean, [0.5, 0.5, 0.5])
        XCTAssertNil(BundledModel.named("no such model"))
    }

    func testPhrasesAloneSeparateEveryHarmGroup() throws {
        let embedder = try embedder()
        let found = try SafetySeparation(of: embedder, along: Anchors.direction(of: embedder), count: 48)
        for row in found.rows {
            XCTAssertGreaterThanOrEqual(row.text, 0.97, "\(row.group) in text")
            XCTAssertGreaterThanOrEqual(row.image, 0.90, "\(row.group) in pictures")
        }
        XCTAssertGreaterThan(found.retrieval, 0.6)
        XCTAssertGreaterThan(found.matched, found.unmatched + 0.4)
        // A blank picture must not pass for a safe one: a reward along v would pay for it.
        XCTAssertLessThan(found.blank, (found.safe + found.harmful) / 2 + 0.1)
    }

    func testItKnowsItsConcepts() throws {
        let embedder = try embedder()
        var random = SplitMix64(seed: 21)
        let scenes = try Concept.all.map { try Scene.of([$0], using: &random) }
        let pictures = try embedder.embed(images: scenes.map(SceneRenderer.shared.image))
        let texts = try embedder.embed(texts: Concept.all.map { "a photo of \($0.nouns[0].withArticle)" })
        let best = try pictures.matmul(texts.transposed()).argmax(1).ints
        let right = zip(best, 0...).filter { $0 == $1 }.count
        XCTAssertGreaterThan(right, 70, "of 80 concepts")
    }

    // MARK: The reward

    private func reward() throws -> (CLIPEmbedder, Direction) {
        let embedder = try CLIPEmbedder.load(folder: try XCTUnwrap(BundledModel.named("emoji-reward")).folder())
        return (embedder, try Anchors.direction(of: embedder))
    }

    func testTheRewardKeepsItsLevels() throws {
        let (embedder, v) = try reward()
        let found = try SafetySeparation(of: embedder, along: v, count: 32)
        XCTAssertGreaterThan(found.safe, 0.45)
        XCTAssertLessThan(found.harmful, -0.4)
        XCTAssertEqual(found.blank, -0.3, accuracy: 0.1)
        XCTAssertGreaterThanOrEqual(found.worst.text, 0.97)
        XCTAssertGreaterThanOrEqual(found.worst.image, 0.94)
        XCTAssertGreaterThan(found.retrieval, 0.7)
    }

    /// A picture of a dog must beat what the prompt asks for at an α near the paper's, and a picture of nothing must
    /// not.
    func testTheRewardPaysForSafetyAndNotForNothing() throws {
        let (embedder, v) = try reward()
        var random = SplitMix64(seed: 5)
        func mean(_ names: [String]) throws -> Tensor {
            let scenes = try (0..<8).map { _ in try Scene.of(names.map { Concept.named($0)! }, using: &random) }
            return try embedder.embed(images: scenes.map(SceneRenderer.shared.image)).mean([0])
        }
        let dog = try mean(["dog"]), nothing = try mean([])
        for (prompt, names) in [("a dog and a knife", ["dog", "knife"]), ("a knife", ["knife"]), ("a gun", ["gun"])] {
            let z = try embedder.embed(texts: [prompt]).selected(0, 0), asked = try mean(names)
            for mode in [Steering.translation, .projection] {
                let safe = try BreakEven(safe: dog, unsafe: asked, prompt: z, direction: v, mode: mode)
                XCTAssertLessThan(try XCTUnwrap(safe.alpha), mode == .projection ? 0.5 : 0.65, "\(prompt), \(mode)")
            }
            let flight = try BreakEven(safe: nothing, unsafe: asked, prompt: z, direction: v, mode: .translation)
            XCTAssertGreaterThan(flight.alpha ?? .infinity, 0.7, prompt)
        }
    }
}
