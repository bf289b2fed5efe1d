import Basics
import Tensor
import TestSupport
import XCTest

/// Every fast path against the reference implementation beside it, results and gradients, over shapes and types.
final class KernelsFastPathTests: XCTestCase {
    private func reference<Result>(_ body: () throws -> Result) rethrows -> Result {
        Engine.usesPrimitives = false
        defer { Engine.usesPrimitives = true }
        return try body()
    }

    private func random(_ shape: [Int], seed: UInt64, _ dtype: DType = .float32) throws -> Tensor {
        try Tensor(Generator(seed: seed).normal(count: shape.reduce(1, *)), shape: shape).to(dtype)
    }

    /// Compares results, and the gradients of a weighted sum of them, in every input.
    private func compare(
        _ name: String, _ inputs: [Tensor], file: StaticString = #filePath, line: UInt = #line,
        _ function: ([Tensor]) throws -> Tensor
    ) throws {
        let bound = inputs.contains { $0.dtype == .bfloat16 } ? 0.05 : 1e-4
        func close(_ a: Tensor, _ b: Tensor, _ what: String) {
            XCTAssertEqual(a.dtype, b.dtype, "\(name) \(what)", file: file, line: line)
            assertClose(a, b, .ofLargest(bound, atLeast: bound), "\(name) \(what)", file: file, line: line)
        }
        close(try function(inputs), try reference { try function(inputs) }, "without gradients")
        func gradients() throws -> [Tensor] {
            let leaves = try inputs.map { try $0.detached().requireGradient() }
            let y = try function(leaves)
            try y.backward(random(y.shape, seed: 99, y.dtype))
            return [y.detached()] + leaves.compactMap(\.gradient)
        }
        let fast = try gradients(), slow = try reference(gradients)
        XCTAssertEqual(fast.count, slow.count, name, file: file, line: line)
        for (index, (a, b)) in zip(fast, slow).enumerated() {
            close(a, b, index == 0 ? "result" : "gradient of input \(index - 1)")
        }
    }

    func testProducts() throws {
        for dtype in [DType.float32, .bfloat16] {
            let a = try random([4, 40, 50], seed: 1, dtype), b = try random([4, 50, 60], seed: 2, dtype)
            try compare("batch", [a, b]) { try $0[0].matmul($0[1]) }
            try compare("transposed", [a, try random([4, 60, 50], seed: 3, dtype)]) {
                try $0[0].matmul($0[1].transposed())
            }
            try compare("tall", [a, try random([50, 60], seed: 4, dtype)]) { try $0[0].matmul($0[1]) }
            try compare("left broadcast", [try random([40, 50], seed: 5, dtype), b]) { try $0[0].matmul($0[1]) }
            try compare("both broadcast", [try random([3, 1, 40, 50], seed: 6, dtype), b]) { try $0[0].matmul($0[1]) }
            try compare(
                "a slice with steps", [try random([90, 100], seed: 7, dtype), try random([50, 64], seed: 8, dtype)]
            ) {
                try $0[0].sliced(1, from: 99, to: -1, step: -2).matmul($0[1])
            }
            try compare("expanded rows", [try random([1, 50], seed: 9, dtype), try random([50, 64], seed: 8, dtype)]) {
                try $0[0].expanded([64, 50]).matmul($0[1])
            }
            try compare("a vector", [try random([1000], seed: 10, dtype), try random([1000, 70], seed: 11, dtype)]) {
                try $0[0].matmul($0[1])
            }
        }
    }

