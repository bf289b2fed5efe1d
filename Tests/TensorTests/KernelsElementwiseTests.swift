import Foundation
import Kernels
import TestSupport
import XCTest

final class KernelsElementwiseTests: XCTestCase {
    private func apply(_ op: rk_unary_op, _ x: [Float]) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        rk_unary_f32(op, x.count, x, &y)
        return y
    }

    /// Against the C library in double precision: the error in units of the result's last place.
    func testTranscendentalsAreAccurate() {
        let functions: [(rk_unary_op, String, ClosedRange<Float>, Double, (Double) -> Double)] = [
            (RK_EXP, "exp", -87...88, 1.1, { exp($0) }),
            (RK_LOG, "log", 1e-38...1e38, 1, { log($0) }),
            (RK_TANH, "tanh", -12...12, 1.5, { tanh($0) }),
            (RK_ERF, "erf", -6...6, 1.6, { erf($0) }),
            (RK_SIGMOID, "sigmoid", -80...80, 2.5, { 1 / (1 + exp(-$0)) }),
            (RK_GELU, "gelu", -1...8, 3.5, { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) }),
            (RK_SILU, "silu", -20...20, 3, { $0 / (1 + exp(-$0)) }),
            (RK_SOFTPLUS, "softplus", -30...30, 2.5, { max($0, 0) + log1p(exp(-abs($0))) }),
        ]
        for (op, name, range, bound, exact) in functions {
            var x: [Float] = []
            for i in 0..<20_000 {
                let t = (Float(i) + 0.37) / 20_000
                // Half of the points evenly, half packed around zero (or, for log, over the exponents).
                if range.lowerBound > 0 {
                    x.append(
                        Foundation.exp(
                            Foundation.log(range.lowerBound) * (1 - t) + Foundation.log(range.upperBound) * t))
                } else {
                    x.append(range.lowerBound + (range.upperBound - range.lowerBound) * t)
                    x.append(Float(sign: i % 2 == 0 ? .plus : .minus, exponent: -Int(t * 30), significand: 1 + t))
                }
            }
            x = x.filter { range.contains($0) }
            for (x, y) in zip(x, apply(op, x)) {
                let want = exact(Double(x))
                let error = abs(Double(y) - want) / Double(Float(want).ulp)
                XCTAssertLessThan(error, bound, "\(name)(\(x)) = \(y), not \(want)")
                if !(error < bound) { break }
            }
        }
    }

    func testGELUKeepsItsTail() {
        for (x, y) in zip([-2, -3, -4, -5] as [Float], apply(RK_GELU, [-2, -3, -4, -5])) {
            let want = Double(x) * 0.5 * erfc(-Double(x) / 2.0.squareRoot())
            XCTAssertEqual(Double(y) / want, 1, accuracy: 2e-6, "PyTorch's own loses digits here")
        }
    }

    func testInfinitiesAndNaNGoWhereTheCLibraryPutsThem() {
        let x: [Float] = [.infinity, -.infinity, .nan, 0, -0.0, .leastNonzeroMagnitude, 1000, -1000]
        XCTAssertEqual(apply(RK_EXP, x).map(\.description), ["inf", "0.0", "nan", "1.0", "1.0", "1.0", "inf", "0.0"])
        XCTAssertEqual(apply(RK_LOG, x)[0], .infinity)
        XCTAssertTrue(apply(RK_LOG, x)[1].isNaN && apply(RK_LOG, x)[2].isNaN)
        XCTAssertEqual(apply(RK_LOG, x)[3], -.infinity)
        XCTAssertEqual(apply(RK_LOG, x)[5], -103.27893, accuracy: 1e-4)
        XCTAssertEqual(apply(RK_TANH, x)[0...1], [1, -1])
        XCTAssertEqual(apply(RK_ERF, x)[0...1], [1, -1])
        for op in [RK_TANH, RK_ERF, RK_SIGMOID, RK_GELU, RK_GELU_TANH, RK_QUICK_GELU, RK_SILU, RK_SOFTPLUS, RK_RELU] {
            XCTAssertTrue(apply(op, x)[2].isNaN, "NaN passes through \(op)")
        }
        XCTAssertEqual(apply(RK_TANH, [-0.0])[0].sign, .minus)
    }

    func testLongLoopsGiveTheSameBitsOnAnyNumberOfThreads() {
        let before = rk_threads()
        defer { rk_set_threads(before) }
        let n = 200_003
        let x = (0..<n).map { Float($0 % 977) / 100 - 5 }
        rk_set_threads(1)
        let one = apply(RK_GELU, x)
        var sumOne = [Float](repeating: 0, count: 7), sumThree = sumOne
        rk_sum_columns_f32(n / 7, 7, x, &sumOne)
        rk_set_threads(3)
        XCTAssertEqual(one, apply(RK_GELU, x))
        rk_sum_columns_f32(n / 7, 7, x, &sumThree)
        XCTAssertEqual(sumOne, sumThree)
    }

    func testBfloat16OperationsRoundOnce() {
        let a = (0..<3000).map { Float($0) / 700 - 2 }, b = (0..<3000).map { Float($0 % 17) - 8 }
        var wideA = [Float](repeating: 0, count: 3000), wideB = wideA, out = [UInt16](repeating: 0, count: 3000)
        rk_bf16_to_f32(3000, narrow(a), &wideA)
        rk_bf16_to_f32(3000, narrow(b), &wideB)
        rk_binary_bf16(RK_MUL, 3000, narrow(a), 1, narrow(b), 1, &out)
        XCTAssertEqual(out, narrow(zip(wideA, wideB).map { $0 * $1 }))
        rk_binary_bf16(RK_ADD, 1500, narrow(a), 2, narrow(b), 0, &out)
        XCTAssertEqual(Array(out[..<1500]), narrow((0..<1500).map { wideA[2 * $0] + wideB[0] }))
        rk_unary_bf16(RK_SILU, 3000, narrow(a), &out)
        XCTAssertEqual(out, narrow(apply(RK_SILU, wideA)))
    }

    func testExtremesSkipNothingAndReportNaN() {
        var x = (0..<1000).map { Float(($0 * 7919) % 1009) }
        var out: Float = 0, at: Int64 = 0
        rk_reduce_rows_f32(RK_MAXIMUM, 1, 1000, x, &out)
        rk_arg_rows_f32(1, 1, 1000, x, &at)
        XCTAssertEqual(out, x.max())
        XCTAssertEqual(Int(at), x.firstIndex(of: x.max()!))
        x[413] = .nan
        rk_reduce_rows_f32(RK_MINIMUM, 1, 1000, x, &out)
        rk_arg_rows_f32(0, 1, 1000, x, &at)
        XCTAssertTrue(out.isNaN)
        XCTAssertEqual(at, 413, "as in PyTorch, the NaN is the extreme")
    }
}
