import Basics
import Kernels

// Arithmetic of int64 alone. It is exact: a result that has no place in int64 is an error. Beside a floating-point
// tensor integers become float32, as in PyTorch, and so they do under division and functions such as exp.

extension Tensor {
    /// nil for what leaves the integers: division and arctangent.
    static func integers(_ op: rk_binary_op, _ name: String, _ a: Tensor, _ b: Tensor, _ shape: [Int]) throws -> Tensor?
    {
        switch op {
        case RK_DIV, RK_ATAN2: return nil
        case RK_GREATER, RK_GREATER_EQUAL, RK_LESS, RK_LESS_EQUAL, RK_EQUAL, RK_NOT_EQUAL:
            return try comparedIntegers(op, a, b, shape)
        default: break
        }
        let x = try a.expanded(shape), y = try b.expanded(shape)
        let result = try Tensor(uninitialized: shape, .int64)
        try StridedLoop(shape, [x.strides, y.strides]).run { offsets, n, inner in
            let (left, right) = (x.intPointer + offsets[0], y.intPointer + offsets[1])
            let done = rk_binary_i64(op, n, left, inner[0], right, inner[1], result.intPointer + offsets[2])
            guard done == n else { throw RhumbError.integers(name, left[done * inner[0]], right[done * inner[1]]) }
        }
        return result
    }

    private static func comparedIntegers(_ op: rk_binary_op, _ a: Tensor, _ b: Tensor, _ shape: [Int]) throws -> Tensor
    {
        let x = try a.expanded(shape), y = try b.expanded(shape)
        let result = try Tensor(uninitialized: shape)
        StridedLoop(shape, [x.strides, y.strides]).run { offsets, n, inner in
            rk_compare_i64(
                op, n, x.intPointer + offsets[0], inner[0], y.intPointer + offsets[1], inner[1],
                result.floatPointer + offsets[2])
        }
        return result
    }

    /// nil for functions whose results are not integers.
    func integers(_ op: rk_unary_op, _ name: StaticString) throws -> Tensor? {
        switch op {
        case RK_FLOOR, RK_CEIL, RK_ROUND: return self
        case RK_SQUARE: return try self * self
        case RK_NEG: return try Tensor(integers: [0], shape: []) - self
        case RK_ABS: return try Tensor.maximum(self, -self)
        case RK_RELU: return try Tensor.maximum(self, Tensor(integers: [0], shape: []))
        case RK_SIGN:
            let bounds = try (Tensor(integers: [-1], shape: []), Tensor(integers: [1], shape: []))
            return try Tensor.minimum(Tensor.maximum(self, bounds.0), bounds.1)
        default: return nil
        }
    }

    /// `a` where `on` (float32, contiguous, of the common shape) is not 0, else `b`.
    static func selectIntegers(_ on: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
        let x = try a.expanded(on.shape).contiguous(), y = try b.expanded(on.shape).contiguous()
        let result = try Tensor(uninitialized: on.shape, .int64)
        for i in 0..<result.count { result.intPointer[i] = on.floatPointer[i] != 0 ? x.intPointer[i] : y.intPointer[i] }
        return result
    }
}

// MARK: Making

extension Tensor {
    /// An int64 tensor filled with one number.
    public static func full(_ shape: [Int], integer value: Int) throws -> Tensor {
        let result = try Tensor(uninitialized: shape, .int64)
        result.intPointer.update(repeating: Int64(value), count: result.count)
        return result
    }

    /// first, first + step, … below `end` (above, for a negative step), int64.
    public static func arange(integers first: Int, _ end: Int, step: Int = 1) throws -> Tensor {
        guard step != 0 else { throw RhumbError("'step' of 'arange' must not be 0") }
        let (distance, isTooFar) = end.subtractingReportingOverflow(first)
        guard !isTooFar else { throw RhumbError("'arange' can't go from \(first) to \(end): that is too far") }
        let (whole, rest) = distance.quotientAndRemainder(dividingBy: step)
        let count = (distance > 0) == (step > 0) ? whole + (rest == 0 ? 0 : 1) : 0
        let result = try Tensor(uninitialized: [count], .int64)
        for i in 0..<count { result.intPointer[i] = Int64(first + i * step) }
        return result
    }
}

// MARK: Products

