import Basics
import CLIP
import Diffusion
import Steering
import Tensor
import TestSupport
import World
import XCTest

/// Prompts whose states are moved while pictures are sampled.
final class TextSteeringTests: XCTestCase {
    private func embedder(_ name: String) throws -> CLIPEmbedder {
        try CLIPEmbedder.load(folder: XCTUnwrap(BundledModel.named(name)).folder())
    }

    /// What is added to the states moves the prompt's embedding exactly as the rule of steering says.
    func testTheEndTokensStateEmbedsAsTheSteeredPrompt() throws {
        let embedder = try embedder("emoji"), encoder = try TextEncoder(of: embedder)
        let v = try Anchors.direction(of: embedder)
        let texts = ["a knife", "a dog and a red apple", "a gun on a table"]
        let states = try encoder.context(of: texts), z = try embedder.embed(texts: texts)
        let identifiers = try encoder.tokenizer.encode(texts, padding: .length(encoder.length)).identifiers
        let ends = encoder.model.tower.endPositions(identifiers)
        XCTAssertEqual(Set(ends).count, 3, "texts of three lengths")
        for alpha in [-0.5, 0.25, 1.5] as [Float] {
            let steering = try TextSteering(vector: v.vector, of: embedder, in: encoder, alpha: alpha)
            let moved = try steering.moved(states, ends: ends)
            let pooled = try Tensor.stacked(
                ends.enumerated().map { try moved.selected(0, $0.offset).selected(0, $0.element) })
            let found = try embedder.model.textFeatures(pooled: pooled).normalized()
            let expected = try SteeringRule(v, alpha: alpha).steered(z)
            assertClose(found, expected, .absolute(2e-4), "alpha \(alpha)")
            // The start token keeps its state; every other one moves by the same.
            assertClose(try moved.selected(1, 0), try states.selected(1, 0), .absolute(0), "start")
            let change = try moved - states
            let first = try change.selected(1, 1).floats, last = try change.selected(1, encoder.length - 1).floats
            assertClose(first, last, .absolute(1e-5), "padding moves as words do")
            XCTAssertGreaterThan(first.map(abs).max() ?? 0, 0.01)
        }
        let still = try TextSteering(vector: v.vector, of: embedder, in: encoder, alpha: 0)
        assertClose(try still.moved(states, ends: ends), states, .absolute(0), "alpha 0")
    }

    func testAnotherTextTowerRefuses() throws {
        let embedder = try embedder("emoji"), other = try self.embedder("emoji-reward")
        let v = try Anchors.direction(of: embedder).vector
        XCTAssertThrowsError(try TextSteering(vector: v, of: other, in: TextEncoder(of: embedder), alpha: 1)) {
            XCTAssertTrue(($0 as? RhumbError)?.message.contains("is not the text tower") == true, "\($0)")
        }
        XCTAssertThrowsError(
            try TextSteering(vector: Tensor([1, 0]), of: embedder, in: TextEncoder(of: embedder), alpha: 1))
        // Weights of half precision are the same tower.
        let half = try TextEncoder(of: embedder).converted(to: .bfloat16)
        XCTAssertNoThrow(try TextSteering(vector: v, of: embedder, in: half, alpha: 1))
    }
}
