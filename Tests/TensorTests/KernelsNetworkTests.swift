import Foundation
import Kernels
import TestSupport
import XCTest

/// The loops that networks are made of, against plain sums in double precision.
final class KernelsNetworkTests: XCTestCase {
    func testFusedAttention() {
        let cases: [(batch: Int, heads: Int, queries: Int, keys: Int, width: Int, causal: Bool, masked: Bool)] = [
            (1, 2, 7, 7, 5, true, false), (2, 3, 50, 50, 64, false, false), (1, 2, 77, 77, 64, true, false),
            (2, 2, 9, 13, 6, false, true), (1, 1, 33, 600, 40, false, false), (1, 2, 530, 530, 16, true, false),
        ]
        let before = rk_threads()
        defer { rk_set_threads(before) }
        for c in cases {
            let row = c.heads * c.width, batch = max(c.queries, c.keys) * row
            let q = numbers(c.batch * batch, seed: 1), k = numbers(c.batch * batch, seed: 2)
            let v = numbers(c.batch * batch, seed: 3)
            let mask = numbers(c.queries * c.keys, seed: 4).map { $0 < -0.6 ? -Float.infinity : $0 }
            let scale = 2 / Float(c.width).squareRoot()
            mask.withUnsafeBufferPointer { maskPointer in
                let plan = rk_attention(
                    batch: c.batch, heads: c.heads, queries: c.queries, keys: c.keys, width: c.width,
                    q_strides: (batch, c.width, row), k_strides: (batch, c.width, row),
                    v_strides: (batch, c.width, row), out_strides: (batch, c.width, row), mask_strides: (0, 0, c.keys),
                    mask: c.masked ? maskPointer.baseAddress : nil, scale: scale, causal: c.causal ? 1 : 0)
                var out = q
                rk_set_threads(1)
                XCTAssertEqual(rk_attention_f32(plan, q, k, v, &out), 1)
                var shared = q
                rk_set_threads(2)
                XCTAssertEqual(rk_attention_f32(plan, q, k, v, &shared), 1)
                XCTAssertEqual(out, shared, "one thread and two")
                var half = narrow(q)
                let narrowed = rk_has_attention_bf16() == 1 && c.width % 2 == 0
                if narrowed { XCTAssertEqual(rk_attention_bf16(plan, half, narrow(k), narrow(v), &half), 1) }
                for (b, h, i, d) in [
                    (0, 0, 0, 0), (c.batch - 1, c.heads - 1, c.queries - 1, c.width - 1), (0, 0, 5, 2),
                ] {
                    func at(_ position: Int, _ d: Int) -> Int { b * batch + position * row + h * c.width + d }
                    var total = 0.0, sum = 0.0
                    for j in 0..<(c.causal ? i + 1 : c.keys) {
                        var dot = 0.0
                        for e in 0..<c.width { dot += Double(q[at(i, e)]) * Double(k[at(j, e)]) }
                        let weight = exp(dot * Double(scale) + (c.masked ? Double(mask[i * c.keys + j]) : 0))
                        total += weight
                        sum += weight * Double(v[at(j, d)])
                    }
                    XCTAssertEqual(Double(out[at(i, d)]), sum / total, accuracy: 2e-6, "\(c)")
                    if narrowed { XCTAssertEqual(Double(widen(half)[at(i, d)]), sum / total, accuracy: 2e-2, "\(c)") }
                }
            }
        }
    }

    func testLayerNormGradientsAddUpOverChunks() {
        let (rows, columns) = (100, 37)
        let x = numbers(rows * columns), dy = numbers(rows * columns, seed: 2), weight = numbers(columns, seed: 3)
        var y = x, dx = x, mean = [Float](repeating: 0, count: rows), rstd = mean
        var dw = [Float](repeating: 1, count: columns), db = [Float](repeating: 2, count: columns)
        rk_layer_norm_f32(rows, columns, x, weight, nil, 1e-5, &y, &mean, &rstd)
        XCTAssertEqual(rk_layer_norm_gradient_f32(rows, columns, x, weight, mean, rstd, dy, &dx, &dw, &db), 1)
        var byWeight = 1.0, byBias = 2.0
        for row in 0..<rows {
            byWeight += Double(dy[row * columns + 5]) * Double((x[row * columns + 5] - mean[row]) * rstd[row])
            byBias += Double(dy[row * columns + 5])
        }
        XCTAssertEqual(Double(dw[5]), byWeight, accuracy: 1e-4, "sums are added to what was there")
        XCTAssertEqual(Double(db[5]), byBias, accuracy: 1e-4)
        XCTAssertEqual(dx[columns..<2 * columns].reduce(0, +), 0, accuracy: 1e-4, "a shift of a row changes nothing")
    }
}
