import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

/// Samplers against diffusers, call by call; how the numbers were made stands in Golden/make_samplers.py.
final class SamplerTests: XCTestCase {
    private struct Trajectory: Decodable {
        let config: SchedulerConfiguration
        let steps: Int
        let times: [Float]
        let initialSigma: Float
        let noised: [Float]
        let samples: [[Float]]
        /// Of the steps that take it; 0 where the file has none.
        let eta: Double
    }

    /// As `pattern` of the script.
    private static func pattern(_ salt: Int) throws -> Tensor {
        let values = (0..<24).map { i in
            Float(2.0.squareRoot() * sin(12.9898 * Double(i + 1) + 78.233 * Double(salt + 1)))
        }
        return try Tensor(values, shape: [2, 2, 2, 3])
    }

    private func golden(_ name: String) throws -> [Trajectory] {
        try goldenFiles.decode([Entry].self, name).map(\.trajectory)
    }

    /// The script's names.
    private struct Entry: Decodable {
        let config: SchedulerConfiguration
        let steps: Int
        let times: [Float]
        let initial_sigma: Float
        let noised: [Float]
        let samples: [[Float]]
        let eta: Double?

        var trajectory: Trajectory {
            Trajectory(
                config: config, steps: steps, times: times, initialSigma: initial_sigma, noised: noised,
                samples: samples, eta: eta ?? 0)
        }
    }

    func testTrajectories() throws {
        let golden = try golden("samplers.golden.json")
        XCTAssertEqual(golden.count, 75)
        let kinds = Set(golden.map { SamplerKind(for: $0.config) })
        XCTAssertEqual(kinds, [.heun, .lms, .unipc, .ddpm, .eulerAncestral, .pndm, .lcm])
        try check(golden)
    }

    /// How the numbers were made stands in Golden/make_solvers.py.
    func testTrajectoriesOfSolvers() throws {
        let golden = try golden("solvers.golden.json")
        XCTAssertEqual(golden.count, 94)
        let kinds = Set(golden.map { SamplerKind(for: $0.config) })
        XCTAssertEqual(
            kinds, [.deis, .dpmSolver, .dpmSolverSDE, .dpmSolverSinglestep, .kdpm2, .kdpm2Ancestral, .tcd])
        try check(golden)
    }

    private func check(_ golden: [Trajectory]) throws {
        for (number, expected) in golden.enumerated() {
            let kind = SamplerKind(for: expected.config)
            var sampler = try kind.sampler(expected.config, steps: expected.steps)
            let label =
                "\(number): \(kind.rawValue) \(expected.config.predictionType) "
                + "\(expected.config.timestepSpacing?.rawValue ?? "default") \(expected.steps) steps"
            assertClose(sampler.times, expected.times, .ofLargest(1e-6), label + ", times")
            XCTAssertEqual(
                sampler.initialNoiseSigma, expected.initialSigma, accuracy: 1e-5 * expected.initialSigma, label)
            let middle = expected.times.count / 2
            let noised = try sampler.addNoise(to: Self.pattern(500), noise: Self.pattern(501), at: middle)
            assertClose(noised.floats, expected.noised, .ofLargest(1e-6), label + ", noise added")
            var sample = try Self.pattern(0) * sampler.initialNoiseSigma
            let skipped = expected.times.count - expected.samples.count
            for index in expected.times.indices {
                let input = try sampler.scaledInput(sample, at: index)
                let output = try input * 0.5 + Self.pattern(1000 + index) * 0.7
                let noise = try sampler.needsNoise(at: index, eta: expected.eta) ? Self.pattern(100 + index) : nil
                XCTAssertTrue(kind.isStochastic || kind.takesEta && expected.eta > 0 || noise == nil, label)
                let step = try sampler.step(output, at: index, sample, eta: expected.eta, noise: noise)
                if index >= skipped {
                    assertClose(
                        step.previous.floats, expected.samples[index - skipped], .ofLargest(1e-5),
                        "\(label), call \(index)")
                }
                // A density where noise was added, and nowhere else.
                XCTAssertEqual(step.logProbability == nil, step.sigma == 0, label)
                sample = step.previous.detached()
            }
        }
    }

