import Basics
import Foundation
import TestSupport
import XCTest

import Tensor

/// Activations that a backward pass computes again, and what one keeps of frozen layers.
final class RecomputationTests: XCTestCase {
    private func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
        try Tensor(Generator(seed: seed).normal(count: shape.reduce(1, *)), shape: shape)
    }

    /// Two blocks over x, each with a frozen and a trained layer and a shortcut, x also skipping to the end.
    private func gradients(recomputed: Bool, _ dtype: DType) throws -> [Tensor] {
        let x = try random([6, 5, 16], seed: 1).requireGradient()
        let frozen = try (0..<2).map { try random([16, 16], seed: 2 + UInt64($0)).to(dtype) }
        let trained = try (0..<2).map { try random([16, 16], seed: 4 + UInt64($0)).requireGradient() }
        let start = try x.to(dtype)
        var h = start
        for index in 0..<2 {
            func block(_ inputs: [Tensor]) throws -> Tensor {
                let hidden = try inputs[0].linear(frozen[index], activation: .gelu)
                return try hidden.layerNorm().to(dtype).linear(trained[index].to(dtype), residual: inputs[0])
                    + inputs[1] * 0.5
            }
            h = try recomputed ? Tensor.recomputed([h, start], block) : block([h, start])
        }
        try (h + start).to(.float32).squared().sum().backward()
        XCTAssertTrue(frozen.allSatisfy { $0.gradient == nil })
        return try [h.detached()] + ([x] + trained).map { try XCTUnwrap($0.gradient) }
    }

    func testTheGradientsAreTheSameBits() throws {
        for dtype in [DType.float32, .bfloat16] {
            let kept = try gradients(recomputed: false, dtype), again = try gradients(recomputed: true, dtype)
            for (a, b) in zip(kept, again) { assertSameBits(a.floats, b.floats, dtype.rawValue) }
            XCTAssertGreaterThan(kept[1].floats.map(abs).max() ?? 0, 0.1)
        }
    }

    /// A trained layer inside is enough: no input needs to want a gradient.
    func testOnlyAParameterWantsAGradient() throws {
        let x = try random([3, 8], seed: 1), weight = try random([4, 8], seed: 2).requireGradient()
        try Tensor.recomputed([x]) { try $0[0].linear(weight).squared() }.sum().backward()
        let found = try XCTUnwrap(weight.gradient)
        weight.gradient = nil
        try x.linear(weight).squared().sum().backward()
        assertSameBits(found.floats, try XCTUnwrap(weight.gradient).floats, "weight")
        let still = try Tensor.recomputed([x]) { try $0[0].linear(weight.detached()) }
        XCTAssertFalse(still.requiresGradient)
    }

    /// A result that reaches a recomputed part by another way than as an input would lose its gradient.
    func testAResultThatIsNoInputIsRefused() throws {
        let leaf = try random([4], seed: 1).requireGradient(), hidden = try leaf * 2
        let x = try random([4], seed: 2)
        let result = try Tensor.recomputed([x]) { try $0[0] * hidden }
        XCTAssertThrowsError(try result.sum().backward()) {
            XCTAssertEqual("\($0)".contains("no input"), true, "\($0)")
        }
    }

    /// Of eight frozen layers and convolutions a backward pass keeps no feature map; of eight recomputed blocks, one
    /// each.
    func testFrozenLayersKeepNothing() throws {
        let x = try random([1, 32, 32, 64], seed: 1).requireGradient(), map = 32 * 32 * 64 * 4
        let linear = try random([64, 64], seed: 2), kernel = try random([64, 64, 3, 3], seed: 3) * 0.02
        func passes(_ layer: @escaping (Tensor) throws -> Tensor) throws -> Int {
            _ = try withoutGradients { try layer(x) }
            var h = x
            return try Engine.peakBytes { for _ in 0..<8 { h = try layer(h) } }
        }
        XCTAssertLessThan(try passes { try $0.linear(linear) }, 4 * map)
        XCTAssertLessThan(try passes { try $0.conv2d(kernel, Convolution(padding: 1)) }, 12 * map)
        let trained = try linear.detached().requireGradient()
        XCTAssertGreaterThan(try passes { try $0.linear(trained) }, 7 * map)
        func block(_ inputs: [Tensor]) throws -> Tensor {
            try (0..<6).reduce(inputs[0]) { x, _ in try x.gelu().linear(trained) }
        }
        let kept = try passes { try block([$0]) }, again = try passes { try Tensor.recomputed([$0], block) }
        XCTAssertGreaterThan(kept, 80 * map)
        XCTAssertLessThan(again, 20 * map)
    }

    /// More scores than are computed at once: each head comes out as it does alone.
    func testAttentionInPieces() throws {
        let shape = [2, 2, 2900, 4]
        let (q, k, v) = (try random(shape, seed: 1), try random(shape, seed: 2), try random(shape, seed: 3))
        let dy = try random(shape, seed: 4)
        func gradients(_ part: (Tensor) throws -> Tensor) throws -> [Tensor] {
            let leaves = try [q, k, v].map { try part($0).copied().requireGradient() }
            try Tensor.attention(leaves[0], leaves[1], leaves[2]).backward(part(dy))
            return try leaves.map { try XCTUnwrap($0.gradient) }
        }
        let all = try gradients { $0 }
        for row in 0..<2 {
            for head in 0..<2 {
                func part(_ t: Tensor) throws -> Tensor {
                    try t.sliced(0, from: row, to: row + 1).sliced(1, from: head, to: head + 1)
                }
                for (name, (whole, alone)) in zip(["dq", "dk", "dv"], zip(all, try gradients(part))) {
                    assertSameBits(try part(whole).floats, alone.floats, "\(name) of \(row), \(head)")
                }
            }
        }
    }
}