extension Tensor {
    /// The matrix product of int64 tensors, exactly; shapes as for `matmul`.
    public func integerProduct(_ other: Tensor) throws -> Tensor {
        guard rank > 0, other.rank > 0 else {
            throw RhumbError.shapes(
                shape, other.shape, in: "@", because: "a scalar can't be multiplied as a matrix, use *")
        }
        if rank == 1 { return try unsqueezed(0).integerProduct(other).squeezed(other.rank == 1 ? 0 : -2) }
        if other.rank == 1 { return try integerProduct(other.unsqueezed(1)).squeezed(-1) }
        let (m, k, n) = (shape[rank - 2], shape[rank - 1], other.shape[other.rank - 1])
        guard k == other.shape[other.rank - 2] else {
            throw RhumbError.shapes(
                shape, other.shape, in: "@", because: "the inner sizes \(k) and \(other.shape[other.rank - 2]) differ")
        }
        let batch = try Tensor.broadcast(Array(shape.dropLast(2)), Array(other.shape.dropLast(2)), in: "@")
        let x = try expanded(batch + [m, k]).contiguous(), y = try other.expanded(batch + [k, n]).contiguous()
        let result = try Tensor(uninitialized: batch + [m, n], .int64)
        for i in 0..<(result.count == 0 ? 0 : result.count / (m * n)) {
            try StopFlag.check()
            let fits = rk_product_i64(
                m, k, n, x.intPointer + i * m * k, y.intPointer + i * k * n, result.intPointer + i * m * n)
            guard fits == 1 else { throw RhumbError.integerRange(in: "@") }
        }
        return result
    }
}

// MARK: Reductions

extension Tensor {
    /// Contiguous rows over the dimensions `axes`, one for each element of the result.
    private func integerRows(over axes: [Int]) throws -> (columns: Int, source: Tensor) {
        let kept = (0..<rank).filter { !axes.contains($0) }
        return (axes.reduce(1) { $0 * shape[$1] }, try detached().permuted(kept + axes).contiguous())
    }

    func integerSum(_ axes: [Int], into result: Tensor) throws -> Tensor {
        let (columns, source) = try integerRows(over: axes)
        guard rk_sum_rows_i64(result.count, columns, source.intPointer, result.intPointer) == 1 else {
            throw RhumbError.integerRange(in: "sum")
        }
        return result
    }

    /// Exact up to the last step, which rounds to float32.
    func integerMean(_ axes: [Int], into result: Tensor) throws -> Tensor {
        let (columns, source) = try integerRows(over: axes)
        rk_mean_rows_i64(result.count, columns, source.intPointer, result.floatPointer)
        return result
    }

    /// Into an int64 `result`, the largest or smallest element of each row; or its place.
    func integerExtreme(maximum: Bool, places: Bool, _ axes: [Int], into result: Tensor) throws -> Tensor {
        let (columns, source) = try integerRows(over: axes)
        rk_extreme_rows_i64(
            maximum ? 1 : 0, result.count, columns, source.intPointer, places ? nil : result.intPointer,
            places ? result.intPointer : nil)
        return result
    }

    func integerRunningSums(_ axis: Int) throws -> Tensor {
        let moved = try detached().transposed(axis, -1).copied()
        let columns = moved.shape.last ?? 1
        let rows = columns == 0 ? 0 : moved.count / columns
        guard rk_running_sums_i64(rows, columns, moved.intPointer) == 1 else {
            throw RhumbError.integerRange(in: "cumsum")
        }
        return try moved.transposed(axis, -1)
    }
}

// MARK: Comparing

extension Tensor {
    /// Whether both have the same shape and the same elements. Integers are compared exactly, also with floating-point
    /// numbers; NaN equals nothing.
    public func hasSameElements(as other: Tensor) -> Bool {
        guard shape == other.shape else { return false }
        if count == 0 { return true }
        guard let x = try? detached().contiguous(), let y = try? other.detached().contiguous() else { return false }
        switch (x.dtype == .int64, y.dtype == .int64) {
        case (false, false): return x.floats == y.floats
        case (true, true):
            return (0..<count).allSatisfy { x.intPointer[$0] == y.intPointer[$0] }
        case (true, false): return x.ints.elementsEqual(y.floats) { Int(exactly: $1) == $0 }
        case (false, true): return other.hasSameElements(as: self)
        }
    }

    /// The elements of `axis` in order: the places of the rows of [rows, columns], ties as they came. NaN counts as
    /// larger than every number, as in PyTorch.
    func orderOfRows(columns: Int, descending: Bool) -> [Int] {
        var order: [Int] = []
        order.reserveCapacity(count)
        let rows = columns == 0 ? 0 : count / columns
        if dtype == .int64 {
            for row in 0..<rows {
                let values = intPointer + row * columns
                order += (0..<columns).sorted { i, j in
                    let (x, y) = (values[i], values[j])
                    return x == y ? i < j : (descending ? x > y : x < y)
                }
            }
            return order
        }
        let values = floats
        for row in 0..<rows {
            let base = row * columns
            order += (0..<columns).sorted { i, j in
                let x = values[base + i], y = values[base + j]
                if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? i < j : (descending ? x.isNaN : y.isNaN) }
                return x == y ? i < j : (descending ? x > y : x < y)
            }
        }
        return order
    }
}
