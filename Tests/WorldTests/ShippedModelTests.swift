import CLIP
import Checkpoint
import Steering
import World
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
        XCTAssertEqual(embedder.tokenizer.json, expected.json, "the grammar's words changed: train the model again")
        XCTAssertEqual(embedder.preprocessing.mean, [0.5, 0.5, 0.5])
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
        let pictures = try embedder.embed(images: scenes.map(SceneRenderer.shared().image))
        let texts = try embedder.embed(texts: Concept.all.map { "a photo of \($0.nouns[0].withArticle)" })
        let best = try pictures.matmul(texts.transposed()).argmax(1).ints
        let right = zip(best, 0...).filter { $0 == $1 }.count
        XCTAssertGreaterThan(right, 70, "of 80 concepts")
    }
}