    /// What a step adds is the noise times its σ.
    func testNoiseOfStochasticSteps() throws {
        for kind in SamplerKind.allCases where kind.isStochastic {
            var sampler = try kind.sampler(.stableDiffusion, steps: 4)
            let x = try Self.pattern(1), output = try Self.pattern(2), noise = try Self.pattern(3)
            if sampler.callsAStep == 2 { _ = try sampler.step(output, at: 0, x, eta: 0, noise: nil) }
            let step = try sampler.step(output, at: 1, x, eta: 0, noise: noise)
            XCTAssertGreaterThan(step.sigma, 0, kind.rawValue)
            assertClose(
                try (step.previous - step.mean).floats, try (noise * step.sigma).floats, .ofLargest(1e-5),
                kind.rawValue)
            sampler = try kind.sampler(.stableDiffusion, steps: 4)
            if sampler.callsAStep == 2 { _ = try sampler.step(output, at: 0, x, eta: 0, noise: nil) }
            XCTAssertThrowsError(try sampler.step(output, at: 1, x, eta: 0, noise: nil)) {
                XCTAssertTrue("\($0)".contains("step 1 adds noise and needs some"), "\($0)")
            }
        }
    }

    func testWhatIsRefused() throws {
        func changed(_ change: (inout SchedulerConfiguration) -> Void) -> SchedulerConfiguration {
            var copy = SchedulerConfiguration.stableDiffusion
            change(&copy)
            return copy
        }
        let cases: [(SamplerKind, SchedulerConfiguration, Int, String)] = [
            (.pndm, changed { $0.className = "PNDMScheduler" }, 5, "'skip_prk_steps' is 'false'"),
            (.pndm, changed { $0.predictionType = .sample }, 5, "'prediction_type' is 'sample'"),
            (.eulerAncestral, changed { $0.predictionType = .sample }, 5, "'prediction_type' is 'sample'"),
            (.ddpm, changed { $0.varianceType = "learned_range" }, 5, "'variance_type' is 'learned_range'"),
            (.ddpm, changed { $0.thresholding = true }, 5, "'thresholding', which DDPM"),
            (.lcm, changed { _ in }, 51, "LCM takes 1 to 50 steps, not 51"),
            (.lcm, changed { $0.originalInferenceSteps = 2000 }, 4, "'original_inference_steps' must be"),
            (.unipc, changed { $0.solverOrder = 4 }, 5, "'solver_order' is '4'"),
            (.unipc, changed { $0.predictX0 = false }, 5, "'predict_x0' is 'false'"),
            (.unipc, changed { $0.disableCorrector = [0] }, 5, "'disable_corrector'"),
            (.tcd, changed { _ in }, 51, "TCD takes 1 to 50 steps, not 51"),
            (.tcd, changed { $0.thresholding = true }, 4, "'thresholding', which TCD"),
            (.kdpm2, changed { $0.predictionType = .sample }, 5, "'prediction_type' is 'sample'"),
            (.kdpm2Ancestral, changed { $0.useBetaSigmas = true }, 5, "'use_beta_sigmas'"),
            (.deis, changed { $0.algorithmType = "sde-dpmsolver++" }, 5, "'algorithm_type' is 'sde-dpmsolver++'"),
            (.deis, changed { $0.solverOrder = 0 }, 5, "'solver_order' is '0'"),
            (.deis, changed { $0.useFlowSigmas = true }, 5, "'use_flow_sigmas', which DEIS"),
            (.dpmSolver, changed { $0.algorithmType = "dpmsolver+" }, 5, "'algorithm_type' is 'dpmsolver+'"),
            (
                .dpmSolver, changed { $0.algorithmType = "dpmsolver" }, 5,
                "'final_sigmas_type' must be 'sigma_min' where 'algorithm_type' is 'dpmsolver', not zero"
            ),
            (.dpmSolver, changed { $0.solverType = "euler" }, 5, "'solver_type' is 'euler'"),
            (.dpmSolverSDE, changed { $0.varianceType = "learned_range" }, 5, "'variance_type' is 'learned_range'"),
            (
                .dpmSolverSDE,
                changed {
                    ($0.algorithmType, $0.solverOrder, $0.finalSigmasType) = ("sde-dpmsolver", 3, "sigma_min")
                }, 5, "'solver_order' is '3'"
            ),
            (
                .dpmSolverSinglestep,
                changed {
                    ($0.className, $0.algorithmType) = ("DPMSolverSinglestepScheduler", "sde-dpmsolver++")
                }, 5, "'algorithm_type' is 'sde-dpmsolver++'"
            ),
            (.heun, changed { _ in }, 0, "the number of steps must be from 1 to 1000, not 0"),
        ]
        for (kind, configuration, steps, says) in cases {
            XCTAssertThrowsError(try kind.sampler(configuration, steps: steps), says) {
                XCTAssertTrue("\($0)".contains(says), "\($0) should say: \(says)")
            }
        }
        for kind in [
            SamplerKind.heun, .kdpm2, .pndm, .lms, .unipc, .deis, .dpmSolver, .dpmSolverSinglestep,
        ] {
            var sampler = try kind.sampler(.stableDiffusion, steps: 5)
            let x = try Self.pattern(1)
            _ = try sampler.step(x, at: 0, x, eta: 0, noise: nil)
            let wrong = [.heun, .kdpm2].contains(kind) ? 3 : 2
            XCTAssertThrowsError(try sampler.step(x, at: wrong, x, eta: 0, noise: nil), kind.rawValue) {
                XCTAssertTrue("\($0)".contains("step 1 must come next, not \(wrong)"), "\($0)")
            }
        }
    }

