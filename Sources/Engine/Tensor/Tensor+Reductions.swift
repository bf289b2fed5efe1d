import Basics
import Kernels

extension Tensor {
    /// The dimensions to reduce, checked and in order; all of them when absent.
    private func reduced(_ axes: [Int]?, in name: String) throws -> [Int] {
        guard let axes else { return Array(0..<rank) }
        let resolved = try axes.map { try resolve(axis: $0, in: name) }.sorted()
        guard Set(resolved).count == resolved.count else {
            throw RhumbError("'axis' of '\(name)' must name each dimension once, not \(axes)")
        }
        return resolved
    }

    private func shape(without axes: [Int], keepDims: Bool) -> [Int] {
        keepDims
            ? shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
            : shape.enumerated().filter { !axes.contains($0.offset) }.map(\.element)
    }

    /// This tensor as contiguous float32 rows, one for each element of the result.
    private func rows(over axes: [Int]) throws -> (rows: Int, columns: Int, source: Tensor) {
        let kept = (0..<rank).filter { !axes.contains($0) }
        let source = try detached().to(.float32).permuted(kept + axes).contiguous()
        let columns = axes.reduce(1) { $0 * shape[$1] }
        return (kept.reduce(1) { $0 * shape[$1] }, columns, source)
    }

    private func reduce(_ op: rk_reduce_op, _ axes: [Int], keepDims: Bool) throws -> Tensor {
        try StopFlag.check()
        let profile = Profile.entering(.operation, op == RK_SUM ? "sum" : "norm")
        defer { profile?.leave() }
        let result = try Tensor(uninitialized: shape(without: axes, keepDims: keepDims))
        // Neighbouring dimensions before the last: add whole rows up instead of transposing.
        if op == RK_SUM, let first = axes.first, axes == Array(first..<first + axes.count), axes.count < rank - first {
            try sumColumns(axes, into: result)
            return result
        }
        let (rows, columns, source) = try rows(over: axes)
        rk_reduce_rows_f32(op, rows, columns, source.floatPointer, result.floatPointer)
        return result
    }

    /// Sums over a run of dimensions that does not reach the last, into the float32 `result`.
    private func sumColumns(_ axes: [Int], into result: Tensor) throws {
        let isBFloat16 = dtype == .bfloat16
        let source = try detached().to(isBFloat16 ? .bfloat16 : .float32).contiguous()
        let outer = shape[..<axes[0]].reduce(1, *), rows = axes.reduce(1) { $0 * shape[$1] }
        let columns = outer == 0 ? 0 : result.count / outer
        for o in 0..<outer {
            let to = result.floatPointer + o * columns, from = o * rows * columns
            isBFloat16
                ? rk_sum_columns_bf16(rows, columns, source.halfPointer + from, to)
                : rk_sum_columns_f32(rows, columns, source.floatPointer + from, to)
        }
    }

    /// The sums of a matrix's columns, in float32 whatever it is of; unrecorded.
    func columnSums() throws -> Tensor {
        let result = try Tensor(uninitialized: [shape[1]])
        try sumColumns([0], into: result)
        return result
    }

    public func sum(_ axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        let axes = try reduced(axes, in: "sum")
        if dtype == .int64 {
            return try integerSum(axes, into: Tensor(uninitialized: shape(without: axes, keepDims: keepDims), .int64))
        }
        let result = try reduce(RK_SUM, axes, keepDims: keepDims).to(dtype)
        return result.recorded("sum", [self]) { [try self.spread($0, axes)] }
    }

    /// A gradient of the reduced shape, repeated over the reduced dimensions.
    private func spread(_ gradient: Tensor, _ axes: [Int]) throws -> Tensor {
        try gradient.reshaped(shape(without: axes, keepDims: true)).expanded(shape)
    }

    public func mean(_ axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        let reducedAxes = try reduced(axes, in: "mean")
        let n = reducedAxes.reduce(1) { $0 * shape[$1] }
        guard n > 0 else { throw RhumbError.shape(shape, in: "mean", must: "have at least one element") }
        if dtype == .int64 {
            return try integerMean(
                reducedAxes, into: Tensor(uninitialized: shape(without: reducedAxes, keepDims: keepDims)))
        }
        return try sum(reducedAxes, keepDims: keepDims) * (1 / Float(n))
    }

