import Basics
import Kernels

/// The 3×3 convolution of step 1 by Winograd's way, F(4×4, 3×3): a quarter of the multiplications, and a rounding error
/// 2 to 3 times that of the direct sum; see `winograd.c`.
///
/// Which convolutions go this way depends on the weights and the size of one picture, not on how many there are: a
/// picture comes out the same alone and among others. Only for pictures of less than four tiles does a batch decide.
struct WinogradConvolution {
    /// [outputs, inputs, 3, 3]
    private let weight: Tensor

    /// Components take four times the memory of weights; up to so many weights they are kept.
    private static let mostKept = 1 << 17
    /// A few tiles are not worth making or fetching the components of their weights.
    private static let fewestTilesKept = (inOne: 4, inAll: 16)
    private static let fewestTilesMade = (inOne: 4, inAll: Int.max)
    /// Direct products of bfloat16 take half the time of those of float32.
    private static let fewestTilesNarrow = (inOne: 16, inAll: Int.max)
    private static let fewestChannelsNarrow = 32

    /// Nil where another way is needed or faster.
    ///
    /// - Parameters:
    ///   - target: the result's shape.
    ///   - isRecorded: whether gradients will be asked for. Those of bfloat16 go directly, for components of weights
    ///     that change with every step cost what they save.
    init?(_ weight: Tensor, _ geometry: Convolution, of dtype: DType, to target: [Int], isRecorded: Bool) {
        let narrow = dtype == .bfloat16
        let unit = RK_WINOGRAD_CHANNELS, channels = weight.shape.prefix(2)
        guard Engine.usesPrimitives, dtype == .float32 || narrow && !isRecorded, weight.dtype == dtype,
            geometry == Convolution(padding: 1), Array(weight.shape[2...]) == [3, 3], weight.isContiguous,
            channels.allSatisfy({ $0 >= unit && $0 % unit == 0 }), !target.contains(0),
            !narrow || channels.contains(where: { $0 >= Self.fewestChannelsNarrow })
        else { return nil }
        self.weight = weight
        let tiles = rk_winograd_tiles(.init(batch: 1, height: target[1], width: target[2], doubled: 0, narrow: 0))
        let fewest = isKept ? Self.fewestTilesKept : narrow ? Self.fewestTilesNarrow : Self.fewestTilesMade
        guard tiles >= fewest.inOne || tiles * target[0] >= fewest.inAll else { return nil }
    }

    private var pairs: Int { weight.shape[0] * weight.shape[1] }
    private var isKept: Bool { pairs <= Self.mostKept }

    /// y = x ∗ w + b + residual, written to `y`. Where y is twice as high and wide, x is doubled by repeating pixels.
    func forward(_ x: Tensor, bias: Tensor?, residual: Tensor?, into y: Tensor) throws {
        try run(x, flipped: false, bias: bias, residual: residual, into: y)
    }

    /// dx from dy, written to `dx`; of a doubled picture, that of the large one.
    func backwardData(_ dy: Tensor, into dx: Tensor) throws {
        try run(dy, flipped: true, bias: nil, residual: nil, into: dx)
    }

    /// dw, and db where there is a bias, from x and dy; nil where another way is needed.
    func backwardWeights(_ x: Tensor, _ dy: Tensor, bias: Tensor?) throws -> (dw: Tensor, db: Tensor?)? {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let grid = rk_winograd_grid(
            batch: dy.shape[0], height: dy.shape[1], width: dy.shape[2], doubled: dy.shape[1] == x.shape[1] ? 0 : 1,
            narrow: 0)
        guard isKept, dy.dtype == .float32 else { return nil }
        let scratch = try Tensor(uninitialized: [rk_winograd_gradient_scratch(grid, inputs, outputs)])
        let dw = try Tensor(uninitialized: weight.shape), db = try bias.map { try Tensor(uninitialized: $0.shape) }
        rk_winograd_gradient_f32(
            grid, inputs, outputs, x.floatPointer, dy.floatPointer, dw.floatPointer, scratch.floatPointer)
        if let db { rk_sum_columns_f32(dy.count / outputs, outputs, dy.floatPointer, db.floatPointer) }
        return (dw, db)
    }

    private func run(_ x: Tensor, flipped: Bool, bias: Tensor?, residual: Tensor?, into y: Tensor) throws {
        let bias = try bias?.to(.float32), narrow: Int32 = x.dtype == .bfloat16 ? 1 : 0
        let grid = rk_winograd_grid(
            batch: y.shape[0], height: y.shape[1], width: y.shape[2], doubled: y.shape[1] == x.shape[1] ? 0 : 1,
            narrow: narrow)
        let (inputs, outputs) = (x.shape[3], y.shape[3])
        let done: Int32
        if isKept {
            let packed = try keptComponents(flipped: flipped)
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
                values: weight.address, inputs: flipped ? outputs : inputs, flipped: flipped ? 1 : 0, narrow: narrow)
            done = withExtendedLifetime((x, bias, residual)) {
                rk_winograd_blocks(
                    grid, inputs, outputs, x.address, weights, bias?.floatPointer, residual?.address, y.address,
                    scratch.floatPointer)
            }
        }
        guard done == 1 else { throw RhumbError.outOfMemory(in: "conv2d") }
    }

    /// [36, inputs, outputs], or flipped [36, outputs, inputs], each of the 36 packed.
    private func keptComponents(flipped: Bool) throws -> Tensor {
        try weight.storage.derived(.init(weight, flipped ? .flippedComponents : .components)) {
            let (outputs, inputs) = (weight.shape[0], weight.shape[1])
            let (rows, columns) = flipped ? (outputs, inputs) : (inputs, outputs)
            let components = try Tensor(uninitialized: [Int(RK_WINOGRAD_PARTS), rows, columns])
            let weights = rk_winograd_weights(
                values: weight.address, inputs: inputs, flipped: flipped ? 1 : 0,
                narrow: weight.dtype == .bfloat16 ? 1 : 0)
            rk_winograd_kernels(weights, 0, rows, 0, columns, components.floatPointer)
            let packed = try Tensor(uninitialized: components.shape), part = rows * columns
            for index in 0..<components.shape[0] {
                rk_pack_f32(
                    rows, columns, components.floatPointer + index * part, columns, 1,
                    packed.floatPointer + index * part)
            }
            return [packed]
        }[0]
    }
}
