import OneDNN

extension Tensor {
    /// Below this many multiplications a call of BLAS returns before oneDNN has woken its threads.
    private static let smallProduct = 32 * 32 * 32

    /// The product of two stacks of matrices of one float type through oneDNN, times `scale`, of their type or of
    /// another; nil when it has no kernel for them.
    ///
    /// - Parameter swapped: the result's third and second dimension from the end lie in memory in each other's place,
    ///   as heads do between positions.
    static func fastProduct(
        _ a: Tensor, _ b: Tensor, batch: [Int], as type: DType? = nil, scale: Float = 1, swapped: Bool = false
    ) throws -> Tensor? {
        let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
        let rank = batch.count + 2, work = batch.reduce(m * k * n, *)
        guard Engine.usesPrimitives, a.dtype == b.dtype, a.dtype.isFloatingPoint, rank <= ONEDNN_MAX_RANK, work > 0,
            a.dtype == .bfloat16 || work >= smallProduct
        else { return nil }
        let (x, viewX) = try a.matrices(rank: rank), (y, viewY) = try b.matrices(rank: rank)
        let result: Tensor
        if swapped, let heads = batch.last {
            result = try Tensor(uninitialized: batch.dropLast() + [m, heads, n], type ?? a.dtype).transposed(-3, -2)
        } else {
            result = try Tensor(uninitialized: batch + [m, n], type ?? a.dtype)
        }
        return try withExtendedLifetime((x, y)) {
            try Primitives.withEpilogue(scale: scale) {
                var (left, right, out) = (viewX, viewY, result.primitive())
                return try Primitives.ran(onednn_matmul(&left, &right, &out, $0), "@") ? result : nil
            }
        }
    }

    /// x Wᵀ + b with its epilogue in one primitive; nil when there is no kernel for it. Unrecorded.
    ///
    /// Weights that come again are packed; while gradients are recorded they change at every step and are read as
    /// they lie.
    func fastLinear(
        _ weight: Tensor, bias: Tensor?, _ activation: Activation, residual: Tensor?, packing: Bool
    ) throws -> Tensor? {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        guard Engine.usesPrimitives, dtype == weight.dtype, dtype.isFloatingPoint, count > 0, outputs > 0,
            dtype == .bfloat16 || count * outputs >= Tensor.smallProduct, rank > 0
        else { return nil }
        let bias = try bias?.detached().contiguous(), residual = try residual?.detached().to(dtype).contiguous()
        if let bias, !bias.dtype.isFloatingPoint { return nil }
        let rows = count / inputs
        // A row of every so many is read where it lies.
        let direct = rank == 2 && strides[1] == 1 && strides[0] >= inputs
        let x = direct ? self : try contiguous()
        let result = try Tensor(uninitialized: Array(shape.dropLast()) + [outputs], dtype)
        var input = x.primitive([rows, inputs], [direct && rows > 1 ? strides[0] : inputs, 1])
        var output = result.primitive([rows, outputs], [outputs, 1])
        let added = residual?.primitive([rows, outputs], [outputs, 1])
        let status = try withExtendedLifetime((x, residual, bias)) {
            try Primitives.withEpilogue(bias: bias, activation, residual: added) { epilogue in
                if packing {
                    let packed = try PackedWeights.of(weight, for: .linear)
                    if packed.isReused {
                        defer { packed.settle(weight) }
                        return onednn_linear(&input, packed.handle, &output, epilogue)
                    }
                }
                let (w, view) = try weight.transposedView().matrices(rank: 2)
                return withExtendedLifetime(w) {
                    var matrix = view
                    return onednn_matmul(&input, &matrix, &output, epilogue)
                }
            }
        }
        return try Primitives.ran(status, "linear") ? result : nil
    }

    /// The last two dimensions exchanged, unrecorded.
    func transposedView() -> Tensor {
        var (sizes, steps) = (shape, strides)
        sizes.swapAt(rank - 2, rank - 1)
        steps.swapAt(rank - 2, rank - 1)
        return view(sizes, steps)
    }
}
