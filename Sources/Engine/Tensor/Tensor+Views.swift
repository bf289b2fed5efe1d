import Basics
import Kernels

// Other ways to look at the same storage. None of these copies, except `contiguous` and a `reshaped` that must.

extension Tensor {
    /// A view of this tensor's storage.
    func view(_ shape: [Int], _ strides: [Int], offset: Int? = nil) -> Tensor {
        Tensor(storage: storage, shape: shape, strides: strides, offset: offset ?? self.offset, dtype: dtype)
    }

    /// The same elements lying in index order: this tensor itself when they do already.
    public func contiguous() throws -> Tensor {
        if isContiguous { return self }
        let profile = Profile.entering(.operation, "contiguous")
        defer { profile?.leave() }
        let result = try Tensor(uninitialized: shape, dtype)
        copyElements(to: result.address)
        return result.recorded("contiguous", [self]) { [$0] }
    }

    /// A copy with storage of its own, cut off from the graph.
    public func copied() throws -> Tensor {
        let profile = Profile.entering(.operation, "copy")
        defer { profile?.leave() }
        let result = try Tensor(uninitialized: shape, dtype)
        copyElements(to: result.address)
        return result
    }

    /// Overwrites the elements of this view in place. Meant for leaves and for results under construction: nothing
    /// is recorded, and packed copies of the storage become stale.
    public func assign(_ source: Tensor) throws {
        guard source.shape == shape else {
            throw RhumbError.shapes(shape, source.shape, in: "assign", because: "they must be equal")
        }
        let source = try source.detached().to(dtype).contiguous()
        let profile = Profile.entering(.operation, "assign")
        defer { profile?.leave() }
        storage.version += 1
        let loop = StridedLoop(shape, [strides]), width = dtype.byteCount
        if let rows = loop.rows {
            rk_copy_rows(
                rows.count, rows.length * width, source.address, rows.steps.1 * width, address, rows.steps.0 * width)
            return
        }
        loop.run { offsets, n, inner in
            rk_scatter_strided(
                dtype.byteCount, n, source.address + offsets[1] * dtype.byteCount,
                address + offsets[0] * dtype.byteCount, inner[0])
        }
    }

    private func copyElements(to destination: UnsafeMutableRawPointer) {
        let loop = StridedLoop(shape, [strides]), width = dtype.byteCount
        if let rows = loop.rows {
            rk_copy_rows(
                rows.count, rows.length * width, address, rows.steps.0 * width, destination, rows.steps.1 * width)
            return
        }
        loop.run { offsets, n, inner in
            rk_gather_strided(
                dtype.byteCount, n, address + offsets[0] * dtype.byteCount, inner[0],
                destination + offsets[1] * dtype.byteCount)
        }
    }

    /// The same elements in index order under another shape; one size may be -1 and is worked out.
    public func reshaped(_ requested: [Int]) throws -> Tensor {
        var target = requested
        if let free = target.firstIndex(of: -1) {
            target[free] = 1
            guard !target.contains(-1), let known = try? Tensor.elementCount(of: target), known > 0, count % known == 0
            else {
                throw RhumbError.reshape(shape, requested)
            }
            target[free] = count / known
        }
        guard (try? Tensor.elementCount(of: target)) == count else { throw RhumbError.reshape(shape, requested) }
        if target == shape { return self }
        let source = try contiguous()
        let before = shape
        return source.view(target, Tensor.contiguousStrides(target)).recorded("reshape", [self]) {
            [try $0.reshaped(before)]
        }
    }

    /// Dimension i of the result is dimension `order[i]` of this tensor.
    public func permuted(_ order: [Int]) throws -> Tensor {
        let axes = try order.map { try resolve(axis: $0, in: "permute") }
        guard axes.count == rank, Set(axes).count == rank else {
            throw RhumbError("'order' of 'permute' must name each of the \(rank) dimensions once, not \(order)")
        }
        let inverse = axes.inversePermutation
        return view(axes.map { shape[$0] }, axes.map { strides[$0] }).recorded("permute", [self]) {
            [try $0.permuted(inverse)]
        }
    }

