import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

/// Schedulers against diffusers; how the numbers were made stands in Golden/make_schedulers.py.
final class SchedulerTests: XCTestCase {
    private static let golden: SchedulerGolden = {
        // A broken resource fails every test here, with its reason.
        try! goldenFiles.decode(SchedulerGolden.self, "schedulers.golden.json")
    }()

    func testSchedulesBitForBit() throws {
        for expected in Self.golden.schedules {
            let schedule = try NoiseSchedule(expected.config)
            func bits(_ values: [Float]) -> Int { values.reduce(0) { $0 + Int($1.bitPattern) } }
            // The square roots in a rescaled schedule differ by a unit in the last place.
            let units = expected.config.rescaleBetasZeroSNR ? 4 * schedule.count : 0
            let label = "\(expected.config)"
            XCTAssertLessThanOrEqual(abs(bits(schedule.betas) - expected.betas), units, label)
            XCTAssertLessThanOrEqual(abs(bits(schedule.alphasCumprod) - expected.alphasCumprod), units, label)
        }
    }

    func testTrajectories() throws {
        for (number, expected) in Self.golden.trajectories.enumerated() {
            let kind = SamplerKind(for: expected.config)
            var sampler = try kind.sampler(expected.config, steps: expected.steps)
            let label =
                "trajectory \(number): \(kind.rawValue) \(expected.config.predictionType) "
                + "\(expected.config.timestepSpacing?.rawValue ?? "default") \(expected.steps) steps, eta \(expected.eta)"
            assertClose(sampler.times, expected.times, share(1e-6), label + ", times")
            XCTAssertEqual(
                sampler.initialNoiseSigma, expected.initialSigma, accuracy: 1e-5 * expected.initialSigma, label)
            let noised = try sampler.addNoise(to: Self.pattern(500), noise: Self.pattern(501), at: expected.steps / 2)
            assertClose(noised.floats, expected.noised, share(1e-6), label + ", noise added")

            var sample = try Self.pattern(0) * sampler.initialNoiseSigma
            // The tests keep the last steps of long trajectories alone.
            let skipped = expected.steps - expected.samples.count
            for index in 0..<expected.steps {
                let input = try sampler.scaledInput(sample, at: index)
                let output = try (input * 0.5 + Self.pattern(1000 + index) * 0.7).detached().requireGradient()
                let noise = expected.eta > 0 ? try Self.pattern(100 + index) : nil
                let step = try sampler.step(output, at: index, sample, eta: expected.eta, noise: noise)
                let place = "\(label), step \(index)"
                if index >= skipped {
                    let tolerance = share(expected.tolerance)
                    assertClose(step.previous, expected.samples[index - skipped], tolerance, place)
                    if !expected.originals.isEmpty {
                        assertClose(step.predictedOriginal, expected.originals[index - skipped], tolerance, place)
                    }
                }
                try checkProbability(step, sampler, output, index, sample, expected, place)
                sample = step.previous.detached()
            }
        }
    }

    private func checkProbability(
        _ step: DenoisingStep, _ sampler: any Sampler, _ output: Tensor, _ index: Int, _ sample: Tensor,
        _ expected: SchedulerGolden.Trajectory, _ place: String
    ) throws {
        guard let probabilities = expected.logProbabilities else { return XCTAssertNil(step.logProbability, place) }
        XCTAssertEqual(step.sigma, expected.sigmas?[index] ?? -1, accuracy: 1e-7, place)
        XCTAssertEqual(try sampler.sigma(at: index, eta: expected.eta), step.sigma, place)
        guard let wanted = probabilities[index] else { return XCTAssertNil(step.logProbability, place) }
        assertClose(step.logProbability?.floats ?? [], wanted, .absolute(1e-6), place)
        XCTAssertEqual(step.logProbability?.shape, [2], place)

        // The stored sample again: the same density, and a ratio of exactly 1.
        let scheduler = try XCTUnwrap(sampler as? DDIMScheduler)
        let again = try scheduler.logProbability(
            of: step.previous, output: output, at: index, sample: sample, eta: expected.eta)
        XCTAssertEqual(again.floats, step.logProbability?.floats, place)
        guard index == expected.steps / 2, let gradient = expected.gradient else { return }
        try again.sum().backward()
        assertClose(output.gradient?.floats ?? [], gradient, share(1e-5), place + ", gradient")
    }

