import Foundation
import Tensor
import TestSupport
import XCTest

/// Ten steps on a small problem, compared with PyTorch, diffusers and OpenCLIP (Golden/make_optimisers.py).
final class OptimiserTests: XCTestCase {
    private struct Golden: Decodable {
        struct Run: Decodable {
            let w, b: [Float]
            let losses, norms, rates: [Double]
            let average: [Float]?
        }
        let x, y, w, b: [Float]
        let runs: [String: Run]
    }

    private struct Problem {
        let x, y, w, b: Tensor

        init(_ golden: Golden) throws {
            x = try Tensor(golden.x, shape: [6, 4])
            y = try Tensor(golden.y, shape: [6, 3])
            w = try Tensor(golden.w, shape: [4, 3]).requireGradient()
            b = try Tensor(golden.b).requireGradient()
        }

        var parameters: NamedTensors { [("w", w), ("b", b)] }

        func loss() throws -> Tensor { try ((x.matmul(w) + b).tanh() - y).squared().mean() }
    }

    private func golden() throws -> Golden { try GoldenFolder(.module).decode(Golden.self, "optimisers.json") }

    func testTenStepsAgreeWithPyTorch() throws {
        let golden = try golden()
        let makers: [String: (NamedTensors) throws -> any Optimiser] = [
            "adamw": { try AdamW($0, learningRate: 0.05, betas: (0.9, 0.99), weightDecay: 0.1) },
            "adamw clipped": { try AdamW($0, learningRate: 0.05) },
            "adamw groups": { try AdamW($0, learningRate: 0.05, weightDecay: 0.5) { $1.rank > 1 && $0 == "w" } },
            "adamw scheduled": { try AdamW($0, learningRate: 0.1) },
            "sgd": { try SGD($0, learningRate: 0.3) },
            "sgd momentum": { try SGD($0, learningRate: 0.1, momentum: 0.9, weightDecay: 0.05) },
            "sgd nesterov": { try SGD($0, learningRate: 0.1, momentum: 0.8, weightDecay: 0.01, nesterov: true) },
        ]
        XCTAssertEqual(Set(makers.keys), Set(golden.runs.keys))
        let schedule = LearningRateSchedule(.cosine, warmUp: 3, steps: 10)
        for (name, make) in makers {
            let expected = try XCTUnwrap(golden.runs[name])
            let problem = try Problem(golden)
            let optimiser = try make(problem.parameters)
            let isWarm = name == "adamw scheduled"
            let average = try ExponentialMovingAverage(problem.parameters, decay: isWarm ? 0.35 : 0.9, warmsUp: isWarm)
            for step in 0..<10 {
                if isWarm {
                    optimiser.learningRate = 0.1 * schedule.factor(at: step)
                    XCTAssertEqual(optimiser.learningRate, expected.rates[step], accuracy: 1e-12)
                }
                optimiser.clearGradients()
                let loss = try problem.loss()
                try loss.backward()
                XCTAssertEqual(Double(try loss.item), expected.losses[step], accuracy: 2e-6, "\(name), step \(step)")
                if !expected.norms.isEmpty {
                    let norm = try GradientClipping.clip(problem.parameters, maximum: 0.1)
                    XCTAssertEqual(norm, expected.norms[step], accuracy: 2e-6, "\(name), step \(step)")
                }
                try optimiser.step()
                average.update()
            }
            assertClose(problem.w.floats, expected.w, .absolute(2e-6), "\(name), w")
            assertClose(problem.b.floats, expected.b, .absolute(2e-6), "\(name), b")
            if let theirs = expected.average {
                let ours = try average.averaged().flatMap(\.tensor.floats)
                assertClose(ours, theirs, .absolute(2e-6), "\(name), average")
            }
        }
    }

