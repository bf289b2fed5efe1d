import Basics

extension Generator {
    /// Indexes drawn with replacement in proportion to weights: `torch.multinomial(weights, count, replacement=True)`
    /// on float32, for counts of 2 and more (a single one PyTorch draws by another way).
    /// - Parameter weights: need no normalisation; finite, not negative, not all zero.
    /// - Throws: `RhumbError` for weights that are not a distribution.
    public func choices(weights: [Float], count: Int) throws -> [Int] {
        let draw = try chooser(weights: weights)
        return (0..<count).map { _ in draw() }
    }

    /// One draw after the other.
    func chooser(weights: [Float]) throws -> () -> Int {
        if let bad = weights.first(where: { !($0 >= 0 && $0.isFinite) }) {
            throw RhumbError("'weights' of 'choices' must be finite and at least 0, not \(bad)")
        }
        var cumulative: [Float] = []
        cumulative.reserveCapacity(weights.count)
        var total: Float = 0
        for weight in weights {
            total += weight
            cumulative.append(total)
        }
        guard total.isFinite else { throw RhumbError("'weights' of 'choices' must have a finite sum") }
        guard total > 0 else { throw RhumbError("one of the weights of 'choices' must be above 0") }
        for index in cumulative.indices { cumulative[index] /= total }
        cumulative[cumulative.count - 1] = 1
        return { [self, cumulative] in
            let draw = nextUniformDouble()
            // The first entry that is not below the draw.
            var low = 0
            var high = cumulative.count
            while low < high {
                let middle = (low + high) / 2
                if Double(cumulative[middle]) < draw { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}
