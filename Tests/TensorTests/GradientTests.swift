import Tensor
import TestSupport
import XCTest

/// Every differentiable operation against central differences.
final class GradientTests: XCTestCase {
    func testBinaryOperationsWithBroadcasting() throws {
        let shapes: [([Int], [Int])] = [
            ([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1, 3], [4, 1]), ([3], []), ([], [2, 2]),
        ]
        for (a, b) in shapes {
            try checkGradients("+", [a, b]) { try $0[0] + $0[1] }
            try checkGradients("-", [a, b]) { try $0[0] - $0[1] }
            try checkGradients("*", [a, b]) { try $0[0] * $0[1] }
            try checkGradients("/", [a, b], low: 0.5, high: 2) { try $0[0] / $0[1] }
            try checkGradients("**", [a, b], low: 0.5, high: 2) { try $0[0].power($0[1]) }
            try checkGradients("maximum", [a, b], step: 1e-3) { try Tensor.maximum($0[0], $0[1]) }
            try checkGradients("minimum", [a, b], step: 1e-3) { try Tensor.minimum($0[0], $0[1]) }
            try checkGradients("%", [a, b], low: 0.55, high: 0.95, step: 1e-3) { try $0[0].modulo($0[1]) }
            try checkGradients("where", [a, b]) {
                try Tensor.select(Tensor([1, 0], shape: [2, 1, 1, 1]), $0[0], $0[1])
            }
        }
    }

    func testUnaryOperations() throws {
        let anywhere: [(String, (Tensor) throws -> Tensor)] = [
            ("-", { try -$0 }), ("square", { try $0.squared() }), ("exp", { try $0.exp() }), ("sin", { try $0.sin() }),
            ("cos", { try $0.cos() }), ("tanh", { try $0.tanh() }), ("sigmoid", { try $0.sigmoid() }),
            ("softplus", { try $0.softplus() }), ("erf", { try $0.erf() }), ("gelu", { try $0.gelu() }),
            ("geluTanh", { try $0.geluTanh() }), ("quickGELU", { try $0.quickGELU() }), ("silu", { try $0.silu() }),
            ("cumsum", { try $0.cumulativeSum(0) }), ("clamp", { try $0.clamped(-0.9, 0.9) }),
            ("abs", { try $0.absolute() }),
            ("relu", { try $0.relu() }), ("norm", { try $0.norm([1]) }), ("normalized", { try $0.normalized() }),
        ]
        for (name, operation) in anywhere {
            try checkGradients(name, [[4, 5]], low: -3, high: 3, step: 1e-3) { try operation($0[0]) }
        }
        let positive: [(String, (Tensor) throws -> Tensor)] = [
            ("sqrt", { try $0.squareRoot() }), ("rsqrt", { try $0.reciprocalSquareRoot() }),
            ("reciprocal", { try $0.reciprocal() }), ("log", { try $0.log() }),
        ]
        for (name, operation) in positive {
            try checkGradients(name, [[4, 5]], low: 0.5, high: 3) { try operation($0[0]) }
        }
    }

    func testReductions() throws {
        for axes in [nil, [0], [1], [-1], [0, 2]] as [[Int]?] {
            for keepDims in [false, true] {
                try checkGradients("sum", [[2, 3, 4]]) { try $0[0].sum(axes, keepDims: keepDims) }
                try checkGradients("mean", [[2, 3, 4]]) { try $0[0].mean(axes, keepDims: keepDims) }
                try checkGradients("var", [[2, 3, 4]]) { try $0[0].variance(axes, keepDims: keepDims) }
                try checkGradients("std", [[2, 3, 4]]) { try $0[0].standardDeviation(axes, keepDims: keepDims) }
                try checkGradients("max", [[2, 3, 4]], step: 1e-3) { try $0[0].max(axes, keepDims: keepDims) }
                try checkGradients("min", [[2, 3, 4]], step: 1e-3) { try $0[0].min(axes, keepDims: keepDims) }
            }
        }
        for axis in [0, 1] {
            try checkGradients("softmax", [[3, 4]]) { try $0[0].softmax(axis) }
            try checkGradients("logSoftmax", [[3, 4]]) { try $0[0].logSoftmax(axis) }
            try checkGradients("logSumExp", [[3, 4]]) { try $0[0].logSumExp(axis) }
        }
    }

    func testViewsAndJoining() throws {
        try checkGradients("reshape of a transpose", [[2, 3, 4]]) { try $0[0].permuted([2, 0, 1]).reshaped([4, 6]) }
        try checkGradients("expand", [[2, 1, 3]]) { try $0[0].expanded([5, 2, 4, 3]) }
        try checkGradients("slice", [[5, 4]]) {
            try $0[0].sliced(0, from: 1, to: 5, step: 2).sliced(1, from: 3, to: -1, step: -1)
        }
        try checkGradients("select", [[3, 4]]) { try $0[0].selected(1, -1) }
        try checkGradients("gather with repeats", [[4, 3]]) { try $0[0].gathered(0, [3, 0, 3, -1]) }
        try checkGradients("gather of an inner dimension", [[2, 4, 2]]) { try $0[0].gathered(1, [1, 1, 2]) }
        try checkGradients("embedding", [[5, 3]]) {
            try $0[0].embedded(Tensor(integers: [4, 1, 1, 0], shape: [2, 2]))
        }
        try checkGradients("pick", [[3, 4]]) { try $0[0].picked([3, 0, 2]) }
        try checkGradients("concat", [[2, 3], [2, 1]]) { try Tensor.concatenated($0, axis: 1) }
        try checkGradients("stack", [[2, 3], [2, 3]]) { try Tensor.stacked($0, axis: 1) }
        try checkGradients("sort", [[3, 4]], step: 1e-3) { try $0[0].sorted(0, descending: true).values }
    }

