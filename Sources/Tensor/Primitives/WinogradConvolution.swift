import Kernels
import OneDNN

/// The 3×3 convolution of step 1 by Winograd's way, F(4×4, 3×3): a quarter of the multiplications, and a rounding error
/// 2 to 3 times that of the direct sum; see `winograd.c`.
///
/// Which convolutions go this way depends on the weights and the size of one picture, never on how many there are: a
/// picture comes out the same alone and among others.
struct WinogradConvolution {
    /// [outputs, inputs, 3, 3]
    private let weight: Tensor

    /// Components take four times the memory of weights; up to so many weights they are kept.
    private static let mostKept = 1 << 17
    /// Beyond that they are made for each use, which pays for a large picture.
    private static let mostMade = 5 << 18
    private static let fewestTiles = 64

    /// Nil where another way is needed or faster.
    init?(_ weight: Tensor, _ geometry: Convolution, over picture: Tensor) {
        guard picture.dtype == .float32, weight.dtype == .float32, geometry == Convolution(padding: 1),
            Array(weight.shape[2...]) == [3, 3], weight.isContiguous,
            weight.shape[0] % RK_WINOGRAD_CHANNELS == 0,
            weight.shape[1] % RK_WINOGRAD_CHANNELS == 0
        else { return nil }
        self.weight = weight
        let grid = rk_winograd_grid(batch: 1, height: picture.shape[1], width: picture.shape[2])
        guard isKept || (pairs <= Self.mostMade && rk_winograd_tiles(grid) >= Self.fewestTiles) else { return nil }
    }

    private var pairs: Int { weight.shape[0] * weight.shape[1] }
    private var isKept: Bool { pairs <= Self.mostKept }

    /// y = x ∗ w + b + residual, written to `y`.
    func forward(_ x: Tensor, bias: Tensor?, residual: Tensor?, into y: Tensor) throws -> Tensor? {
        try run(x, flipped: false, bias: bias, residual: residual, into: y)
    }

    /// dx from dy, written to `dx`.
    func backwardData(_ dy: Tensor, into dx: Tensor) throws -> Tensor? {
        try run(dy, flipped: true, bias: nil, residual: nil, into: dx)
    }

    private func run(_ x: Tensor, flipped: Bool, bias: Tensor?, residual: Tensor?, into y: Tensor) throws -> Tensor? {
        let components = isKept
            ? try weight.storage.derived(.init(weight, flipped ? .flippedComponents : .components)) {
                [try made(flipped: flipped)]
            }[0]
            : try made(flipped: flipped)
        let packed = isKept ? try PackedWeights.of(components, for: .stack) : nil
        let bias = try bias?.to(.float32)
        var (input, output) = (x.primitive(), y.primitive())
        let status = withExtendedLifetime((x, bias, residual, components)) {
            if let packed {
                return onednn_winograd(&input, packed.handle, nil, bias?.floatPointer, residual?.floatPointer, &output)
            }
            var plain = components.primitive()
            return onednn_winograd(&input, nil, &plain, bias?.floatPointer, residual?.floatPointer, &output)
        }
        guard try Primitives.ran(status, "conv2d") else { return nil }
        packed?.settle(components)
        return y
    }

    /// [36, inputs, outputs], or flipped [36, outputs, inputs].
    private func made(flipped: Bool) throws -> Tensor {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let rows = flipped ? outputs : inputs
        let result = try Tensor(uninitialized: [RK_WINOGRAD_PARTS, rows, flipped ? inputs : outputs])
        rk_winograd_kernels_f32(outputs, inputs, flipped ? 1 : 0, weight.floatPointer, result.floatPointer)
        return result
    }
}
