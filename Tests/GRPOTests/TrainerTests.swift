import Basics
import Diffusion
import Foundation
import GRPO
import Tensor
import TestSupport
import XCTest

final class TrainerTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }
    override func tearDown() { StopFlag.lower() }

    private func weights(_ trainer: GRPOTrainer) -> [[Float]] { trainer.policy.parameters.map(\.tensor.floats) }

    // MARK: Rollouts

    func testARolloutIsRepeatableAndKeepsWhatUpdatesNeed() throws {
        let trainer = try Fixture.trainer()
        let first = try trainer.rollout(), second = try trainer.rollout()
        XCTAssertEqual(first.samples.map(\.floats), second.samples.map(\.floats))
        XCTAssertEqual(first.samples.map(\.shape), [[Int]](repeating: [6, 8, 8, 4], count: 5))
        XCTAssertEqual(first.steps.count, 2)
        XCTAssertFalse(first.steps.contains(3), "the last step is not trained")
        XCTAssertEqual(first.images.count, 6)
        XCTAssertEqual(first.images[0].tensor.shape, [3, 16, 16])
        XCTAssertEqual(first.timesteps, [751, 501, 251, 1])
        // From μ, σ and the sample that was drawn, by hand.
        let step = first.steps[0], kept = first.trained[step]!, sigma = first.sigmas[step]
        let distance = zip(first.samples[step + 1].floats, kept.mean.floats).prefix(256).map { Double($0 - $1) }
        let expected =
            -distance.reduce(0) { $0 + $1 * $1 } / 256 / (2 * sigma * sigma) - log(sigma) - 0.5 * log(2 * .pi)
        XCTAssertEqual(Double(kept.logProbability.floats[0]), expected, accuracy: 1e-5)
    }

    func testPromptsGoThroughTheListBeforeTheyRepeat() throws {
        let trainer = try Fixture.trainer { ($0.roundPrompts, $0.group, $0.trainSteps, $0.updates) = (3, 2, 1, 1) }
        var drawn: [String] = []
        for _ in 0..<4 {
            drawn += try trainer.rollout().prompts.texts
            try trainer.advance()
        }
        for pass in 0..<3 { XCTAssertEqual(Set(drawn[pass * 4..<pass * 4 + 4]), Set(Fixture.prompts)) }
        XCTAssertNotEqual(Array(drawn[0..<4]), Array(drawn[4..<8]))
    }

    func testLatentsStartWhereTheyAreTold() throws {
        func starts(_ latents: InitialLatents) throws -> [[Float]] {
            let rollout = try Fixture.trainer { $0.latents = latents }.rollout()
            return try (0..<6).map { try rollout.samples[0].selected(0, $0).floats }
        }
        XCTAssertEqual(Set(try starts(.shared)).count, 1)
        let perPrompt = try starts(.perPrompt)
        XCTAssertEqual(Set(perPrompt).count, 2)
        XCTAssertEqual(perPrompt[0], perPrompt[2])
        XCTAssertEqual(Set(try starts(.perSample)).count, 6)
    }

    /// With noise at trained steps only, the others follow DDIM's deterministic path.
    func testOnlyTrainedStepsAreRandomIfAsked() throws {
        let trainer = try Fixture.trainer { ($0.sde, $0.choose, $0.trainSteps, $0.updates) = (.trained, .first, 1, 1) }
        let rollout = try trainer.rollout(), scheduler = try DDIMScheduler(.stableDiffusion, steps: 4)
        XCTAssertEqual(rollout.steps, [0])
        let guidance = Guidance(
            context: try rollout.context.gathered(0, [0, 0, 0, 1, 1, 1]),
            unconditional: try rollout.emptyContext.expanded([6] + rollout.context.shape.dropFirst()), scale: 4)
        try withoutGradients {
            let output = try trainer.policy.unet(rollout.samples[2], time: 251, guided: guidance)
            let next = try scheduler.step(output, at: 2, rollout.samples[2], eta: 0).previous
            assertClose(rollout.samples[3].floats, next.floats, ofEach(1e-4))
        }
    }

    // MARK: Updates

    func testTheRatioIsOneBeforeTheFirstUpdate() throws {
        for lora in [nil, LoRAOptions(rank: 2)] {
            let trainer = try Fixture.trainer { $0.lora = lora }
            try trainer.advance()
            try trainer.advance()
            // A latent of 256 numbers averages little of the rounding out; see the miniature's test for 1e-6.
            for round in trainer.history { XCTAssertLessThan(round.firstRatioError, 3e-6) }
        }
    }

    func testTheRewardRisesAndTheModelGivenStaysAsItIs() throws {
        let start = try Fixture.pipeline(), before = start.unet.parameters.map(\.tensor.floats)
        var options = Fixture.options
        (options.group, options.rate, options.guidance) = (6, 3e-3, 1)
        options.clip = 0.1
        let trainer = try GRPOTrainer(
            start, reward: Fixture.redness, prompts: TrainingPrompt.list(Fixture.prompts), options: options)
        for _ in 0..<4 { try trainer.advance() }
        let rewards = trainer.history.map(\.reward)
        XCTAssertGreaterThan(rewards[3], rewards[0] + 0.01, "\(rewards)")
        XCTAssertEqual(start.unet.parameters.map(\.tensor.floats), before)
        XCTAssertGreaterThan(trainer.history[3].startKL, trainer.history[0].startKL)
        XCTAssertEqual(trainer.history[0].termNames, ["red", "blue"])
        XCTAssertEqual(trainer.history[2].terms["red"], trainer.history[2].reward)
    }

    func testTheObjectiveIsWhatAnUpdateMakesSmaller() throws {
        let trainer = try Fixture.trainer { $0.kl = 0.5 }
        let rollout = try trainer.rollout()
        try trainer.update(rollout)
        let rows = try trainer.ratioRows(of: rollout)
        XCTAssertEqual(rows.count, 6)
        for row in rows {
            XCTAssertEqual(row.ratio, exp(row.logProbability - row.oldLogProbability), accuracy: 1e-5)
            XCTAssertEqual(row.unclipped, -row.advantage * row.ratio, accuracy: 1e-5)
            XCTAssertEqual(row.clipped, -row.advantage * min(max(row.ratio, 0.999), 1.001), accuracy: 1e-5)
            XCTAssertGreaterThan(row.loss, max(row.unclipped, row.clipped))
        }
        let metrics = try trainer.update(rollout)
        XCTAssertEqual(metrics.loss, rows.reduce(0) { $0 + $1.loss } / 6, accuracy: 1e-5)
    }

    func testOnlyKeptPromptsAreHeldByTheirOwnWeight() throws {
        let trainer = try Fixture.trainer(prompts: ["a knife"], preserving: ["a dog"]) { ($0.kl, $0.keepKL) = (0, 0.5) }
        let rollout = try trainer.rollout()
        XCTAssertEqual(rollout.prompts.map(\.isPreserved), rollout.prompts.map { $0.text == "a dog" })
        XCTAssertEqual(Set(rollout.prompts.texts), ["a knife", "a dog"])
        XCTAssertEqual(
            trainer.differencesFromPaper.first.map { [$0.name, $0.value, $0.paper] }, ["keep", "1 prompt", "none"])
        let first = try trainer.update(rollout)
        XCTAssertNotNil(first.startKL)
        for row in try trainer.ratioRows(of: rollout) {
            let pays = max(row.unclipped, row.clipped)
            if rollout.samplePrompts[row.sample] == "a dog" {
                // Of the first round, the policy that drew the rollout is the start.
                XCTAssertGreaterThan(row.divergence, 0)
                XCTAssertEqual(row.loss, pays + 0.5 * row.divergence, accuracy: 1e-6)
            } else {
                XCTAssertEqual(row.loss, pays)
            }
        }
        let free = try Fixture.trainer(prompts: ["a knife"], preserving: ["a dog"]) { $0.keepKL = 0 }
        XCTAssertEqual(try free.update(free.rollout()).loss, first.loss, accuracy: 1e-5)
        XCTAssertNotEqual(try free.update(free.pending!.rollout).loss, try trainer.update(rollout).loss)
    }

    /// Prompts that a rollout is given by their texts are kept where the trainer keeps them.
    func testAPromptFromOutsideIsKeptWhereTheTrainerKeepsIt() throws {
        let trainer = try Fixture.trainer(prompts: ["a knife"], preserving: ["a dog"])
        let rollout = try trainer.rollout(prompts: ["a boat", "a dog"])
        XCTAssertEqual(rollout.prompts, ["a boat", TrainingPrompt("a dog", isPreserved: true)])
        XCTAssertEqual(rollout.samplePrompts, ["a boat", "a boat", "a boat", "a dog", "a dog", "a dog"])
    }

    func testTheStartIsAskedForAnotherPromptButWhereItIsKept() throws {
        let trainer = try Fixture.trainer(prompts: ["a knife"], preserving: ["a dog"]) {
            ($0.kl, $0.klPrompt, $0.keepKL) = (0.25, .one("a picture of one thing"), 0.5)
        }
        let rollout = try trainer.rollout(), other = try trainer.pipeline.context(of: ["a picture of one thing"])
        for row in try trainer.ratioRows(of: rollout) {
            let isPreserved = rollout.samplePrompts[row.sample] == "a dog",
                x = try rollout.samples[row.step].gathered(0, [row.sample])
            let pays = max(row.unclipped, row.clipped)
            // Before the first update the model is the start: only another prompt moves the two apart.
            let sigma = Float(rollout.sigmas[row.step])
            func mean(_ context: Tensor) throws -> Tensor {
                try withoutGradients {
                    try trainer.policy.mean(at: row.step, x, context: context, empty: rollout.emptyContext)
                }
            }
            let own = try mean(rollout.context.gathered(0, [row.sample / rollout.groupSize]))
            let apart = Double(try (own - mean(other)).squared().mean().item / (2 * sigma * sigma))
            XCTAssertGreaterThan(apart, 1e-6)
            XCTAssertEqual(row.loss - pays, isPreserved ? 0 : 0.25 * apart, accuracy: 1e-6 + 1e-3 * apart)
        }
        XCTAssertTrue(
            trainer.differencesFromPaper.contains { $0.name == "kl_prompt" && $0.value == "\"a picture of one thing\"" }
        )
    }

    func testPiecesOfAnySizeGiveTheSameUpdate() throws {
        let whole = try Fixture.trainer { $0.microbatch = 64 }, pieces = try Fixture.trainer { $0.microbatch = 1 }
        let rollout = try whole.rollout()
        let a = try whole.update(rollout), b = try pieces.update(rollout)
        XCTAssertEqual(a.loss, b.loss, accuracy: 1e-6)
        XCTAssertEqual(a.gradientNorm, b.gradientNorm, accuracy: 1e-4 * a.gradientNorm)
    }

    /// An update of a hundredth of the usual length moves log-ratios by Δμ z/σ − Δμ²/2σ²: what is left of the
    /// normalised one, over σ, is z Δμ/σ, whose sign is even-handed.
    func testNormalisedRatiosAreCorrectedAndScaled() throws {
        let plain = try Fixture.trainer { $0.updates = 1 },
            normal = try Fixture.trainer { ($0.updates, $0.ratioNorm) = (1, true) }
        let rollout = try plain.rollout()
        for trainer in [plain, normal] {
            // Both policies move alike: away from the rollout's, without an update of their own.
            for (_, tensor) in trainer.policy.parameters { try tensor.assign(tensor.detached() * 1.01) }
        }
        let rows = try plain.ratioRows(of: rollout), others = try normal.ratioRows(of: rollout)
        for (row, other) in zip(rows, others) {
            let sigma = rollout.sigmas[row.step]
            XCTAssertEqual(log(other.ratio), sigma * (log(row.ratio) + row.divergence), accuracy: 1e-5)
        }
    }

    func testTheLastUpdateEndsTheRoundAndAnOldRolloutIsRefused() throws {
        let trainer = try Fixture.trainer { $0.rounds = 1 }
        let rollout = try trainer.rollout()
        try trainer.update(rollout)
        XCTAssertEqual([trainer.completed, trainer.updatesDone], [0, 1])
        try trainer.update(rollout)
        XCTAssertEqual([trainer.completed, trainer.updatesDone, trainer.history.count], [1, 0, 1])
        XCTAssertTrue(trainer.isFinished)
        assertMessage("all its 1 rounds") { try trainer.update(rollout) }
        let other = try Fixture.trainer()
        try other.advance()
        assertMessage("must be of the trainer's round 2, not of round 1") { try other.update(rollout) }
    }

    func testACancelledUpdateChangesNothing() throws {
        let trainer = try Fixture.trainer()
        let rollout = try trainer.rollout(), before = weights(trainer)
        StopFlag.raise()
        XCTAssertThrowsError(try trainer.update(rollout))
        StopFlag.lower()
        XCTAssertEqual(weights(trainer), before)
        let untouched = try Fixture.trainer()
        try trainer.advance()
        try untouched.advance()
        XCTAssertEqual(weights(trainer), weights(untouched))
    }

    // MARK: Refusals

    func testWhatCanNotBeTrainedIsRefused() {
        assertMessage("the list is empty") { try Fixture.trainer(prompts: []) }
        assertMessage("prompt 1 is empty") { try Fixture.trainer(prompts: ["a dog", " "]) }
        assertMessage("'group' must be a whole number 2…100000, not 1; samples per prompt; advantages are differences")
        {
            try Fixture.trainer { $0.group = 1 }
        }
        assertMessage("'eta' must be a number above 0 and at most 1, not 0; how random a step is; 0 leaves nothing") {
            try Fixture.trainer { $0.eta = 0 }
        }
        assertMessage("'a dog' is among 'prompts' and among 'keep'") {
            try Fixture.trainer(prompts: ["a cat", "a dog"], preserving: ["a dog", "a hat"])
        }
        assertMessage("none of the 1 denoising steps can be trained: the last one is left out") {
            try Fixture.trainer { ($0.steps, $0.trainSteps) = (1, nil) }
        }
        assertMessage("asks for 4 denoising steps per round, and 3 can be trained") {
            try Fixture.trainer { $0.trainSteps = 4 }
        }
        assertMessage("3 updates can't share 2 steps") { try Fixture.trainer { $0.updates = 3 } }
        assertMessage("'clip' must be a number above 0 and below 1, or a list of 2, not 0") {
            try Fixture.trainer { $0.clip = 0 }
        }
        assertMessage("all weights can be trained in float32 alone, not bfloat16") {
            try GRPOTrainer(
                Fixture.pipeline().converted(to: .bfloat16), reward: Fixture.redness, prompts: ["a"],
                options: Fixture.options)
        }
    }

    /// A schedule that ends at ᾱ = 1 has σ = 0 at its last step: left out, not divided by.
    func testADeterministicStepIsLeftOut() throws {
        var scheduler = SchedulerConfiguration.stableDiffusion
        scheduler.setAlphaToOne = true
        scheduler.stepsOffset = 0
        var options = Fixture.options
        (options.trainLast, options.trainSteps, options.updates) = (true, nil, 3)
        let trainer = try GRPOTrainer(
            Fixture.pipeline().replacing(scheduler: scheduler), reward: Fixture.redness,
            prompts: TrainingPrompt.list(Fixture.prompts),
            options: options)
        XCTAssertEqual(trainer.stepPlan.deterministic, [0])
        XCTAssertEqual(trainer.stepPlan.trainable, [0, 1, 2])
        XCTAssertTrue(try trainer.advance().loss.isFinite)
        XCTAssertTrue(
            trainer.diagnosis().contains { $0.name == "trained steps" && $0.text.contains("σ = 0 at timestep 0") })
    }

    func testABadRewardIsNamedAndChangesNothing() throws {
        struct Failure: Error {}
        func reward(_ score: @escaping (Image, String) throws -> RewardScores) -> any Reward {
            FunctionReward(name: "mine", score)
        }
        var calls = 0
        let late = reward { image, prompt in
            calls += 1
            return RewardScores(totals: [calls > 6 ? .nan : Double(calls)])
        }
        let trainer = try Fixture.trainer(late)
        try trainer.advance()
        let before = weights(trainer)
        assertMessage("the reward 'mine' must return finite numbers, not nan for sample 0 of \"") {
            try trainer.advance()
        }
        XCTAssertEqual(weights(trainer), before)
        XCTAssertEqual([trainer.completed, trainer.updatesDone], [1, 0])
        assertMessage("'mine' gave 2 numbers for 1 picture") {
            try Fixture.trainer(reward { _, _ in RewardScores(totals: [1, 2]) }).advance()
        }
        XCTAssertThrowsError(try Fixture.trainer(reward { _, _ in throw Failure() }).advance()) {
            XCTAssertTrue($0 is Failure)
        }
    }

    func testTheDoctorSeesEqualRewardsAndAGamedOne() throws {
        let equal = try Fixture.trainer(FunctionReward(name: "equal") { _, _ in RewardScores(totals: [0.5]) })
        try equal.advance()
        XCTAssertEqual(equal.history[0].zeroSpread, 1)
        let finding = equal.diagnosis().first { $0.name == "reward spread" }
        XCTAssertEqual(finding?.status, .broken)

        var calls = 0
        let rising = FunctionReward(name: "rising") { _, _ in
            calls += 1
            return RewardScores(totals: [Double(calls)])
        }
        var falls = 0
        let falling = FunctionReward(name: "falling") { _, _ in
            falls -= 1
            return RewardScores(totals: [Double(falls)])
        }
        let trainer = try GRPOTrainer(
            Fixture.pipeline(), reward: rising, prompts: TrainingPrompt.list(Fixture.prompts), judge: falling,
            options: Fixture.options)
        for _ in 0..<5 { try trainer.advance() }
        XCTAssertEqual(trainer.diagnosis().first { $0.name == "judge" }?.status, .suspicious)
        XCTAssertEqual(trainer.historyColumns.names.contains("judge"), true)
    }

    /// A model that has been trained before may come with adapters on, which its own weights know nothing of.
    func testAPolicyStartsAsTheModelWithItsAdapters() throws {
        let start = try Fixture.pipeline(), generator = Generator(seed: 5)
        let x = try Tensor.randn([2, 8, 8, 4], generator: generator),
            context = try Tensor.randn([2, 3, 128], generator: generator)
        func prediction(_ model: StableDiffusion) throws -> [Float] {
            try withoutGradients { try model.unet(x, timesteps: [501], context: context).floats }
        }
        let plain = try prediction(start)
        let before = try LoRA(LoRAOptions(rank: 2), on: start.unet, generator: generator)
        for (name, tensor) in before.parameters where name.hasSuffix("lora_B.weight") {
            try tensor.assign(Tensor.normal(tensor.shape, standardDeviation: 0.3, generator: generator))
        }
        let adapted = try prediction(start)
        XCTAssertGreaterThan(largestDifference(plain, adapted), 0.01)
        for lora in [nil, LoRAOptions(rank: 2)] {
            var options = Fixture.options
            options.lora = lora
            let trainer = try GRPOTrainer(
                start, reward: Fixture.redness, prompts: TrainingPrompt.list(Fixture.prompts), options: options)
            let what = lora == nil ? "all weights" : "adapters"
            assertClose(try prediction(trainer.pipeline), adapted, .absolute(1e-4), what)
        }
    }
}

func assertMessage(_ part: String, line: UInt = #line, _ body: () throws -> Any) {
    XCTAssertThrowsError(try body(), line: line) { error in
        XCTAssertTrue("\(error)".contains(part), "\(error)", line: line)
    }
}
