/// A walk over the elements of operands that share a shape but not their strides, as few long inner runs.
///
/// Neighbouring dimensions that lie the same way in every operand are merged, so contiguous operands give one run.
/// The last operand is always the contiguous result.
struct StridedLoop {
    private var sizes: [Int]
    private var steps: [[Int]]  // [operand][dimension]

    init(_ shape: [Int], _ operands: [[Int]]) {
        let all = operands + [Tensor.contiguousStrides(shape)]
        sizes = []
        steps = all.map { _ in [] }
        for axis in shape.indices where shape[axis] != 1 {
            let mergeable =
                !sizes.isEmpty
                && all.indices.allSatisfy { steps[$0].last! == all[$0][axis] * shape[axis] }
            if mergeable {
                sizes[sizes.count - 1] *= shape[axis]
                for k in all.indices { steps[k][steps[k].count - 1] = all[k][axis] }
            } else {
                sizes.append(shape[axis])
                for k in all.indices { steps[k].append(all[k][axis]) }
            }
        }
        if sizes.isEmpty {
            sizes = [shape.contains(0) ? 0 : 1]
            steps = all.map { _ in [1] }
        }
    }

    /// The copy of rows that this walk amounts to, where it does: neighbours in each row, and two operands.
    var rows: (count: Int, length: Int, steps: (Int, Int))? {
        guard steps.count == 2, steps.allSatisfy({ $0.last == 1 }), sizes.count <= 2, !sizes.contains(0) else {
            return nil
        }
        return sizes.count == 1
            ? (1, sizes[0], (sizes[0], sizes[0])) : (sizes[0], sizes[1], (steps[0][0], steps[1][0]))
    }

    /// Calls `body` once a run with each operand's offset (in elements), the run's length and the inner strides.
    func run(_ body: (_ offsets: [Int], _ n: Int, _ inner: [Int]) throws -> Void) rethrows {
        guard !sizes.contains(0) else { return }
        let inner = steps.map { $0.last! }
        let outer = sizes.count - 1
        var offsets = [Int](repeating: 0, count: steps.count)
        var index = [Int](repeating: 0, count: outer)
        while true {
            try body(offsets, sizes[outer], inner)
            var axis = outer - 1
            while axis >= 0 {
                index[axis] += 1
                for k in steps.indices { offsets[k] += steps[k][axis] }
                if index[axis] < sizes[axis] { break }
                for k in steps.indices { offsets[k] -= steps[k][axis] * sizes[axis] }
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}