    func testARestoredRunContinuesBitForBit() throws {
        let golden = try golden()
        func optimiser(_ kind: Int, _ problem: Problem) throws -> any Optimiser {
            kind == 0
                ? try AdamW(problem.parameters, learningRate: 0.05)
                : try SGD(problem.parameters, learningRate: 0.1, momentum: 0.9, nesterov: true)
        }
        func run(_ problem: Problem, _ optimiser: any Optimiser, _ average: ExponentialMovingAverage, _ steps: Int)
            throws
        {
            for _ in 0..<steps {
                optimiser.clearGradients()
                try problem.loss().backward()
                try optimiser.step()
                average.update()
            }
        }
        for kind in 0..<2 {
            let whole = try Problem(golden)
            let first = try optimiser(kind, whole)
            let average = try ExponentialMovingAverage(whole.parameters)
            try run(whole, first, average, 4)
            let (state, averages) = (try first.state(), try average.state())
            let stopped = try Problem(golden)
            try stopped.w.assign(whole.w)
            try stopped.b.assign(whole.b)
            try run(whole, first, average, 5)
            let second = try optimiser(kind, stopped)
            try second.restore(state)
            let secondAverage = try ExponentialMovingAverage(stopped.parameters)
            try secondAverage.restore(averages)
            try run(stopped, second, secondAverage, 5)
            XCTAssertEqual(whole.w.floats, stopped.w.floats)
            XCTAssertEqual(whole.b.floats, stopped.b.floats)
            XCTAssertEqual(
                try average.averaged().map(\.tensor.floats), try secondAverage.averaged().map(\.tensor.floats))
        }
    }

    func testAveragesStandInAndGoAway() throws {
        let parameter = try Tensor([1, 2])
        let average = try ExponentialMovingAverage([("p", parameter)], decay: 0.5, warmsUp: false)
        try parameter.assign(Tensor([3, 4]))
        average.update()
        struct Stop: Error {}
        XCTAssertThrowsError(
            try average.withAverages {
                XCTAssertEqual(parameter.floats, [2, 3])
                throw Stop()
            })
        XCTAssertEqual(parameter.floats, [3, 4])
    }

    func testSchedules() {
        let constant = LearningRateSchedule(warmUp: 4)
        XCTAssertEqual((0..<6).map(constant.factor), [0.25, 0.5, 0.75, 1, 1, 1])
        let linear = LearningRateSchedule(.linear, steps: 4, floor: 0.2)
        for (step, expected) in [1, 0.8, 0.6, 0.4, 0.2, 0.2].enumerated() {
            XCTAssertEqual(linear.factor(at: step), expected, accuracy: 1e-12)
        }
    }

    func testWhatCannotBeOptimised() throws {
        let parameter = try Tensor([1, 2])
        func message(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        XCTAssertTrue(
            message { _ = try AdamW([("p", parameter), ("p", parameter)]) }.contains("two parameters are called 'p'"))
        XCTAssertTrue(
            message { _ = try AdamW([("p", parameter.to(.bfloat16))]) }.contains("'p' can't be updated in place"))
        XCTAssertTrue(
            message { _ = try SGD([("p", parameter)], learningRate: 1, nesterov: true) }.contains(
                "'momentum' of 'sgd' must be above 0"))
        let optimiser = try AdamW([("p", parameter)])
        XCTAssertTrue(message { try optimiser.restore([:]) }.contains("has no 'step.p'"))
        var state = try optimiser.state()
        state["exp_avg.p"] = try Tensor(1)
        XCTAssertTrue(
            message { try optimiser.restore(state) }.contains(
                "'exp_avg.p' of the optimiser's state must have shape 2, not scalar"))
        parameter.gradient = try Tensor([1, 2, 3])
        XCTAssertTrue(
            message { try optimiser.step() }.contains("the gradient of 'p' must have the parameter's shape 2, not 3"))
        parameter.gradient = try Tensor([1, .nan])
        XCTAssertTrue(
            message { try GradientClipping.clip([("p", parameter)], maximum: 1) }.contains(
                "the gradient of 'p' is not finite"))
        XCTAssertEqual(parameter.floats, [1, 2])
    }
}
