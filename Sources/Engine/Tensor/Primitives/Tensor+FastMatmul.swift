import OneDNN

extension Tensor {
    /// The product of two stacks of matrices of one float type, times `scale`, of their type or of another; nil for
    /// other types.
    ///
    /// - Parameter swapped: the result's third and second dimension from the end lie in memory in each other's place,
    ///   as heads do between positions.
    /// - Parameter place: where the result is to be, of its shape and type; in memory of its own when absent.
    static func fastProduct(
        _ a: Tensor, _ b: Tensor, batch: [Int], as type: DType? = nil, scale: Float = 1, swapped: Bool = false,
        into place: Tensor? = nil
    ) throws -> Tensor? {
        let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
        guard Engine.usesPrimitives, a.dtype == b.dtype, a.dtype.isFloatingPoint, batch.reduce(m * k * n, *) > 0 else {
            return nil
        }
        func result(_ dtype: DType) throws -> Tensor {
            if let place, place.dtype == dtype { return place }
            guard swapped, let heads = batch.last else { return try Tensor(uninitialized: batch + [m, n], dtype) }
            return try Tensor(uninitialized: batch.dropLast() + [m, heads, n], dtype).transposed(-3, -2)
        }
        let isBFloat16 = a.dtype == .bfloat16
        if isBFloat16 && Engine.multipliesBFloat16 {
            return try primitiveProduct(a, b, batch: batch, scale: scale, into: result(type ?? a.dtype))
        }
        let product = try result(.float32)
        try Product.ofStacks(a.to(.float32), b.to(.float32), batch: batch, scale: scale, into: product)
        guard let place, place !== product else { return try product.to(type ?? a.dtype) }
        try place.assign(product.to(place.dtype))
        return place
    }

    /// The product by oneDNN; nil when it has no kernel for it.
    private static func primitiveProduct(
        _ a: Tensor, _ b: Tensor, batch: [Int], scale: Float, into result: Tensor
    ) throws -> Tensor? {
        let rank = batch.count + 2
        guard rank <= ONEDNN_MAX_RANK else { return nil }
        Engine.count(
            products: batch.reduce(a.shape[a.rank - 2], *), a.shape[a.rank - 1], b.shape[b.rank - 1], in: a.dtype)
        let (x, viewX) = try a.matrices(rank: rank), (y, viewY) = try b.matrices(rank: rank)
        return try withExtendedLifetime((x, y)) {
            try Primitives.withEpilogue(scale: scale) {
                var (left, right, out) = (viewX, viewY, result.primitive())
                return try Primitives.ran(onednn_matmul(&left, &right, &out, $0), "@") ? result : nil
            }
        }
    }

    /// x Wᵀ + b with its epilogue at once; nil when there is no kernel for it. Unrecorded.
    ///
    /// Weights that come again are packed; while gradients are recorded they change at every step and are read as
    /// they lie.
    func fastLinear(
        _ weight: Tensor, bias: Tensor?, _ activation: Activation, residual: Tensor?, packing: Bool
    ) throws -> Tensor? {
        guard Engine.usesPrimitives, dtype == weight.dtype, dtype.isFloatingPoint, count > 0, weight.count > 0, rank > 0
        else { return nil }
        if dtype == .bfloat16 && Engine.multipliesBFloat16 {
            return try primitiveLinear(weight, bias: bias, activation, residual: residual, packing: packing)
        }
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let x = try rank == 2 ? to(.float32) : to(.float32).contiguous().reshaped([count / inputs, inputs])
        let bias = try bias?.detached().to(.float32).contiguous()
        let residual = try residual?.detached().to(.float32).contiguous()
        let result = try Tensor(uninitialized: Array(shape.dropLast()) + [outputs])
        var product = Product(x, columns: outputs)
        product.finish(bias: bias, activation, residual: residual)
        let weights = packing ? try ProductWeights.of(weight, for: .linear) : nil
        if let weights, weights.isReused {
            product.multiply(packed: try weights.packed())
            try product.run(into: result.floatPointer)
            weights.settle(weight)
        } else {
            product.multiply(by: try ProductWeights.matrix(weight))
            try product.run(into: result.floatPointer)
        }
        return try result.to(dtype)
    }

    /// The same by oneDNN.
    private func primitiveLinear(
        _ weight: Tensor, bias: Tensor?, _ activation: Activation, residual: Tensor?, packing: Bool
    ) throws -> Tensor? {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let bias = try bias?.detached().contiguous(), residual = try residual?.detached().to(dtype).contiguous()
        if let bias, !bias.dtype.isFloatingPoint { return nil }
        let rows = count / inputs
        Engine.count(products: rows, inputs, outputs, in: dtype)
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
                    let packed = try PrimitiveWeights.of(weight, for: .linear)
                    defer { packed.settle(weight) }
                    return onednn_linear(&input, packed.handle, &output, epilogue)
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