    /// What a file leaves out has the default of its class in diffusers.
    func testDefaultsOfClasses() throws {
        func decoded(_ name: String) throws -> SchedulerConfiguration {
            try JSONDecoder().decode(SchedulerConfiguration.self, from: Data(#"{"_class_name": "\#(name)"}"#.utf8))
        }
        for name in ["LCMScheduler", "TCDScheduler"] {
            let found = try decoded(name)
            XCTAssertEqual(found.betaStart, 0.00085, name)
            XCTAssertEqual(found.betaSchedule, .scaledLinear, name)
        }
        for name in ["HeunDiscreteScheduler", "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler"] {
            let found = try decoded(name)
            XCTAssertEqual(found.betaEnd, 0.012, name)
            XCTAssertEqual(found.betaSchedule, .linear, name)
        }
        XCTAssertEqual(try decoded("DEISMultistepScheduler").betaEnd, 0.02)
    }

    /// The sampler asked for counts, whether it adds noise or not, before the file's.
    func testStochasticByName() throws {
        var configuration = SchedulerConfiguration.stableDiffusion
        (configuration.className, configuration.algorithmType) = ("DPMSolverMultistepScheduler", "sde-dpmsolver++")
        XCTAssertEqual(SamplerKind(for: configuration), .dpmSolverSDE)
        let plain = try SamplerKind.dpmSolver.sampler(configuration, steps: 5)
        XCTAssertFalse(try plain.needsNoise(at: 0, eta: 0))
        configuration.algorithmType = nil
        XCTAssertEqual(SamplerKind(for: configuration), .dpmSolver)
        let noisy = try SamplerKind.dpmSolverSDE.sampler(configuration, steps: 5)
        XCTAssertTrue(try noisy.needsNoise(at: 0, eta: 0))
    }

    /// A pipeline samples with each of them, from noise and from a picture, in one batch as in several.
    func testEverySamplerInAPipeline() throws {
        let model = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        for kind in SamplerKind.allCases {
            var options = SamplingOptions()
            (options.steps, options.guidanceScale, options.sampler) = (3, 2, kind)
            let prompts = ["a red apple", "a cat"]
            let together = try model.sample(prompts, options, generator: Generator(seed: 5))
            let apart = try model.sample(prompts, options, generator: Generator(seed: 5), batchSize: 1)
            assertSameBits(together.final, apart.final, kind.rawValue)
            let calls = [SamplerKind.heun: 5, .kdpm2: 5, .kdpm2Ancestral: 5, .pndm: 4][kind] ?? 3
            XCTAssertEqual(together.times.count, calls, kind.rawValue)
            let picture = try model.images(together.final)[0]
            options.strength = 0.7
            let changed = try model.sample(
                ["a cat"], options, images: [picture], generator: Generator(seed: 6))
            XCTAssertTrue(changed.final.isFinite, kind.rawValue)
            XCTAssertEqual(changed.firstStep, try kind.sampler(model.scheduler, steps: 3).callsAStep, kind.rawValue)
        }
    }
}
