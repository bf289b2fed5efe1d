import GRPO
import Tensor
import TestSupport
import XCTest

/// What the frozen start is asked for in place of a prompt, and how the learning rate ends.
final class StartPromptsTests: XCTestCase {
    private lazy var folder = TemporaryFolder(self)

    /// One text for each prompt, by the prompt's place in the list and not in the round; what is kept has its own.
    func testEachPromptHasItsOwnTextForTheStart() throws {
        let texts = ["a cat", "a pear", "a spoon"]
        let trainer = try Fixture.trainer(prompts: ["a dog", "a red apple", "a knife"], preserving: ["a boat"]) {
            ($0.kl, $0.klPrompt, $0.keepKL, $0.roundPrompts) = (0.25, .each(texts), 0.5, 4)
        }
        let rollout = try trainer.rollout(), pipeline = trainer.pipeline
        XCTAssertEqual(Set(rollout.prompts.texts), ["a dog", "a red apple", "a knife", "a boat"])
        let wanted = ["a dog": "a cat", "a red apple": "a pear", "a knife": "a spoon", "a boat": "a boat"]
        for (place, prompt) in rollout.prompts.enumerated() {
            let context = try rollout.startContext.gathered(0, [place])
            XCTAssertEqual(context.floats, try pipeline.context(of: [wanted[prompt.text]!]).floats, prompt.text)
            XCTAssertNotEqual(context.floats, try pipeline.context(of: ["a house"]).floats)
        }
        XCTAssertTrue(trainer.differencesFromPaper.contains { $0.value == "a text for each prompt" })
    }

    /// A run that goes on has to hold its prompts to the same texts.
    func testACheckpointKnowsTheTextsOfTheStart() throws {
        func trainer(_ texts: [String]) throws -> GRPOTrainer {
            try Fixture.trainer { ($0.kl, $0.klPrompt) = (0.1, .each(texts)) }
        }
        let texts = ["a cat", "a pear", "a spoon", "a car"]
        let first = try trainer(texts)
        try first.advance()
        try first.saveCheckpoint(to: folder.url)
        let same = try trainer(texts)
        try same.restore(from: folder.url)
        XCTAssertEqual(same.completed, 1)
        let whole = try trainer(texts)
        try whole.advance()
        try whole.advance()
        try same.advance()
        XCTAssertEqual(same.policy.parameters.map(\.tensor.floats), whole.policy.parameters.map(\.tensor.floats))
        let other = try trainer(texts.reversed())
        assertMessage("other texts of 'kl_prompt'") { try other.restore(from: folder.url) }
    }

    func testTextsThatAreNotOneForEachPromptAreRefused() throws {
        func refused(_ part: String, _ texts: [String], line: UInt = #line) {
            assertMessage(part, line: line) { _ = try Fixture.trainer { ($0.kl, $0.klPrompt) = (0.1, .each(texts)) } }
        }
        refused("'kl_prompt' has 1 text, and 'prompts' 4", ["a cat"])
        refused("'kl_prompt' has 5 texts, and 'prompts' 4", ["a", "b", "c", "d", "e"])
        refused("text 2 of 'kl_prompt' is empty", ["a cat", "a pear", " ", "a car"])
    }

    /// Rounds 1 to 4 of a warm-up of one: from the peak in equal parts, or along half a cosine.
    func testTheRateFallsToTheLastRound() throws {
        func rates(_ shape: LearningRateSchedule.Shape) throws -> [Double] {
            let trainer = try Fixture.trainer {
                ($0.rounds, $0.rate, $0.warmup, $0.rateShape) = (5, 1e-3, 1, shape)
            }
            return try (0..<5).map { _ in try trainer.advance().learningRate }
        }
        func assertRates(_ shape: LearningRateSchedule.Shape, _ expected: [Double], line: UInt = #line) throws {
            for (rate, wanted) in zip(try rates(shape), expected) {
                XCTAssertEqual(rate, wanted * 1e-3, accuracy: 1e-9, line: line)
            }
        }
        try assertRates(.constant, [1, 1, 1, 1, 1])
        try assertRates(.linear, [1, 1, 0.75, 0.5, 0.25])
        // ½ (1 + cos(π k / 4))
        try assertRates(.cosine, [1, 1, 0.8535533906, 0.5, 0.1464466094])
    }

    /// Where the rate falls to the last round, a run with another number of rounds is another run.
    func testAFallingRateNeedsTheNumberOfRoundsAndKeepsIt() throws {
        assertMessage("'rate_shape' \"linear\" leads to 0 at the last round, and the run has no 'rounds'") {
            _ = try Fixture.trainer { $0.rateShape = .linear }
        }
        let run = try Fixture.trainer { ($0.rounds, $0.rateShape) = (4, .linear) }
        try run.advance()
        try run.saveCheckpoint(to: folder.url)
        let longer = try Fixture.trainer { ($0.rounds, $0.rateShape) = (9, .linear) }
        assertMessage("rounds 4 there, 9 here") { try longer.restore(from: folder.url) }
        let same = try Fixture.trainer { ($0.rounds, $0.rateShape) = (4, .linear) }
        try same.restore(from: folder.url)
        XCTAssertEqual(same.completed, 1)
    }
}
