import Kernels
import OneDNN
import TestSupport
import XCTest

final class OneDNNMatmulTests: XCTestCase {
    private let types = multipliedTypes

    private func product(_ a: Operand, _ b: Operand, _ row: Int, _ column: Int, _ batch: [Int] = []) -> Double {
        var sum = 0.0
        for k in 0..<a.shape.last! {
            if batch.isEmpty {
                sum += Double(a[row, k]) * Double(b[k, column])
            } else {
                sum += Double(a[batch[0], batch[1], row, k]) * Double(b[batch[0], batch[1], k, column])
            }
        }
        return sum
    }

    func testProductWithEveryTransposition() {
        for type in types {
            for (m, n, k) in [(1, 1, 1), (5, 7, 3), (33, 65, 129), (77, 48, 64)] {
                for transposed in 0..<4 {
                    let a = Operand([m, k], strides: transposed & 1 == 0 ? nil : [1, m], type, seed: 1)
                    let b = Operand([k, n], strides: transposed & 2 == 0 ? nil : [1, k], type, seed: 2)
                    let c = Operand([m, n], type)
                    var (va, vb, vc) = (a.view, b.view, c.view)
                    checked(onednn_matmul(&va, &vb, &vc, nil))
                    for (i, j) in [(0, 0), (m - 1, n - 1), (m / 2, n / 3)] {
                        let exact = product(a, b, i, j)
                        XCTAssertEqual(Double(c[i, j]), exact, accuracy: Double(c.tolerance) * max(1, abs(exact)))
                    }
                }
            }
        }
    }

    func testPackedWeightsWithEveryEpilogue() throws {
        let activations: [(onednn_activation, Float)] = [
            (ONEDNN_IDENTITY, 0), (ONEDNN_RELU, 0), (ONEDNN_GELU_ERF, 0), (ONEDNN_GELU_TANH, 0), (ONEDNN_SWISH, 1),
            (ONEDNN_SWISH, 1.702), (ONEDNN_TANH, 0), (ONEDNN_SIGMOID, 0),
        ]
        for type in types {
            let (m, n, k) = (19, 80, 96)
            let x = Operand([m, k], type, seed: 3)
            // Stored [out, in], as a linear layer's weights are; float32 serves both types of activation.
            let w = Operand([k, n], strides: [1, k], seed: 4)
            let bias = Operand([n], seed: 5)
            var handle: OpaquePointer?
            var vw = w.view
            checked(onednn_weights_create_linear(&vw, &handle))
            defer { onednn_weights_release(handle) }
            for (activation, alpha) in activations {
                for residual in [nil, Operand([m, n], type, seed: 6)] {
                    let y = Operand([m, n], type)
                    var (vx, vy) = (x.view, y.view)
                    withEpilogue(
                        bias: bias, activation: activation, alpha: alpha, scale: 0.25, residual: residual
                    ) {
                        checked(onednn_linear(&vx, handle, &vy, $0))
                    }
                    for (i, j) in [(0, 0), (m - 1, n - 1), (7, 41)] {
                        let inner = 0.25 * (product(x, w, i, j) + Double(bias[j]))
                        let exact = reference(activation, alpha, inner) + Double(residual?[i, j] ?? 0)
                        XCTAssertEqual(
                            Double(y[i, j]), exact, accuracy: Double(y.tolerance) * max(1, abs(exact)),
                            "\(activation) \(type)")
                    }
                }
            }
            XCTAssertGreaterThanOrEqual(onednn_weights_bytes(handle), k * n * (type == ONEDNN_F32 ? 4 : 2))
        }
    }

    func testPackedWeightsFollowTheirSourceAfterInvalidation() {
        let x = Operand([4, 16], seed: 1), w = Operand([16, 32], seed: 2), y = Operand([4, 32])
        var handle: OpaquePointer?
        var (vx, vw, vy) = (x.view, w.view, y.view)
        checked(onednn_weights_create_linear(&vw, &handle))
        defer { onednn_weights_release(handle) }
        checked(onednn_linear(&vx, handle, &vy, nil))
        w[0, 0] += 1
        onednn_weights_invalidate(handle)
        checked(onednn_linear(&vx, handle, &vy, nil))
        XCTAssertEqual(Double(y[2, 0]), product(x, w, 2, 0), accuracy: 1e-5)
    }

    /// Queries, keys and values as they lie in one [batch, tokens, 3 · heads · dim] block: no copies.
    func testAttentionProductsOverStridedHeads() {
        for type in types {
            let (batch, tokens, heads, dim) = (2, 9, 3, 16)
            let block = Operand([batch, tokens, 3 * heads * dim], type, seed: 7)
            let row = 3 * heads * dim
            func part(_ index: Int, transposed: Bool) -> onednn_tensor {
                onednn_view(
                    block.memory + index * heads * dim * (type == ONEDNN_F32 ? 4 : 2), type, 4,
                    transposed ? [batch, heads, dim, tokens] : [batch, heads, tokens, dim],
                    transposed ? [tokens * row, dim, 1, row] : [tokens * row, dim, row, 1])
            }
            var (q, k, v) = (part(0, transposed: false), part(1, transposed: true), part(2, transposed: false))
            let scores = Operand([batch, heads, tokens, tokens], type)
            var vs = scores.view
            withEpilogue(scale: 0.25) { checked(onednn_matmul(&q, &k, &vs, $0)) }
            let out = Operand([batch, heads, tokens, dim], strides: [tokens * heads * dim, dim, heads * dim, 1], type)
            var vo = out.view
            checked(onednn_matmul(&vs, &v, &vo, nil))
            for (b, h, i) in [(0, 0, 0), (1, 2, 8), (1, 0, 4)] {
                var score = 0.0, mixed = 0.0
                for d in 0..<dim {
                    score += Double(block[b, i, h * dim + d]) * Double(block[b, 3, heads * dim + h * dim + d])
                }
                XCTAssertEqual(Double(scores[b, h, i, 3]), score * 0.25, accuracy: Double(scores.tolerance))
                for j in 0..<tokens {
                    mixed += Double(scores[b, h, i, j]) * Double(block[b, j, 2 * heads * dim + h * dim + 5])
                }
                XCTAssertEqual(Double(out[b, h, i, 5]), mixed, accuracy: Double(out.tolerance))
            }
        }
    }

    func testSizesThatDoNotFitGiveAMessage() {
        let a = Operand([2, 3]), b = Operand([4, 5]), c = Operand([2, 5])
        var (va, vb, vc) = (a.view, b.view, c.view)
        XCTAssertEqual(onednn_matmul(&va, &vb, &vc, nil), ONEDNN_INVALID)
        XCTAssertFalse(String(cString: onednn_message()).isEmpty)
    }

    func testThreadCountIsKeptAndResultsRepeat() {
        let before = rk_threads()
        defer { rk_set_threads(before) }
        let a = Operand([64, 200], seed: 1), b = Operand([200, 96], seed: 2)
        var results: [[Float]] = []
        for threads: Int32 in [1, 2, 2] {
            rk_set_threads(threads)
            let c = Operand([64, 96])
            var (va, vb, vc) = (a.view, b.view, c.view)
            checked(onednn_matmul(&va, &vb, &vc, nil))
            results.append((0..<64 * 96).map { c.floats[$0] })
        }
        XCTAssertEqual(results[1], results[2])
        XCTAssertEqual(results[0], results[1], "the split by threads leaves each sum alone")
    }
}