    func testProducts() throws {
        let shapes: [([Int], [Int])] = [
            ([3, 4], [4, 2]), ([4], [4]), ([4], [4, 2]), ([3, 4], [4]), ([2, 3, 4], [4, 2]),
            ([2, 1, 3, 4], [3, 4, 2]),
            ([3, 4], [2, 4, 2]),
        ]
        for (a, b) in shapes {
            try checkGradients("@ \(a) \(b)", [a, b]) { try $0[0].matmul($0[1]) }
        }
        try checkGradients("@ of transposes", [[4, 3], [2, 4]]) { try $0[0].transposed().matmul($0[1].transposed()) }
        for activation in Tensor.Activation.allCases {
            try checkGradients("linear, \(activation)", [[2, 3, 4], [5, 4], [5]], step: 1e-3) {
                try $0[0].linear($0[1], bias: $0[2], activation: activation)
            }
        }
    }

    func testNetworkLayers() throws {
        try checkGradients("layerNorm", [[3, 8], [8], [8]]) { try $0[0].layerNorm(weight: $0[1], bias: $0[2]) }
        try checkGradients("groupNorm", [[2, 3, 2, 8], [8], [8]]) {
            try $0[0].groupNorm(groups: 4, weight: $0[1], bias: $0[2])
        }
        try checkGradients("groupNorm, silu", [[2, 3, 2, 8], [8], [8], [2, 8]]) {
            try $0[0].groupNorm(groups: 4, weight: $0[1], bias: $0[2], adding: $0[3], activation: .silu)
        }
        try checkGradients("geglu", [[3, 10]]) { try $0[0].geglu() }
        try checkGradients("upsampled", [[1, 2, 3, 5]]) { try $0[0].resampled(height: 4, width: 6, .nearest) }
        try checkGradients("attention", [[1, 1, 33, 33], [1, 1, 33, 33], [1, 1, 33, 33]]) {
            try Tensor.attention($0[0], $0[1], $0[2], causal: true)
        }
        for geometry in [
            Convolution(), Convolution(stride: 2, padding: 1), Convolution(padding: 2, dilation: 2),
            Convolution(stride: 2, top: 0, left: 0, bottom: 1, right: 1),
        ] {
            try checkGradients("conv2d \(geometry)", [[2, 5, 6, 3], [4, 3, 3, 3], [4]]) {
                try $0[0].conv2d($0[1], bias: $0[2], geometry)
            }
        }
        for causal in [false, true] {
            try checkGradients("attention, causal \(causal)", [[2, 2, 4, 3], [2, 2, 4, 3], [2, 2, 4, 3]]) {
                try Tensor.attention($0[0], $0[1], $0[2], causal: causal)
            }
        }
        try checkGradients("cross attention", [[1, 2, 4, 3], [1, 2, 5, 3], [1, 2, 5, 2]]) {
            try Tensor.attention($0[0], $0[1], $0[2])
        }
    }

    func testAGraphUsedTwiceAddsUpAndIsGoneAfterwards() throws {
        let x = try Tensor([2, 3]).requireGradient()
        let y = try x * x
        let z = try (y + y * x).sum()
        try z.backward()
        XCTAssertEqual(x.gradient?.floats, [16, 33], "d(x² + x³) = 2x + 3x²")
        XCTAssertThrowsError(try z.backward()) { XCTAssertTrue("\($0)".contains("a second time"), "\($0)") }
        try (x * 1).sum().backward()
        XCTAssertEqual(x.gradient?.floats, [17, 34], "gradients of two walks add up")
    }

    func testALongChainIsLetGoOfWithoutRecursion() throws {
        let x = try Tensor([1]).requireGradient()
        var y = x
        for _ in 0..<200_000 { y = try y + x }
        XCTAssertEqual(y.floats, [200_001])
        y = try Tensor([0])  // the chain of 200,000 nodes goes here
        var z = x
        for _ in 0..<1000 { z = try z * 1 }
        try z.backward()
        XCTAssertEqual(x.gradient?.floats, [1])
    }

    func testNothingIsRecordedWithoutGradients() throws {
        let x = try Tensor([1, 2]).requireGradient()
        let y = try withoutGradients { try x * 2 }
        XCTAssertFalse(y.requiresGradient)
        XCTAssertThrowsError(try y.sum().backward())
        XCTAssertThrowsError(try Tensor(integers: [1, 2]).requireGradient())
    }
}