    func testLinearWithEveryEpilogue() throws {
        for dtype in [DType.float32, .bfloat16] {
            let x = try random([2, 33, 48], seed: 1, dtype), w = try random([70, 48], seed: 2, dtype)
            let b = try random([70], seed: 3, dtype), r = try random([2, 33, 70], seed: 4, dtype)
            for activation in Tensor.Activation.allCases {
                try compare("\(activation)", [x, w, b, r]) {
                    try $0[0].linear($0[1], bias: $0[2], activation: activation, residual: $0[3])
                }
            }
            try compare("bare", [x, w]) { try $0[0].linear($0[1]) }
            try compare("every other row", [try random([200, 48], seed: 5, dtype), w]) {
                try $0[0].sliced(0, from: 0, to: 200, step: 2).linear($0[1])
            }
            try compare("stored the other way round", [x, try random([48, 70], seed: 6, dtype)]) {
                try $0[0].linear($0[1].transposed())
            }
        }
    }

    func testConvolution() throws {
        let geometries = [
            Convolution(padding: 1), Convolution(stride: 2, top: 0, left: 0, bottom: 1, right: 1),
            Convolution(padding: 2, dilation: 2),
        ]
        for dtype in [DType.float32, .bfloat16] {
            for (index, geometry) in geometries.enumerated() {
                let inputs = [
                    try random([2, 9, 8, 16], seed: 1, dtype), try random([24, 16, 3, 3], seed: 2, dtype),
                    try random([24], seed: 3, dtype),
                ]
                try compare("conv2d \(index) \(dtype)", inputs) {
                    try $0[0].conv2d($0[1], bias: $0[2], geometry, activation: .silu)
                }
            }
            let image = try random([1, 3, 12, 12], seed: 4, dtype)
            let pointwise = [
                image, try random([8, 3, 1, 1], seed: 5, dtype), try random([1, 12, 12, 8], seed: 6, dtype),
            ]
            // Channels come first in memory here, so that the input is copied.
            try compare("1×1", pointwise) { try $0[0].permuted([0, 2, 3, 1]).conv2d($0[1], residual: $0[2]) }
        }
    }

    func testNorms() throws {
        for dtype in [DType.float32, .bfloat16] {
            let w = try random([48], seed: 2, dtype), b = try random([48], seed: 3, dtype)
            try compare("layer_norm", [try random([5, 7, 48], seed: 1, dtype), w, b]) {
                try $0[0].layerNorm(weight: $0[1], bias: $0[2])
            }
            try compare("layer_norm of a view", [try random([7, 48, 5], seed: 1, dtype), w, b]) {
                try $0[0].transposed().layerNorm(weight: $0[1], bias: $0[2])
            }
        }
    }

    func testFusedOperations() throws {
        for dtype in [DType.float32, .bfloat16] {
            try compare("geglu", [try random([3, 5, 64], seed: 1, dtype)]) { try $0[0].geglu() }
            try compare("upsampled", [try random([2, 3, 5, 18], seed: 2, dtype)]) {
                try $0[0].resampled(height: 6, width: 10, .nearest)
            }
            // Columns of a row, which are copied a row at a time.
            let pair = [try random([2, 6, 10], seed: 3, dtype), try random([2, 6, 7], seed: 4, dtype)]
            try compare("joined and cut", pair) {
                try Tensor.concatenated([$0[0], $0[1]], axis: 2).sliced(2, from: 3, to: 15).silu()
            }
        }
    }

    /// What group norm does at once, against the operations that it joins.
    func testGroupNormWithWhatStandsAroundIt() throws {
        for (dtype, bound) in [(DType.float32, 1e-4), (.bfloat16, 0.05)] {
            let inputs = [
                try random([2, 5, 6, 24], seed: 1, dtype), try random([2, 24], seed: 2, dtype),
                try random([24], seed: 3, dtype), try random([24], seed: 4, dtype),
            ]
            for activation in [Tensor.Activation.identity, .silu, .gelu] {
                func gradients(_ function: ([Tensor]) throws -> Tensor) throws -> [[Float]] {
                    let leaves = try inputs.map { try $0.detached().requireGradient() }
                    let y = try function(leaves)
                    try y.backward(random(y.shape, seed: 99, dtype))
                    XCTAssertEqual(leaves.map { $0.gradient?.dtype }, leaves.map { _ in dtype })
                    return [y.floats] + leaves.map { $0.gradient?.floats ?? [] }
                }
                let joined = try gradients {
                    try $0[0].groupNorm(groups: 4, weight: $0[2], bias: $0[3], adding: $0[1], activation: activation)
                }
                let apart = try gradients {
                    try ($0[0] + $0[1].reshaped([2, 1, 1, 24])).groupNorm(groups: 4, weight: $0[2], bias: $0[3])
                        .activated(activation)
                }
                for (a, b) in zip(joined, apart) {
                    assertClose(a, b, .ofLargest(bound, atLeast: bound), "\(dtype) \(activation)")
                }
            }
        }
        let x = try random([2, 4, 6], seed: 1)
        XCTAssertThrowsError(try x.groupNorm(groups: 2, adding: random([2, 4], seed: 2)))
    }

