/// Integers, orders and events, drawn as PyTorch draws them.
extension Generator {
    /// One integer of a range: a draw of `torch.randint`. An empty range gives its lower bound.
    public func nextInteger(in range: Range<Int>) -> Int {
        let width = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
        guard width > 0 else { return range.lowerBound }
        // From 2^28 on PyTorch takes 64 bits, to keep the remainder's bias small.
        let offset = width >= 1 << 28 ? nextDoubleWord() % width : UInt64(nextWord()) % width
        return range.lowerBound &+ Int(truncatingIfNeeded: offset)
    }

    /// `count` integers of a range: `torch.randint(range.lowerBound, range.upperBound, (count,))`.
    public func integers(count: Int, in range: Range<Int>) -> [Int] {
        (0..<count).map { _ in nextInteger(in: range) }
    }

    /// The integers 0 ..< count in random order: `torch.randperm(count)`.
    public func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<max(count, 0))
        for index in 0..<max(count - 1, 0) {
            order.swapAt(index, index + Int(nextWord()) % (count - index))
        }
        return order
    }

    /// Whether each event happened, given its probability: `torch.bernoulli(probabilities)` on a float32 tensor.
    public func bernoulli(_ probabilities: [Float]) -> [Bool] {
        probabilities.map { nextUniform() < $0 }
    }
}
