import Foundation
import Kernels
import TestSupport
import XCTest

/// Loops that do what several operations would, against those.
final class KernelsFusionTests: XCTestCase {
    private func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

    func testGatedUnit() {
        let (rows, width) = (5, 83)
        let x = widen(narrow(numbers(rows * 2 * width, upTo: 4)))
        let dy = widen(narrow(numbers(rows * width, seed: 2, upTo: 4)))
        var y = zeros(rows * width), dx = zeros(x.count), half = narrow(y), halfGradient = narrow(dx)
        rk_geglu_f32(rows, width, x, &y)
        rk_geglu_gradient_f32(rows, width, x, dy, &dx)
        for row in 0..<rows {
            for i in 0..<width {
                let a = Double(x[row * 2 * width + i]), b = Double(x[row * 2 * width + width + i])
                let d = Double(dy[row * width + i])
                let below = 0.5 * erfc(-b / 2.0.squareRoot()), density = exp(-b * b / 2) / (2 * Double.pi).squareRoot()
                XCTAssertEqual(Double(y[row * width + i]), a * b * below, accuracy: 1e-5)
                XCTAssertEqual(Double(dx[row * 2 * width + i]), d * b * below, accuracy: 1e-5)
                XCTAssertEqual(Double(dx[row * 2 * width + width + i]), d * a * (below + b * density), accuracy: 2e-5)
            }
        }
        rk_geglu_bf16(rows, width, narrow(x), &half)
        rk_geglu_gradient_bf16(rows, width, narrow(x), narrow(dy), &halfGradient)
        XCTAssertEqual(half, narrow(y))
        XCTAssertEqual(halfGradient, narrow(dx))
    }

    func testDoublingAndTheWayBack() {
        let (batch, height, width, channels) = (2, 3, 2, 19)
        let x = widen(narrow(numbers(batch * height * width * channels, upTo: 4)))
        var y = zeros(4 * x.count), back = zeros(x.count), half = narrow(y), halfBack = narrow(back)
        rk_upsample2(4, batch, height, width, channels, x, &y)
        rk_upsample2(2, batch, height, width, channels, narrow(x), &half)
        for (i, value) in y.enumerated() {
            let (c, column, row) = (i % channels, i / channels % (2 * width), i / channels / (2 * width))
            XCTAssertEqual(value, x[(row / 2 * width + column / 2) * channels + c])
        }
        XCTAssertEqual(half, narrow(y))
        rk_upsample2_gradient_f32(batch, height, width, channels, y, &back)
        XCTAssertEqual(back, x.map { 4 * $0 })
        rk_upsample2_gradient_bf16(batch, height, width, channels, half, &halfBack)
        XCTAssertEqual(halfBack, narrow(back))
    }

    func testDerivativesInBfloat16FollowFloat32() {
        let x = widen(narrow(numbers(3000, upTo: 4).map { abs($0) + 0.1 }))
        let dy = widen(narrow(numbers(3000, seed: 2, upTo: 4)))
        for op in [RK_SQUARE, RK_EXP, RK_SIGMOID, RK_GELU, RK_SILU, RK_TANH, RK_SQRT] {
            var y = zeros(x.count), dx = y, half = narrow(y), halfGradient = half
            rk_unary_bf16(op, x.count, narrow(x), &half)
            rk_unary_f32(op, x.count, x, &y)
            XCTAssertEqual(half, narrow(y))
            rk_unary_gradient_bf16(op, x.count, narrow(x), half, narrow(dy), &halfGradient)
            rk_unary_gradient_f32(op, x.count, x, widen(half), dy, &dx)
            XCTAssertEqual(halfGradient, narrow(dx))
        }
    }

    func testColumnSumsInBfloat16() {
        let (rows, columns) = (1200, 300)
        let x = widen(narrow(numbers(rows * columns, upTo: 4)))
        var wide = zeros(columns), half = wide
        rk_sum_columns_f32(rows, columns, x, &wide)
        rk_sum_columns_bf16(rows, columns, narrow(x), &half)
        XCTAssertEqual(wide, half)
        XCTAssertEqual(Double(wide[7]), (0..<rows).reduce(0.0) { $0 + Double(x[$1 * columns + 7]) }, accuracy: 1e-2)
    }

    func testProbabilitiesAndTheirDerivative() {
        for columns in [16, 37] {
            let rows = 4, scale: Float = 0.5
            var p = numbers(rows * columns, upTo: 4), halfScores = p
            let dp = numbers(rows * columns, seed: 2, upTo: 4)
            var ds = zeros(p.count), halfP = narrow(ds), halfDS = halfP
            let scores = p
            rk_attention_gradient_rows_f32(rows, columns, scale, &p, dp, &ds)
            rk_attention_gradient_rows_bf16(rows, columns, scale, &halfScores, dp, &halfP, &halfDS)
            for row in 0..<rows {
                let at = row * columns..<(row + 1) * columns
                let total = scores[at].reduce(0.0) { $0 + exp(Double($1)) }
                let expected = scores[at].map { exp(Double($0)) / total }
                let dot = zip(expected, dp[at]).reduce(0.0) { $0 + $1.0 * Double($1.1) }
                for (i, j) in at.enumerated() {
                    XCTAssertEqual(Double(p[j]), expected[i], accuracy: 1e-6)
                    XCTAssertEqual(Double(ds[j]), 0.5 * expected[i] * (Double(dp[j]) - dot), accuracy: 1e-6)
                }
            }
            XCTAssertEqual(halfP, narrow(p))
            XCTAssertEqual(halfDS, narrow(ds))
        }
    }

    func testCopiesOfRows() {
        let source: [Float] = numbers(60, upTo: 4)
        var out = zeros(40)
        // The two middle columns of ten rows of six, into the first two of rows of four.
        source.withUnsafeBytes { rk_copy_rows(10, 8, $0.baseAddress! + 8, 24, &out, 16) }
        let expected = (0..<40).map { (i: Int) -> Float in i % 4 < 2 ? source[i / 4 * 6 + 2 + i % 4] : 0 }
        XCTAssertEqual(out, expected)
    }
}