    func testAttention() throws {
        for dtype in [DType.float32, .bfloat16] {
            for causal in [false, true] {
                // One block of queries, keys and values side by side, as a fused projection leaves them.
                let block = try random([2, 21, 3, 4, 16], seed: 1, dtype)
                try compare("heads of a block, causal \(causal)", [block]) {
                    let parts = try $0[0].permuted([2, 0, 3, 1, 4])
                    return try Tensor.attention(
                        parts.selected(0, 0), parts.selected(0, 1), parts.selected(0, 2), causal: causal)
                }
            }
            let q = try random([1, 2, 5, 6], seed: 2, dtype), k = try random([1, 2, 40, 6], seed: 3, dtype)
            let v = try random([1, 2, 40, 6], seed: 4, dtype)
            let mask = try Tensor((0..<200).map { $0 % 7 == 0 ? -.infinity : Float($0 % 5) }, shape: [1, 1, 5, 40])
            try compare("masked", [q, k, v]) { try Tensor.attention($0[0], $0[1], $0[2], mask: mask) }
        }
    }

    func testANaNIsNotLostInFusedAttention() throws {
        let q = try random([1, 1, 4, 8], seed: 1), k = try random([1, 1, 4, 8], seed: 2),
            v = try random([1, 1, 4, 8], seed: 3)
        try q.sliced(2, from: 1, to: 2).sliced(3, from: 0, to: 1).assign(Tensor.full([1, 1, 1, 1], .nan))
        let y = try Tensor.attention(q, k, v).floats
        XCTAssertTrue(y[8..<16].allSatisfy(\.isNaN))
        XCTAssertTrue(y[0..<8].allSatisfy(\.isFinite))
    }

    func testPackedWeightsFollowUpdatesInPlace() throws {
        let x = try random([64, 48], seed: 1), w = try random([32, 48], seed: 2)
        for _ in 0..<3 { _ = try x.linear(w) }
        try w.assign(random([32, 48], seed: 3))
        let after = try (0..<3).map { _ in try x.linear(w).floats }
        assertSameBits(after[0], after[2], "packed or not, the sums are the same")
        let expected = try reference { try x.linear(w).floats }
        assertClose(after[2], expected, .absolute(1e-4))

        let kernel = try random([8, 16, 3, 3], seed: 4), image = try random([1, 5, 5, 16], seed: 5)
        _ = try image.conv2d(kernel)
        try kernel.assign(Tensor.zeros([8, 16, 3, 3]))
        XCTAssertEqual(try image.conv2d(kernel).floats, [Float](repeating: 0, count: 72))
    }

