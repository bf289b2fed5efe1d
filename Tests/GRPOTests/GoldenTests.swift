import Files
import Diffusion
import Foundation
import GRPO
import Tensor
import TestSupport
import XCTest

/// Two updates from the same trajectories, rewards and weights as a PyTorch script: see `Golden/make_grpo.py`.
final class GoldenTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    func testFullUpdatesAreThoseOfPyTorch() throws { try check("full") { _, _ in } }

    func testAdapterUpdatesAreThoseOfPyTorch() throws {
        try check("lora") { options, golden in
            options.lora = LoRAOptions(rank: 4, alpha: 8)
            options.kl = 0.1
        }
    }

    private func check(_ name: String, _ change: (inout GRPOOptions, Golden) -> Void) throws {
        let golden = try Golden()
        var options = GRPOOptions()
        (options.group, options.roundPrompts, options.steps, options.guidance) = (3, 2, 4, 5)
        (options.trainSteps, options.updates, options.clip) = (nil, 1, 1e-4)
        (options.rate, options.warmup, options.gradientNorm) = (1e-4, 0, 0.5)
        // Smaller than the round, and no divisor of it: pieces must add up to the whole.
        options.microbatch = 4
        change(&options, golden)
        let scheduler = try DDIMScheduler(.stableDiffusion, steps: 4)
        let policy = try Policy(
            from: golden.unet(), scheduler: scheduler, options: options, generator: Generator(seed: 0))
        if options.lora != nil {
            for (name, tensor) in policy.parameters { try tensor.assign(golden["adapter.\(name)"]) }
        }
        let plan = try StepPlan(options, scheduler: scheduler)
        let rollout = try golden.rollout(name, plan: plan)
        let learner = try PolicyLearner(policy, options: options)
        let part = UpdatePart(samples: Array(0..<6), steps: [0, 1, 2])

        // The gradient first, without a step along it.
        _ = try PolicyUpdate(policy: policy, options: options).accumulateGradient(
            rollout, part, measuresReference: false)
        let share = min(1, 0.5 / (Double(try golden["\(name).norm.0"].item) + 1e-6))
        for (parameter, tensor) in policy.parameters {
            let expected = try golden["\(name).gradient.\(parameter)"].floats
            let found = try XCTUnwrap(tensor.gradient).floats.map { $0 * Float(share) }
            assertClose(found, expected, ofEach(1e-5), "gradient of \(parameter)")
        }

        for update in 0..<2 {
            let metrics = try learner.update(rollout, part)
            XCTAssertEqual(metrics.loss, Double(try golden["\(name).loss.\(update)"].item), accuracy: 1e-5)
            XCTAssertEqual(metrics.gradientNorm, Double(try golden["\(name).norm.\(update)"].item), accuracy: 1e-5)
            let ratios = try golden["\(name).ratio.\(update)"].floats.map(Double.init)
            XCTAssertEqual(metrics.ratios.lowest, ratios.min()!, accuracy: 1e-5)
            XCTAssertEqual(metrics.ratios.highest, ratios.max()!, accuracy: 1e-5)
            if options.kl > 0 {
                let expected = Double(try golden["\(name).kl.\(update)"].item)
                XCTAssertEqual(try XCTUnwrap(metrics.startKL), expected, accuracy: 1e-5)
            }
        }
        for (parameter, tensor) in policy.parameters {
            assertClose(
                tensor.floats, try golden["\(name).updated.\(parameter)"].floats, ofEach(1e-5), "updated \(parameter)")
        }
        // Both updates together move a weight by up to 2e-4, which 1e-5 of a weight must not hide.
        let moved = try policy.parameters.filter { parameter, tensor in
            let before = try golden[options.lora == nil ? "weight.\(parameter)" : "adapter.\(parameter)"]
            return zip(tensor.floats, before.floats).contains { abs($0 - $1) > 5e-5 }
        }
        XCTAssertGreaterThan(moved.count, policy.parameters.count * 3 / 4)
    }
}

/// The script's numbers. Pictures are stored with channels first, as PyTorch has them.
struct Golden {
    private let file: SafetensorsFile

    init() throws {
        file = try SafetensorsFile(
            GoldenFolder(.module).url("grpo.safetensors"))
    }

    subscript(name: String) -> Tensor {
        get throws { try file.tensor(name) }
    }

    func unet() throws -> UNet2DConditionModel {
        let configuration = try JSONDecoder().decode(
            UNetConfiguration.self, from: Data(XCTUnwrap(file.metadata["config"]).utf8))
        return try UNet2DConditionModel(
            configuration, ParameterSource { name, _, _ in try file.tensor("weight.\(name)") })
    }

    func rollout(_ name: String, plan: StepPlan) throws -> Rollout {
        func picture(_ key: String) throws -> Tensor { try self["\(name).\(key)"].permuted([0, 2, 3, 1]).contiguous() }
        let rewards = try self["\(name).rewards"].floats.map(Double.init)
        let advantages = try Advantages(rewards: rewards, groupSize: 3)
        assertClose(advantages.values, try self["\(name).advantages"].floats, ofEach(1e-5), "advantages")
        let probabilities = try self["\(name).log_probabilities"]
        var trained: [Int: Rollout.TrainedStep] = [:]
        for step in 0..<3 {
            trained[step] = .init(
                mean: try picture("mean.\(step)"), logProbability: try probabilities.selected(0, step))
        }
        return Rollout(
            round: 0, prompts: ["a", "b"], groupSize: 3, timesteps: plan.timesteps, sigmas: plan.sigmas,
            samples: try (0...4).map { try picture("sample.\($0)") }, trained: trained,
            context: try self["\(name).context"], emptyContext: try self["\(name).empty"], images: [],
            scores: RewardScores(totals: rewards), advantages: advantages)
    }
}