    /// σ of Stable Diffusion's schedule in 50 steps at η = 1.
    func testSigmasOfStableDiffusion() throws {
        let scheduler = try DDIMScheduler(.stableDiffusion, steps: 50)
        for (timestep, sigma) in [
            (981, 0.4545), (501, 0.295), (201, 0.185), (41, 0.100), (21, 0.0395), (1, 0.0206),
        ] {
            let index = try XCTUnwrap(scheduler.timesteps.firstIndex(of: timestep))
            XCTAssertEqual(Double(try scheduler.sigma(at: index, eta: 1)), sigma, accuracy: sigma < 0.1 ? 5e-5 : 5e-4)
        }
    }

    /// A schedule that ends at ᾱ = 1 has a last step without noise: no density, and an error that says so.
    func testLastStepWithoutNoise() throws {
        var configuration = SchedulerConfiguration.stableDiffusion
        (configuration.setAlphaToOne, configuration.stepsOffset) = (true, 0)
        let scheduler = try DDIMScheduler(configuration, steps: 10)
        let x = try Self.pattern(3)
        XCTAssertGreaterThan(try scheduler.sigma(at: 8, eta: 1), 0)
        let last = try scheduler.step(x, at: 9, x, eta: 1)
        XCTAssertEqual(last.sigma, 0)
        XCTAssertNil(last.logProbability)
        XCTAssertThrowsError(try scheduler.logProbability(of: x, output: x, at: 9, sample: x, eta: 1)) {
            XCTAssertTrue("\($0)".contains("step 9, at timestep 0, adds no noise"), "\($0)")
        }
        XCTAssertThrowsError(try scheduler.step(x, at: 2, x, eta: 1)) {
            XCTAssertTrue("\($0)".contains("adds noise and needs some"), "\($0)")
        }
    }

    /// Zero terminal signal with η = 1 leaves nothing for the direction to x_t; rounding must not make that NaN.
    func testFullNoiseFromZeroSignal() throws {
        var configuration = SchedulerConfiguration.stableDiffusion
        configuration.rescaleBetasZeroSNR = true
        configuration.timestepSpacing = .trailing
        configuration.predictionType = .velocity
        let scheduler = try DDIMScheduler(configuration, steps: 6)
        let step = try scheduler.step(Self.pattern(1), at: 0, Self.pattern(2), eta: 1, noise: Self.pattern(3))
        XCTAssertTrue(step.previous.floats.allSatisfy(\.isFinite))

        configuration.predictionType = .epsilon
        XCTAssertThrowsError(try DDIMScheduler(configuration, steps: 6).step(Self.pattern(1), at: 0, Self.pattern(2))) {
            XCTAssertTrue("\($0)".contains("no signal at all"), "\($0)")
        }
    }

    func testVelocityIsWhatVPredictionUndoes() throws {
        var configuration = SchedulerConfiguration.stableDiffusion
        configuration.predictionType = .velocity
        let scheduler = try DDIMScheduler(configuration, steps: 20)
        let (original, noise) = (try Self.pattern(7), try Self.pattern(8))
        let timestep = scheduler.timesteps[5]
        let noisy = try scheduler.schedule.addNoise(to: original, noise: noise, timesteps: [timestep])
        let target = try scheduler.schedule.velocity(of: original, noise: noise, timesteps: [timestep, timestep])
        let step = try scheduler.step(target, at: 5, noisy)
        assertClose(step.predictedOriginal.floats, original.floats, share(1e-5), "x0")
        assertClose(step.epsilon.floats, noise.floats, share(1e-5), "epsilon")
    }