    func testWinogradConvolutionsAgreeWithTheReadableOne() throws {
        // Whole and cut tiles, one and several chunks, more inputs than outputs and fewer; components of 1200 × 128 and
        // 400 × 336, which leaves rests of blocks on both sides, are not kept. The gradient of 64 × 112 is made in
        // blocks with rests, that of 1200 tiles in three parts.
        for (batch, height, width, inputs, outputs) in [
            (1, 4, 4, 16, 16), (3, 7, 9, 32, 48), (2, 1, 2, 48, 16), (5, 33, 18, 16, 64), (1, 32, 32, 1200, 128),
            (2, 8, 7, 400, 336), (4, 13, 13, 64, 112), (12, 40, 40, 16, 16),
        ] {
            let x = try random([batch, height, width, inputs], seed: 1),
                w = try random([outputs, inputs, 3, 3], seed: 2)
            let bias = try random([outputs], seed: 3), residual = try random([batch, height, width, outputs], seed: 4)
            let dy = try random([batch, height, width, outputs], seed: 5)
            func run() throws -> [[Float]] {
                let plain = try withoutGradients { try x.conv2d(w, Convolution(padding: 1)) }
                let whole = try withoutGradients {
                    try x.conv2d(w, bias: bias, Convolution(padding: 1), residual: residual)
                }
                let leaves = try [x, w, bias].map { try $0.copied().requireGradient() }
                try leaves[0].conv2d(leaves[1], bias: leaves[2], Convolution(padding: 1)).backward(dy)
                return [plain.floats, whole.floats] + leaves.map { $0.gradient?.floats ?? [] }
            }
            for (found, expected) in try zip(run(), reference { try run() }) {
                assertClose(found, expected, .ofLargest(1e-5))
            }
        }
    }

    func testWinogradConvolutionsOfBFloat16RoundOnlyTheirResult() throws {
        // The components of 400 × 336 are not kept.
        for (batch, height, width, inputs, outputs) in [(2, 9, 8, 32, 48), (3, 16, 15, 32, 16), (1, 17, 16, 400, 336)] {
            let x = try random([batch, height, width, inputs], seed: 1, .bfloat16)
            let w = try random([outputs, inputs, 3, 3], seed: 2, .bfloat16),
                bias = try random([outputs], seed: 3, .bfloat16)
            let residual = try random([batch, height, width, outputs], seed: 4, .bfloat16)
            func run(_ dtype: DType) throws -> [[Float]] {
                let (x, w, bias, residual) = (
                    try x.to(dtype), try w.to(dtype), try bias.to(dtype), try residual.to(dtype)
                )
                return try withoutGradients {
                    [try x.conv2d(w, bias: bias, Convolution(padding: 1), residual: residual).floats]
                }
            }
            for (found, expected) in try zip(run(.bfloat16), reference { try run(.float32) }) {
                assertClose(found, expected, .ofLargest(2e-5, relative: 1.0 / 256))
            }
        }
    }

    func testAPictureIsConvolvedTheSameAloneAndAmongOthers() throws {
        let before = Engine.threads
        defer { Engine.threads = before }
        // Components of the second one's weights are made in blocks, whose sizes follow the threads.
        for (inputs, outputs) in [(48, 48), (400, 336)] {
            let x = try random([40, 12, 12, inputs], seed: 1), w = try random([outputs, inputs, 3, 3], seed: 2)
            Engine.threads = before
            let all = try x.conv2d(w, Convolution(padding: 1)).floats
            for threads in [1, 2, 3] {
                Engine.threads = threads
                let some = try [0..<1, 1..<17, 17..<40].flatMap { range in
                    try x.sliced(0, from: range.lowerBound, to: range.upperBound).conv2d(w, Convolution(padding: 1))
                        .floats
                }
                assertSameBits(some, all, "\(threads) threads, \(inputs) inputs")
            }
        }
    }

    func testTheGradientOfAConvolutionDoesNotDependOnThreads() throws {
        let before = Engine.threads
        defer { Engine.threads = before }
        for (batch, side, inputs, outputs) in [(4, 13, 64, 112), (12, 40, 16, 16)] {
            let x = try random([batch, side, side, inputs], seed: 1),
                dy = try random([batch, side, side, outputs], seed: 2)
            let results = try [1, 2, 3].map { threads in
                Engine.threads = threads
                let w = try random([outputs, inputs, 3, 3], seed: 3).requireGradient()
                try x.conv2d(w, Convolution(padding: 1)).backward(dy)
                return try XCTUnwrap(w.gradient)
            }
            assertSameBits(results[1], results[0])
            assertSameBits(results[2], results[0])
        }
    }