    /// Mean squared distance from the mean, divided by n − `correction` (1: the unbiased estimate).
    public func variance(_ axes: [Int]? = nil, correction: Int = 1, keepDims: Bool = false) throws -> Tensor {
        let reducedAxes = try reduced(axes, in: "var")
        let n = reducedAxes.reduce(1) { $0 * shape[$1] }
        guard n > correction else {
            throw RhumbError.shape(
                shape, in: "var", must: "have more than \(Words.count(correction, "element"))")
        }
        let centred = try self - mean(reducedAxes, keepDims: true)
        return try centred.squared().sum(reducedAxes, keepDims: keepDims) * (1 / Float(n - correction))
    }

    public func standardDeviation(_ axes: [Int]? = nil, correction: Int = 1, keepDims: Bool = false) throws -> Tensor {
        try variance(axes, correction: correction, keepDims: keepDims).squareRoot()
    }

    public func max(_ axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try extreme(RK_MAXIMUM, "max", axes, keepDims: keepDims)
    }

    public func min(_ axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try extreme(RK_MINIMUM, "min", axes, keepDims: keepDims)
    }

    /// The gradient is shared equally among elements that tie.
    private func extreme(_ op: rk_reduce_op, _ name: StaticString, _ axes: [Int]?, keepDims: Bool) throws -> Tensor {
        let axes = try reduced(axes, in: "\(name)")
        guard axes.reduce(1, { $0 * shape[$1] }) > 0 else {
            throw RhumbError.shape(shape, in: "\(name)", must: "have at least one element")
        }
        if dtype == .int64 {
            let result = try Tensor(uninitialized: shape(without: axes, keepDims: keepDims), .int64)
            return try integerExtreme(maximum: op == RK_MAXIMUM, places: false, axes, into: result)
        }
        let result = try reduce(op, axes, keepDims: keepDims).to(dtype)
        let kept = result.detached()
        return result.recorded(name, [self]) {
            let hit = try self.detached().isEqual(to: self.spread(kept, axes))
            return [try hit / hit.sum(axes, keepDims: true) * self.spread($0, axes)]
        }
    }

    /// Indexes of the largest elements along `axis` (the first of equals, or of NaN), int64.
    public func argmax(_ axis: Int = -1) throws -> Tensor { try arg(maximum: true, axis, "argmax") }

    /// Indexes of the smallest elements along `axis` (the first of equals, or of NaN), int64.
    public func argmin(_ axis: Int = -1) throws -> Tensor { try arg(maximum: false, axis, "argmin") }

    private func arg(maximum: Bool, _ axis: Int, _ name: String) throws -> Tensor {
        let at = try resolve(axis: axis, in: name)
        guard shape[at] > 0 else {
            throw RhumbError.shape(shape, in: name, must: "have at least one element in dimension \(axis)")
        }
        let result = try Tensor(uninitialized: shape(without: [at], keepDims: false), .int64)
        if dtype == .int64 { return try integerExtreme(maximum: maximum, places: true, [at], into: result) }
        let (rows, columns, source) = try rows(over: [at])
        rk_arg_rows_f32(maximum ? 1 : 0, rows, columns, source.floatPointer, result.intPointer)
        return result
    }

    /// The Euclidean length, over all elements or along `axes`.
    public func norm(_ axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        let axes = try reduced(axes, in: "norm")
        let result = try reduce(RK_SUM_OF_SQUARES, axes, keepDims: keepDims).squareRoot()
        let kept = result.detached()
        return result.recorded("norm", [self]) {
            // The length has no derivative at 0; 0 is the convention.
            let safe = try Tensor.maximum(kept, Tensor(Float.leastNormalMagnitude))
            return [try self.detached() * self.spread($0 / safe, axes)]
        }
    }

    /// This tensor divided by its length along `axis`, lengths below `epsilon` counting as `epsilon`.
    public func normalized(_ axis: Int = -1, epsilon: Float = 1e-12) throws -> Tensor {
        try self / Tensor.maximum(norm([axis], keepDims: true), Tensor(epsilon))
    }

    /// Running sums along `axis`.
    public func cumulativeSum(_ axis: Int = -1) throws -> Tensor {
        let at = try resolve(axis: axis, in: "cumsum")
        if dtype == .int64 { return try integerRunningSums(at) }
        func running(_ source: Tensor, reversed: Bool) throws -> Tensor {
            let moved = try source.detached().to(.float32).transposed(at, -1).copied()
            let n = moved.shape.last ?? 1
            for row in 0..<(n == 0 ? 0 : moved.count / n) {
                var total = 0.0
                for i in 0..<n {
                    let at = row * n + (reversed ? n - 1 - i : i)
                    total += Double(moved.floatPointer[at])
                    moved.floatPointer[at] = Float(total)
                }
            }
            return try moved.transposed(at, -1)
        }
        return try running(self, reversed: false).recorded("cumsum", [self]) { [try running($0, reversed: true)] }
    }
}
