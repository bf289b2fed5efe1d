import Basics
import Kernels

extension Tensor {
    /// Tensors end to end along `axis`; their other sizes must agree.
    public static func concatenated(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
        guard let first = tensors.first else { throw RhumbError("'tensors' of 'concat' must not be empty") }
        let at = try first.resolve(axis: axis, in: "concat")
        var shape = first.shape
        for other in tensors.dropFirst() {
            var expected = shape
            expected[at] = other.rank == first.rank ? other.shape[at] : 0
            guard other.shape == expected else {
                throw RhumbError.shapes(
                    first.shape, other.shape, in: "concat", because: "they may differ in dimension \(at) only")
            }
            guard other.dtype == first.dtype else {
                throw RhumbError.dtype(
                    other.dtype, of: "tensors", in: "concat", must: "all be \(first.dtype.rawValue), as the first is")
            }
            shape[at] += other.shape[at]
        }
        let profile = Profile.entering(.operation, "concat")
        defer { profile?.leave() }
        let result = try Tensor(uninitialized: shape, first.dtype)
        var start = 0
        for tensor in tensors where tensor.shape[at] > 0 {
            try result.sliced(at, from: start, to: start + tensor.shape[at]).assign(tensor)
            start += tensor.shape[at]
        }
        let sizes = tensors.map { $0.shape[at] }
        return result.recorded("concat", tensors) { gradient in
            var start = 0
            return try sizes.map { size in
                defer { start += size }
                return try gradient.sliced(at, from: start, to: start + size)
            }
        }
    }

    /// Tensors of one shape along a new dimension before `axis`.
    public static func stacked(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
        guard let first = tensors.first else { throw RhumbError("'tensors' of 'stack' must not be empty") }
        for other in tensors where other.shape != first.shape {
            throw RhumbError.shapes(first.shape, other.shape, in: "stack", because: "they must be equal")
        }
        return try concatenated(tensors.map { try $0.unsqueezed(axis) }, axis: axis)
    }

    /// Rows of this tensor along `axis`, picked by index (which may repeat, and count from the end when negative).
    public func gathered(_ axis: Int = 0, _ indexes: [Int]) throws -> Tensor {
        let at = try resolve(axis: axis, in: "index")
        let size = shape[at]
        let picked = try indexes.map { index in
            let resolved = index < 0 ? index + size : index
            guard resolved >= 0, resolved < size else { throw RhumbError.index(index, size: size, in: "index") }
            return resolved
        }
        let profile = Profile.entering(.operation, "gather")
        defer { profile?.leave() }
        let source = try detached().contiguous()
        var target = shape
        target[at] = picked.count
        let result = try Tensor(uninitialized: target, dtype)
        let inner = shape[(at + 1)...].reduce(1, *), outer = shape[..<at].reduce(1, *)
        let width = inner * dtype.byteCount
        for o in 0..<outer {
            for (i, index) in picked.enumerated() {
                (result.address + (o * picked.count + i) * width).copyMemory(
                    from: source.address + (o * size + index) * width, byteCount: width)
            }
        }
        return result.recorded("index", [self]) { [shape] gradient in
            let whole = try Tensor.zeros(shape)
            let g = try gradient.to(.float32).contiguous()
            for o in 0..<outer {
                for (i, index) in picked.enumerated() {
                    let to = whole.floatPointer + (o * size + index) * inner
                    rk_binary_f32(RK_ADD, inner, to, 1, g.floatPointer + (o * picked.count + i) * inner, 1, to)
                }
            }
            return [try whole.to(self.dtype)]
        }
    }

    /// Rows of an embedding table [entries, width] for identifiers of any shape: the identifiers' shape, then width.
    public func embedded(_ identifiers: Tensor) throws -> Tensor {
        guard rank == 2 else {
            throw RhumbError.shape(shape, of: "table", in: "embedding", must: "be a matrix [entries, width]")
        }
        guard identifiers.dtype == .int64 else {
            throw RhumbError.dtype(identifiers.dtype, of: "identifiers", in: "embedding", must: "be int64")
        }
        return try gathered(0, identifiers.ints).reshaped(identifiers.shape + [shape[1]])
    }

    /// One element of each row along the last dimension: row r of the flattened leading dimensions gives
    /// element `indexes[r]`.
    public func picked(_ indexes: [Int]) throws -> Tensor {
        guard let columns = shape.last, columns > 0, indexes.count == count / columns else {
            throw RhumbError.shape(
                shape, in: "pick", must: "have as many rows as there are indexes, \(indexes.count)")
        }
        for index in indexes where index < 0 || index >= columns {
            throw RhumbError.index(index, size: columns, in: "pick")
        }
        let flat = indexes.enumerated().map { $0.offset * columns + $0.element }
        return try reshaped([count]).gathered(0, flat).reshaped(Array(shape.dropLast()))
    }

    /// Elements in the order that sorts `axis`, and that order as int64. NaN counts as larger than every number.
    public func sorted(_ axis: Int = -1, descending: Bool = false) throws -> (values: Tensor, order: Tensor) {
        let at = try resolve(axis: axis, in: "sort")
        let moved = try transposed(at, -1).contiguous()
        let columns = moved.shape.last ?? 1
        let order = moved.orderOfRows(columns: columns, descending: descending)
        let ordered = try Tensor(integers: order, shape: moved.shape)
        let flat = order.enumerated().map { $0.offset / Swift.max(columns, 1) * columns + $0.element }
        let sortedValues = try moved.reshaped([moved.count]).gathered(0, flat).reshaped(moved.shape)
        return (try sortedValues.transposed(at, -1), try ordered.transposed(at, -1))
    }
}