    func testWhatIsRefused() throws {
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        let sd = SchedulerConfiguration.stableDiffusion
        func changed(_ change: (inout SchedulerConfiguration) -> Void) -> SchedulerConfiguration {
            var copy = sd
            change(&copy)
            return copy
        }
        let cases: [(String, () throws -> Void)] = [
            ("from 1 to 1000, not 1001", { _ = try DDIMScheduler(sd, steps: 1001) }),
            ("from 1 to 1000, not 0", { _ = try EulerScheduler(sd, steps: 0) }),
            ("timestep 1000 lies outside", { _ = try DDIMScheduler(sd, steps: 1000) }),
            ("'thresholding', which DDIM", { _ = try DDIMScheduler(changed { $0.thresholding = true }, steps: 5) }),
            ("'use_lu_lambdas'", { _ = try DPMSolverScheduler(changed { $0.useLuLambdas = true }, steps: 5) }),
            ("'solver_order' is '4'", { _ = try DPMSolverScheduler(changed { $0.solverOrder = 4 }, steps: 5) }),
            ("'beta_end' must be between 0 and 1, not 2.0", { _ = try NoiseSchedule(changed { $0.betaEnd = 2 }) }),
            ("eta must be from 0", { _ = try DDIMScheduler(sd, steps: 5).sigma(at: 0, eta: 1.5) }),
            ("there is no step 5", { _ = try DDIMScheduler(sd, steps: 5).sigma(at: 5, eta: 1) }),
            (
                "[2, 3] does not fit a sample of shape [2, 2, 2, 3]",
                { _ = try DDIMScheduler(sd, steps: 5).step(Tensor.zeros([2, 3]), at: 0, Self.pattern(1)) }
            ),
            (
                "step 1 must come next, not 3",
                {
                    var solver = try DPMSolverScheduler(sd, steps: 5)
                    _ = try solver.step(Self.pattern(1), at: 0, Self.pattern(2))
                    _ = try solver.step(Self.pattern(1), at: 3, Self.pattern(2))
                }
            ),
        ]
        for (expected, body) in cases {
            let found = message(body)
            XCTAssertTrue(found.contains(expected), "expected \(expected), found \(found)")
        }
    }

    func testConfigurationsOfOtherClasses() throws {
        let pndm = """
            {"_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012, "beta_schedule": \
            "scaled_linear",
             "beta_start": 0.00085, "num_train_timesteps": 1000, "set_alpha_to_one": false, "skip_prk_steps": true,
             "steps_offset": 1, "trained_betas": null, "clip_sample": false}
            """
        let configuration = try JSONDecoder().decode(SchedulerConfiguration.self, from: Data(pndm.utf8))
        XCTAssertEqual(SamplerKind(for: configuration), .pndm)
        XCTAssertNil(SamplerKind.replacedClass(in: configuration))
        XCTAssertEqual(
            try DDIMScheduler(configuration, steps: 50).timesteps,
            try DDIMScheduler(.stableDiffusion, steps: 50).timesteps)
        XCTAssertEqual(try DDIMScheduler(configuration, steps: 4).timesteps, [751, 501, 251, 1])
        let again = try JSONDecoder().decode(SchedulerConfiguration.self, from: JSONEncoder().encode(configuration))
        XCTAssertEqual(again, configuration)
        XCTAssertThrowsError(
            try JSONDecoder().decode(SchedulerConfiguration.self, from: Data(#"{"beta_schedule": "sigmoid"}"#.utf8))
        ) {
            XCTAssertEqual(
                "\($0)",
                "the scheduler's 'beta_schedule' is 'sigmoid', which is not supported; supported: linear, scaled_linear, squaredcos_cap_v2"
            )
        }
    }

    // MARK: - The golden file's numbers

    private static func pattern(_ salt: Int) throws -> Tensor {
        try Tensor(
            (0..<24).map { Float(2.0.squareRoot() * sin(12.9898 * Double($0 + 1) + 78.233 * Double(salt + 1))) },
            shape: [2, 2, 2, 3])
    }

    /// A share of the largest number; of a millionth where that is less.
    private func share(_ tolerance: Double) -> Tolerance { .ofLargest(tolerance, atLeast: 1e-6 * tolerance) }
}

/// What make_schedulers.py writes.
private struct SchedulerGolden: Decodable {
    struct Schedule: Decodable {
        let config: SchedulerConfiguration
        let betas, alphasCumprod: Int

        enum CodingKeys: String, CodingKey {
            case config, betas
            case alphasCumprod = "alphas_cumprod"
        }
    }

    struct Trajectory: Decodable {
        let config: SchedulerConfiguration
        let steps: Int
        let eta: Double
        let times: [Float]
        let initialSigma: Float
        let tolerance: Double
        let samples, originals: [[Float]]
        let noised: [Float]
        let sigmas: [Float]?
        let logProbabilities: [[Float]?]?
        let gradient: [Float]?

        enum CodingKeys: String, CodingKey {
            case config, steps, eta, times, samples, originals, noised, sigmas, gradient, tolerance
            case initialSigma = "initial_sigma"
            case logProbabilities = "log_probabilities"
        }
    }

    let schedules: [Schedule]
    let trajectories: [Trajectory]
}
