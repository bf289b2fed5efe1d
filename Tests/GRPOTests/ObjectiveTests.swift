import Diffusion
import Foundation
import GRPO
import Tensor
import TestSupport
import XCTest

final class ObjectiveTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    /// The four cases of the clipped objective, with ε = 0.1: ρ outside the range, on the side that the advantage asks
    /// for, gets no gradient; on the other side it does.
    func testOnlyTheDirectionThatPaysIsClipped() throws {
        let old = try Tensor([0, 0, 0, 0, 0])
        let new = try Tensor([0.3, 0.3, -0.3, -0.3, 0.05]).requireGradient()
        let advantages = try Tensor([2, -2, 2, -2, 2])
        let objective = try ClippedObjective(new: new, old: old, advantages: advantages, range: 0.1)
        try objective.losses.sum().backward()
        let up = exp(Float(0.3)), down = exp(Float(-0.3)), near = exp(Float(0.05))
        assertClose(objective.ratio.floats, [up, up, down, down, near], ofEach(1e-6))
        assertClose(objective.losses.floats, [-2.2, 2 * up, -2 * down, 1.8, -2 * near], ofEach(1e-6))
        assertClose(new.gradient!.floats, [0, 2 * up, -2 * down, 0, -2 * near], ofEach(1e-5))
        let statistics = objective.statistics()
        XCTAssertEqual([statistics.above, statistics.below, statistics.count], [2, 2, 5])
        XCTAssertEqual(statistics.highest, Double(up), accuracy: 1e-6)
    }

    /// At ρ = 1 both losses are equal; the gradient must be −A all the same, not half of it.
    func testAtOneTheGradientIsMinusTheAdvantage() throws {
        let new = try Tensor([-1.25, -1.25]).requireGradient()
        let objective = try ClippedObjective(
            new: new, old: Tensor([-1.25, -1.25]), advantages: Tensor([1.5, -0.5]), range: 1e-4)
        try objective.losses.sum().backward()
        XCTAssertEqual(objective.ratio.floats, [1, 1])
        assertClose(new.gradient!.floats, [-1.5, 0.5], ofEach(1e-7))
    }

    func testLogProbabilityIsTheDensityAveragedOverDimensions() throws {
        let x = try Tensor([0.5, -1, 2, 0, 0, 0.25], shape: [2, 3]),
            mean = try Tensor([0, 0, 1, 0.5, 0, 0], shape: [2, 3])
        let sigma = 0.4
        let found = try Gaussian.logProbability(of: x, mean: mean, sigma: Float(sigma)).floats
        let constant: Double = log(sigma) + 0.5 * log(2 * Double.pi)
        let expected = [1 + 0.25 + 1, 0.25 + 0 + 0.0625].map { (squares: Double) in
            -squares / 3 / (2 * sigma * sigma) - constant
        }
        assertClose(found, expected.map(Float.init), ofEach(1e-6))
    }

    /// Against the integral: KL of N(0.3, 0.5) to N(0, 0.5) by adding up p log(p / q) over a fine grid.
    func testDivergenceIsTheGaussianOne() throws {
        let sigma = 0.5, gap = 0.3
        func density(_ x: Double, _ mean: Double) -> Double {
            exp(-(x - mean) * (x - mean) / (2 * sigma * sigma)) / (sigma * (2 * Double.pi).squareRoot())
        }
        let integral = stride(from: -6.0, to: 6, by: 1e-3).reduce(0.0) { total, x in
            total + density(x, gap) * log(density(x, gap) / density(x, 0)) * 1e-3
        }
        let found = try Gaussian.divergence(
            Tensor([Float(gap), Float(gap)], shape: [1, 2]), from: Tensor.zeros([1, 2]), sigma: Float(sigma))
        XCTAssertEqual(Double(found.floats[0]), integral, accuracy: 1e-6)
    }

    func testStatisticsOfSeveralBatchesJoin() throws {
        func statistics(_ ratios: [Float]) throws -> RatioStatistics {
            try ClippedObjective(
                logRatio: Tensor(ratios.map { log($0) }), advantages: Tensor.ones([ratios.count]), range: 0.01
            ).statistics()
        }
        var joined = try statistics([1.2, 1])
        joined.add(try statistics([0.5, 0.9, 1.001]))
        XCTAssertEqual([joined.count, joined.above, joined.below], [5, 1, 2])
        XCTAssertEqual(joined.lowest, 0.5, accuracy: 1e-6)
        XCTAssertEqual(joined.shareBelow, 0.4, accuracy: 1e-12)
    }

    /// Wherever it stands, and whatever comes before or after: `min` and `max` would pass over some.
    func testANaNRatioIsSeen() throws {
        func statistics(_ ratios: [Float]) throws -> RatioStatistics {
            try ClippedObjective(
                logRatio: Tensor(ratios.map { log($0) }), advantages: Tensor.ones([ratios.count]), range: 0.01
            )
            .statistics()
        }
        for ratios: [Float] in [[.nan, 1, 1.2], [1, .nan, 1.2], [1, 1.2, .nan]] {
            let found = try statistics(ratios)
            XCTAssertTrue(found.lowest.isNaN && found.highest.isNaN, "\(ratios): \(found)")
            for joined in [[found, try statistics([1])], [try statistics([1]), found]] {
                var both = joined[0]
                both.add(joined[1])
                XCTAssertTrue(both.lowest.isNaN && both.highest.isNaN, "\(both)")
            }
        }
    }
}

/// A share of each number; of 1 for smaller ones.
func ofEach(_ tolerance: Double) -> Tolerance { .relative(tolerance, atLeast: tolerance) }
