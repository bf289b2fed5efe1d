import Foundation
import Kernels
import TestSupport
import XCTest

/// Group norm with what is added before it and the activation after it, against plain sums in double precision.
final class KernelsGroupNormTests: XCTestCase {
    /// One call, its results and its gradients.
    private struct Run {
        var y, dx, mean, rstd, dweight, dbias, dadded: [Float]
        var all: [[Float]] { [y, dx, mean, rstd, dweight, dbias, dadded] }
    }

    private func run(
        _ batch: Int, _ positions: Int, _ channels: Int, groups: Int, silu: Bool, narrowed: Bool = false, x: [Float],
        dy: [Float], weight: [Float], bias: [Float], added: [Float]
    ) -> Run {
        var r = Run(
            y: x, dx: x, mean: [Float](repeating: 0, count: batch * groups),
            rstd: [Float](repeating: 0, count: batch * groups),
            dweight: weight, dbias: bias, dadded: added)
        weight.withUnsafeBufferPointer { w in
            bias.withUnsafeBufferPointer { b in
                added.withUnsafeBufferPointer { e in
                    let g = rk_group_norm(
                        batch: batch, positions: positions, channels: channels, groups: groups, weight: w.baseAddress,
                        bias: b.baseAddress, added: e.baseAddress, epsilon: 1e-5, silu: silu ? 1 : 0)
                    if narrowed {
                        var y = narrow(x), dx = y
                        XCTAssertEqual(rk_group_norm_bf16(g, narrow(x), &y, &r.mean, &r.rstd), 1)
                        XCTAssertEqual(
                            rk_group_norm_gradient_bf16(
                                g, narrow(x), r.mean, r.rstd, narrow(dy), &dx, &r.dweight, &r.dbias, &r.dadded), 1)
                        (r.y, r.dx) = (widen(y), widen(dx))
                    } else {
                        XCTAssertEqual(rk_group_norm_f32(g, x, &r.y, &r.mean, &r.rstd), 1)
                        XCTAssertEqual(
                            rk_group_norm_gradient_f32(
                                g, x, r.mean, r.rstd, dy, &r.dx, &r.dweight, &r.dbias, &r.dadded), 1)
                    }
                }
            }
        }
        return r
    }

    func testResultsAndGradients() {
        let (batch, positions, channels, groups) = (2, 300, 96, 8)
        let width = channels / groups, count = Double(positions * width)
        // Far from zero: a variance from raw sums of squares would lose its digits here.
        let x = numbers(batch * positions * channels).map { $0 + 100 }, dy = numbers(x.count, seed: 5)
        let weight = numbers(channels, seed: 6), bias = numbers(channels, seed: 7)
        let added = numbers(batch * channels, seed: 8)
        for silu in [false, true] {
            let r = run(
                batch, positions, channels, groups: groups, silu: silu, x: x, dy: dy, weight: weight, bias: bias,
                added: added)
            var dweight = [Double](repeating: 0, count: channels), dbias = dweight
            var results = [Double](repeating: 0, count: x.count), gradients = results
            for b in 0..<batch {
                for g in 0..<groups {
                    let inside = (0..<positions).flatMap { p in
                        (g * width..<(g + 1) * width).map { c in (at: (b * positions + p) * channels + c, c: c) }
                    }
                    func moved(_ e: (at: Int, c: Int)) -> Double { Double(x[e.at]) + Double(added[b * channels + e.c]) }
                    let mu = inside.reduce(0.0) { $0 + moved($1) } / count
                    let variance = inside.reduce(0.0) { $0 + (moved($1) - mu) * (moved($1) - mu) } / count
                    let r0 = 1 / (variance + 1e-5).squareRoot()
                    /// The normalised element, and the gradient of what goes into the activation.
                    func parts(_ e: (at: Int, c: Int)) -> (h: Double, y: Double, dz: Double) {
                        let h = (moved(e) - mu) * r0, z = h * Double(weight[e.c]) + Double(bias[e.c])
                        let s = 1 / (1 + exp(-z))
                        return (h, silu ? z * s : z, Double(dy[e.at]) * (silu ? s * (1 + z * (1 - s)) : 1))
                    }
                    var sumG = 0.0, sumGH = 0.0
                    for e in inside {
                        let (h, _, dz) = parts(e)
                        sumG += dz * Double(weight[e.c])
                        sumGH += dz * Double(weight[e.c]) * h
                        dweight[e.c] += dz * h
                        dbias[e.c] += dz
                    }
                    var dadded = 0.0
                    for e in inside {
                        let (h, y, dz) = parts(e)
                        let dx = (dz * Double(weight[e.c]) - sumG / count - h * sumGH / count) * r0
                        (results[e.at], gradients[e.at]) = (y, dx)
                        if e.c == g * width + 2 { dadded += dx }
                    }
                    XCTAssertEqual(Double(r.dadded[b * channels + g * width + 2]), dadded, accuracy: 1e-3)
                }
            }
            assertClose(r.y, results, .absolute(1e-4), "y")
            assertClose(r.dx, gradients, .absolute(1e-4), "dx")
            assertClose(r.dweight, dweight, .absolute(2e-3), "dweight")
            assertClose(r.dbias, dbias, .absolute(2e-3), "dbias")
        }
    }

    func testBfloat16FollowsFloat32OnOneThreadAndTwo() {
        let before = rk_threads()
        defer { rk_set_threads(before) }
        // Whole samples a thread, chunks of one sample, and channels that fill no vector.
        for (batch, positions, channels, groups) in [(3, 70, 48, 8), (1, 900, 80, 4), (2, 40, 1044, 4), (2, 9, 6, 3)] {
            let x = widen(narrow(numbers(batch * positions * channels))), dy = widen(narrow(numbers(x.count, seed: 2)))
            let weight = numbers(channels, seed: 6), bias = numbers(channels, seed: 7)
            let added = numbers(batch * channels, seed: 8)
            for silu in [false, true] {
                func run(_ threads: Int32, narrowed: Bool) -> Run {
                    rk_set_threads(threads)
                    return self.run(
                        batch, positions, channels, groups: groups, silu: silu, narrowed: narrowed, x: x, dy: dy,
                        weight: weight, bias: bias, added: added)
                }
                let wide = run(1, narrowed: false), half = run(1, narrowed: true)
                assertSameBits(wide.all, run(2, narrowed: false).all, "one thread and two")
                assertSameBits(half.all, run(2, narrowed: true).all, "one thread and two")
                var rounded = wide
                rounded.y = widen(narrow(wide.y))
                rounded.dx = widen(narrow(wide.dx))
                assertSameBits(half.all, rounded.all)
            }
        }
    }
}
