import Foundation
import GRPO
import Language
import Tensor
import TestSupport
import XCTest

/// A GRPO run by verbs, on the bundled miniature.
final class GRPOVerbTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    private let session = Session()
    private let small = """
        func make(reward) { return trainer(load("emoji-sd"), reward: reward, prompts: ["a ball", "a knife"], group: 2,
            round_prompts: 1, steps: 3, train_steps: 2, updates: 2, guidance: 1, warmup: 0, rounds: 2, seed: 1) }
        func brightness(image, prompt) { return mean(image) }
        """

    private func output(_ code: String) -> String { session.output(code) }

    func testARunOfStepsIsARunOfTrain() throws {
        let folder = temporaryFolder()
        XCTAssertEqual(output(small), "")
        XCTAssertEqual(output("t = make(brightness)\nr = rollout t\nu = step t r\nu.ratio_max"), "1")
        XCTAssertEqual(output("checkpoint t \"\(folder.path)\"\nt.updates_done"), "1")
        XCTAssertEqual(output("step t r;\nt.round"), "1")
        XCTAssertTrue(output("step t r").contains("must be of the trainer's round 2, not of round 1"))
        XCTAssertEqual(output("train t;\nt.finished"), "true")
        XCTAssertTrue(output("step t").contains("all its 2 rounds"))

        XCTAssertEqual(output("again = train (resume make(brightness) \"\(folder.path)\")\nagain.round"), "2")
        XCTAssertEqual(output("again.history.reward == t.history.reward"), "true")
        XCTAssertEqual(output("again.history.kl == t.history.kl"), "true")
        XCTAssertTrue(output("resume \"\(folder.path)\"").contains("needs its model and its reward to be resumed"))
    }

    func testInterruptedTrainingStopsAfterTheUpdate() {
        _ = output(small)
        _ = output("t = make(brightness)\nr = rollout t\nstep t r;")
        session.host.isInterrupted = true
        XCTAssertEqual(output("train t"), "error: interrupted")
        XCTAssertTrue(session.host.notes.contains("stopped after round 1 of 2"), "\(session.host.notes)")
        session.host.isInterrupted = false
        XCTAssertEqual(output("train t;\nt.round"), "2")
    }

    func testAFunctionThatFailsIsToldAndTheRunGoesOn() {
        _ = output(small)
        _ = output(
            """
            func bad(image, prompt) { return log(tensor(-1)) }
            func wide(image, prompt) { return image[0] }
            func failing(image, prompt) { return nothing + 1 }
            func terms(image, prompt) { return {total: 2 * mean(image), red: mean(image[0]), green: mean(image[1])} }
            """)
        XCTAssertTrue(
            output("step make(bad)").contains(
                "the reward 'bad' must return finite numbers, not nan for sample 0 of \"a "))
        XCTAssertTrue(output("step make(wide)").contains("a tensor of shape [64, 64]"))
        XCTAssertTrue(output("step make(failing)").contains("'nothing'"))
        XCTAssertEqual(
            output("keys(make(terms) |> rollout |> advantages)"),
            #"["prompt", "sample", "reward", "red", "green", "advantage"]"#)
    }

    func testRewardsAddUp() {
        _ = output("clip = load \"emoji\"\nv = direction clip safe: \"a safe picture\" unsafe: \"a violent picture\"")
        XCTAssertEqual(output("0.5 * steering(clip, v) - alignment(clip)"), "reward 0.5 steering + -1 alignment")
        XCTAssertTrue(output("0 * alignment(clip)").contains("at least one reward"))
        XCTAssertTrue(output("alignment(clip) + 1").hasPrefix("error: "))
    }

    func testThePaperSettingsAreNamedAndDifferencesToo() {
        _ = output(small)
        _ = output(
            "t = trainer load(\"emoji-sd\") reward: brightness prompts: \"a ball\" preset: \"paper\" kl: 0.1 seed: 1")
        XCTAssertTrue(session.host.notes.contains("differs from the paper: kl 0.1 (paper: 0)"), "\(session.host.notes)")
        XCTAssertEqual(output("t.options.group"), #""16""#)
        XCTAssertEqual(output("t.differences[\"switch\"]"), #"["kl"]"#)
        XCTAssertTrue(
            output("trainer load(\"emoji-sd\") reward: brightness prompts: [] seed: 1").contains("the list is empty"))
        XCTAssertTrue(
            output("trainer load(\"emoji-sd\") reward: brightness prompts: \"a\" lora: none lora_alpha: 2 seed: 1")
                .contains("'lora_alpha' needs adapters, which this run does not train"))
        XCTAssertEqual(
            output("(trainer load(\"emoji-sd\") reward: brightness prompts: \"a\" lora: none seed: 1).options.rate"),
            #""5e-05""#)
    }

    func testWhoAsksForGuidanceTrainsWithIt() {
        _ = output("func brightness(image, prompt) { return mean(image) }\nsd = load \"emoji-sd\"")
        func guided(_ options: String) -> String {
            output("(trainer sd reward: brightness prompts: \"a ball\" seed: 1 \(options)).options.cfg_free")
        }
        XCTAssertEqual(guided(""), "\"true\"")
        XCTAssertEqual(guided("guidance: 4"), "\"false\"")
        XCTAssertEqual(guided("guidance: 4 cfg_free: true"), "\"true\"")
    }

    func testAFunctionAddsUpWithRewards() throws {
        _ = output(
            """
            func red(image, prompt) { return {total: mean(image[0]), blue: mean(image[2])} }
            sd = load "emoji-sd"
            clip = load "emoji"
            t = trainer(sd, reward: 2 * alignment(clip) - custom(red), prompts: "a ball", group: 2, round_prompts: 1, \
            steps: 2, train_steps: 1, updates: 1, seed: 1)
            x = rollout t
            a = advantages x
            """)
        XCTAssertEqual(output("max(abs(tensor(x.rewards) - 2 * tensor(a.alignment) + tensor(a.red))) < 1e-6"), "true")
        XCTAssertEqual(
            output("max(abs(tensor(a.red) - tensor(map(x.images, i -> red(i, \"\").total)))) < 1e-6"), "true")
        XCTAssertTrue(output("alignment(clip) + red").contains("custom(red)"))
    }

    /// Texts by a function of the prompt, or the same for all; what can't be honoured is refused with what to type.
    func testContrastTellsAPromptFromOtherTexts() {
        _ = output(
            """
            sd = load "emoji-sd"
            clip = load "emoji"
            func others(p) { return [replace(p, "ball", "dog"), replace(p, "ball", "car")] }
            t = trainer(sd, reward: contrast(clip, against: others, scale: 10), prompts: "a ball", group: 2, \
            round_prompts: 1, steps: 2, train_steps: 1, updates: 1, seed: 1)
            x = rollout t
            z = embed clip ["a ball", "a dog", "a car"]
            p = softmax(10 * (embed(clip, x.images) @ transpose(z)), 1)
            """)
        XCTAssertEqual(output("max(abs(tensor(x.rewards) - p[.., 0])) < 1e-5"), "true")
        let start =
            "t = trainer(sd, prompts: \"a ball\", group: 2, round_prompts: 1, steps: 2, train_steps: 1, updates: 1, "
        func failure(_ against: String) -> String {
            output("\(start)reward: contrast(clip, against: \(against)))") + output("rollout t")
        }
        let number = failure("p -> 3"), itself = failure("[\"a ball\"]")
        XCTAssertTrue(number.contains("'against' must give a list of strings for the prompt 'a ball', not 3"), number)
        XCTAssertTrue(itself.contains("'against' has no other text than the prompt 'a ball' for it"), itself)
        XCTAssertTrue(output("contrast clip").contains("against"))
        let scale = output("contrast clip against: [\"a dog\"] scale: 0")
        XCTAssertTrue(scale.contains("'scale' of 'contrast' must be a number 0.01…1000, not 0"), scale)
    }

    /// What the model never learnt to draw is charged for, and what it has learnt is not.
    func testPlausibilityChargesForWhatIsNoPicture() {
        _ = output("sd = load \"emoji-sd\"\ndogs = scene \"a dog\" count: 6 seed: 1\nr = plausibility sd like: dogs")
        _ = output(
            """
            t = trainer(sd, reward: r, prompts: "a ball", group: 2, round_prompts: 1, steps: 2, train_steps: 1, \
            updates: 1, seed: 1)
            x = rollout t
            e = denoising_error sd x.images
            """)
        XCTAssertEqual(output("max(x.rewards) <= 0 and min(x.rewards) >= -2"), "true")
        XCTAssertEqual(output("max(abs(advantages(x).error - e)) < 1e-4"), "true")
        XCTAssertEqual(
            output("max(denoising_error(sd, dogs)) < min(denoising_error(sd, rand([4, 3, 64, 64], seed: 1)))"), "true")
        XCTAssertTrue(output("plausibility sd like: []").contains("an empty list"), output("plausibility sd like: []"))
        XCTAssertTrue(output("denoising_error sd dogs time: 1000").contains("1000"))
    }

    /// Every switch of the library is an option of the verb.
    func testNoSwitchIsMissing() throws {
        let verb = try XCTUnwrap(Registry.rhumb()["trainer"]?.verb)
        let names = Set(verb.parameters.map(\.name))
        for item in GRPOOptions.switches { XCTAssertTrue(names.contains(item.name), item.name) }
    }
}