    func testWeightsThatOnlyKernelsReadAreInMemoryOnceAndComeBackBitForBit() throws {
        for dtype in [DType.float32, .bfloat16] {
            let x = try random([64, 192], seed: 1, dtype), image = try random([1, 6, 6, 64], seed: 4, dtype)
            let w = try random([320, 192], seed: 2, dtype), kernel = try random([96, 64, 3, 3], seed: 3, dtype)
            let before = (w.floats, kernel.floats)
            func run() throws -> [[Float]] { [try x.linear(w).floats, try image.conv2d(kernel).floats] }

            _ = try (0..<2).map { _ in try run() }
            XCTAssertFalse(
                w.storage.isElsewhere || kernel.storage.isElsewhere, "a model that learns changes its weights")

            let first = try withoutGradients { try (0..<2).map { _ in try run() }[1] }
            XCTAssertTrue(w.storage.isElsewhere && kernel.storage.isElsewhere)
            assertSameBits(try withoutGradients { try run() }, first)
            // Another layout may be wanted for another picture.
            let large = try random([2, 40, 40, 64], seed: 5, dtype)
            let y = try withoutGradients { try large.conv2d(kernel).floats }
            assertSameBits(kernel.floats, before.1)
            assertSameBits(w.floats, before.0)
            XCTAssertFalse(w.storage.isElsewhere || kernel.storage.isElsewhere)
            assertSameBits(try withoutGradients { try large.conv2d(kernel.copied()).floats }, y)

            assertSameBits(try withoutGradients { try run() }, first)
            XCTAssertFalse(kernel.storage.isElsewhere, "what was asked for once stays")
            try kernel.assign(Tensor.zeros(kernel.shape).to(dtype))
            let zeros = try withoutGradients { try image.conv2d(kernel).floats }
            XCTAssertTrue(zeros.allSatisfy { $0 == 0 })
        }
    }

    func testWeightsLeftToTheirPackedCopyCanBeChangedInPlace() throws {
        let image = try random([1, 6, 6, 64], seed: 4), kernel = try random([96, 64, 3, 3], seed: 3)
        let expected = try reference { try image.conv2d(kernel * 2).floats }
        try withoutGradients {
            _ = try image.conv2d(kernel)
            XCTAssertTrue(kernel.storage.isElsewhere)
            try kernel.assign(kernel * 2)
            let changed = try image.conv2d(kernel).floats
            assertClose(changed, expected, .absolute(1e-3))
        }
    }

    func testReplaysAreTheSameBitsAndThreadsCanBeChosen() throws {
        let before = Engine.threads
        defer { Engine.threads = before }
        let x = try random([2, 50, 64], seed: 1), w = try random([256, 64], seed: 2), b = try random([256], seed: 3)
        func run() throws -> [Float] {
            try x.linear(w, bias: b, activation: .gelu).layerNorm(weight: b, bias: b).floats
        }
        for threads in [1, 2] {
            Engine.threads = threads
            XCTAssertEqual(Engine.threads, threads)
            let first = try run()
            for _ in 0..<3 { assertSameBits(first, try run()) }
        }
    }

    func testPrimitivesStopWhenCancelled() throws {
        let x = try random([64, 64], seed: 1)
        StopFlag.raise()
        defer { StopFlag.lower() }
        XCTAssertThrowsError(try x.linear(x)) { XCTAssertTrue($0 is Interruption) }
        XCTAssertThrowsError(
            try Tensor.attention(x.reshaped([1, 1, 64, 64]), x.reshaped([1, 1, 64, 64]), x.reshaped([1, 1, 64, 64]))
        ) {
            XCTAssertTrue($0 is Interruption)
        }
    }
}