    /// Two dimensions exchanged; the last two by default.
    public func transposed(_ a: Int = -2, _ b: Int = -1) throws -> Tensor {
        let first = try resolve(axis: a, in: "transpose"), second = try resolve(axis: b, in: "transpose")
        var order = Array(0..<rank)
        order.swapAt(first, second)
        return try permuted(order)
    }

    /// This tensor repeated along dimensions of size 1 (or missing in front) to fill `target`.
    public func expanded(_ target: [Int]) throws -> Tensor {
        if target == shape { return self }
        _ = try Tensor.elementCount(of: target)
        guard target.count >= rank else { throw RhumbError.cannotBroadcast(shape, target, in: "expand") }
        let missing = target.count - rank
        var widened = [Int](repeating: 0, count: target.count)
        for axis in 0..<rank {
            if shape[axis] == target[missing + axis] {
                widened[missing + axis] = strides[axis]
            } else if shape[axis] != 1 {
                throw RhumbError.cannotBroadcast(shape, target, in: "expand")
            }
        }
        let before = shape
        return view(target, widened).recorded("expand", [self]) { [try $0.summed(to: before)] }
    }

    /// A new dimension of size 1 before `axis`.
    public func unsqueezed(_ axis: Int) throws -> Tensor {
        let at = axis < 0 ? axis + rank + 1 : axis
        guard at >= 0, at <= rank else { throw RhumbError.axis(axis, shape, in: "unsqueeze") }
        var target = shape
        target.insert(1, at: at)
        return try reshapedView(target, insertingAt: at)
    }

    private func reshapedView(_ target: [Int], insertingAt at: Int) throws -> Tensor {
        var steps = strides
        steps.insert(at < rank ? strides[at] * shape[at] : 1, at: at)
        return view(target, steps).recorded("unsqueeze", [self]) { [try $0.squeezed(at)] }
    }

    /// Without the dimension `axis`, which must have size 1.
    public func squeezed(_ axis: Int) throws -> Tensor {
        let at = try resolve(axis: axis, in: "squeeze")
        guard shape[at] == 1 else {
            throw RhumbError("dimension \(axis) of 'x' of 'squeeze' must have size 1, not \(shape[at])")
        }
        var target = shape, steps = strides
        target.remove(at: at)
        steps.remove(at: at)
        return view(target, steps).recorded("squeeze", [self]) { [try $0.unsqueezed(at)] }
    }

    /// Every `step`-th element along `axis` from `start` up to, not including, `end`. A negative step walks down.
    public func sliced(_ axis: Int, from start: Int, to end: Int, step: Int = 1) throws -> Tensor {
        let at = try resolve(axis: axis, in: "slice")
        guard step != 0 else { throw RhumbError("the step of a slice must not be 0") }
        let size =
            step > 0 ? Swift.max(0, (end - start + step - 1) / step) : Swift.max(0, (start - end - step - 1) / -step)
        if size > 0 {
            let last = start + (size - 1) * step
            guard start >= 0, start < shape[at] else { throw RhumbError.index(start, size: shape[at], in: "slice") }
            guard last >= 0, last < shape[at] else { throw RhumbError.index(last, size: shape[at], in: "slice") }
        }
        var target = shape, steps = strides
        target[at] = size
        steps[at] = strides[at] * step
        let before = shape
        return view(target, steps, offset: size > 0 ? offset + start * strides[at] : offset).recorded("slice", [self]) {
            let whole = try Tensor.zeros(before, $0.dtype)
            if size > 0 { try whole.sliced(at, from: start, to: end, step: step).assign($0) }
            return [whole]
        }
    }

    /// The element (a tensor of one dimension less) at `index` along `axis`; negative indexes count from the end.
    public func selected(_ axis: Int, _ index: Int) throws -> Tensor {
        let at = try resolve(axis: axis, in: "select")
        let resolved = index < 0 ? index + shape[at] : index
        guard resolved >= 0, resolved < shape[at] else { throw RhumbError.index(index, size: shape[at], in: "select") }
        return try sliced(at, from: resolved, to: resolved + 1).squeezed(at)
    }
}

extension [Int] {
    /// The order that undoes this one, which has each place once.
    package var inversePermutation: [Int] {
        var inverse = self
        for (to, from) in enumerated() { inverse[from] = to }
        return inverse
    }
}
