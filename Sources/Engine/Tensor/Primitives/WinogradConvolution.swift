import Basics
import Kernels

/// The 3×3 convolution of stride 1 by Winograd's algorithm, F(4×4, 3×3): a quarter of the multiplications, and a
/// rounding error 2 to 3 times that of the direct sum; see `winograd.c`.
///
/// Which convolutions take this path depends on the weights and the size of one feature map, not on the batch: each
/// comes out the same alone and among others. Only for feature maps of less than four tiles does the batch decide.
struct WinogradConvolution {
    /// [outputs, inputs, 3, 3]
    private let weight: Tensor

    /// Transformed weights take four times the memory; up to so many weights they are cached.
    private static let mostCached = 1 << 17
    /// A few tiles are not worth transforming the weights, or fetching them transformed.
    private static let fewestTilesCached = (inOne: 4, inAll: 16)
    private static let fewestTilesTransformed = (inOne: 4, inAll: Int.max)
    /// Direct products of bfloat16 take half the time of those of float32.
    private static let fewestTilesBFloat16 = (inOne: 16, inAll: Int.max)
    private static let fewestChannelsBFloat16 = 32

    /// Nil where another algorithm is needed or faster.
    ///
    /// - Parameters:
    ///   - target: the result's shape.
    ///   - isRecorded: whether gradients will be asked for. Those of bfloat16 go directly: to transform weights
    ///     that change with every step costs what it saves.
    init?(_ weight: Tensor, _ geometry: Convolution, of dtype: DType, to target: [Int], isRecorded: Bool) {
        let isBFloat16 = dtype == .bfloat16
        let unit = RK_WINOGRAD_CHANNELS, channels = weight.shape.prefix(2)
        guard Engine.usesPrimitives, dtype == .float32 || isBFloat16 && !isRecorded, weight.dtype == dtype,
            geometry == Convolution(padding: 1), Array(weight.shape[2...]) == [3, 3], weight.isContiguous,
            channels.allSatisfy({ $0 >= unit && $0 % unit == 0 }), !target.contains(0),
            !isBFloat16 || channels.contains(where: { $0 >= Self.fewestChannelsBFloat16 })
        else { return nil }
        self.weight = weight
        let tiles = rk_winograd_tiles(.init(batch: 1, height: target[1], width: target[2], is_bf16: 0))
        let fewest =
            isCached ? Self.fewestTilesCached : isBFloat16 ? Self.fewestTilesBFloat16 : Self.fewestTilesTransformed
        guard tiles >= fewest.inOne || tiles * target[0] >= fewest.inAll else { return nil }
    }

    private var pairs: Int { weight.shape[0] * weight.shape[1] }
    private var isCached: Bool { pairs <= Self.mostCached }

    /// y = x ∗ w + b + residual, written to `y`.
    func forward(_ x: Tensor, bias: Tensor?, residual: Tensor?, into y: Tensor) throws {
        try run(x, flipped: false, bias: bias, residual: residual, into: y)
    }

    /// dx from dy, written to `dx`.
    func backwardData(_ dy: Tensor, into dx: Tensor) throws {
        try run(dy, flipped: true, bias: nil, residual: nil, into: dx)
    }

    /// dw, and db where there is a bias, from x and dy; nil where another algorithm is needed.
    func backwardWeights(_ x: Tensor, _ dy: Tensor, bias: Tensor?) throws -> (dw: Tensor, db: Tensor?)? {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let grid = rk_winograd_grid(
            batch: dy.shape[0], height: dy.shape[1], width: dy.shape[2], is_bf16: 0)
        guard isCached, dy.dtype == .float32 else { return nil }
        count(pixels: dy.count / outputs)
        let scratch = try Tensor(uninitialized: [rk_winograd_gradient_scratch(grid, inputs, outputs)])
        let dw = try Tensor(uninitialized: weight.shape), db = try bias.map { try Tensor(uninitialized: $0.shape) }
        rk_winograd_gradient_f32(
            grid, inputs, outputs, x.floatPointer, dy.floatPointer, dw.floatPointer, scratch.floatPointer)
        if let db { rk_sum_columns_f32(dy.count / outputs, outputs, dy.floatPointer, db.floatPointer) }
        return (dw, db)
    }

    /// Tells a profile of what is computed: a quarter of the products of the direct sum, always in float32.
    private func count(pixels: Int) {
        Profile.current?.count(.init(float32: 2 * Double(pixels) * Double(pairs) * 9 / 4))
    }

    private func run(_ x: Tensor, flipped: Bool, bias: Tensor?, residual: Tensor?, into y: Tensor) throws {
        let bias = try bias?.to(.float32), isBFloat16: Int32 = x.dtype == .bfloat16 ? 1 : 0
        let grid = rk_winograd_grid(
            batch: y.shape[0], height: y.shape[1], width: y.shape[2], is_bf16: isBFloat16)
        let (inputs, outputs) = (x.shape[3], y.shape[3])
        count(pixels: y.count / outputs)
        let done: Int32
        if isCached {
            let packed = try cachedKernels(flipped: flipped)
            let scratch = try Tensor(uninitialized: [rk_winograd_scratch(grid, inputs, outputs)])
            done = withExtendedLifetime((x, bias, residual)) {
                rk_winograd(
                    grid, inputs, outputs, x.address, packed.floatPointer, bias?.floatPointer, residual?.address,
                    y.address,
                    scratch.floatPointer)
            }
        } else {
            let scratch = try Tensor(uninitialized: [rk_winograd_block_scratch(grid, inputs, outputs)])
            let weights = rk_winograd_weights(
                values: weight.address, inputs: flipped ? outputs : inputs, flipped: flipped ? 1 : 0,
                is_bf16: isBFloat16)
            done = withExtendedLifetime((x, bias, residual)) {
                rk_winograd_blocks(
                    grid, inputs, outputs, x.address, weights, bias?.floatPointer, residual?.address, y.address,
                    scratch.floatPointer)
            }
        }
        guard done == 1 else { throw RhumbError.outOfMemory(in: "conv2d") }
    }

    /// [36, inputs, outputs], or flipped [36, outputs, inputs], each of the 36 packed.
    private func cachedKernels(flipped: Bool) throws -> Tensor {
        try weight.storage.derived(.init(weight, flipped ? .flippedTransformedKernels : .transformedKernels)) {
            let (outputs, inputs) = (weight.shape[0], weight.shape[1])
            let (rows, columns) = flipped ? (outputs, inputs) : (inputs, outputs)
            let transformed = try Tensor(uninitialized: [Int(RK_WINOGRAD_ELEMENTS), rows, columns])
            let weights = rk_winograd_weights(
                values: weight.address, inputs: inputs, flipped: flipped ? 1 : 0,
                is_bf16: weight.dtype == .bfloat16 ? 1 : 0)
            rk_winograd_transform_kernels(weights, 0, rows, 0, columns, transformed.floatPointer)
            let packed = try Tensor(uninitialized: transformed.shape), part = rows * columns
            for index in 0..<transformed.shape[0] {
                rk_pack_f32(
                    rows, columns, transformed.floatPointer + index * part, columns, 1,
                    packed.floatPointer + index * part)
            }
            return [packed]
        }[0]
    }
}
