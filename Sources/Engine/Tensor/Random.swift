import Basics

/// Random tensors. A generator seeded with n gives the numbers of PyTorch's CPU generator after `torch.manual_seed(n)`.
extension Tensor {
    /// Standard normal numbers, float32.
    public static func randn(_ shape: [Int], generator: Generator) throws -> Tensor {
        try normal(shape, generator: generator)
    }

    /// Normal numbers, float32.
    public static func normal(
        _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1, generator: Generator
    ) throws -> Tensor {
        guard standardDeviation >= 0 else {
            throw RhumbError("the standard deviation of 'normal' must be at least 0, not \(standardDeviation)")
        }
        let result = try Tensor(uninitialized: shape)
        let buffer = UnsafeMutableBufferPointer(start: result.floatPointer, count: result.count)
        generator.fillNormal(buffer, mean: mean, standardDeviation: standardDeviation)
        return result
    }

    /// Uniform numbers of [low, high), float32.
    public static func rand(_ shape: [Int], low: Float = 0, high: Float = 1, generator: Generator) throws -> Tensor {
        guard low <= high, low.isFinite, high.isFinite else {
            throw RhumbError("'low' of 'rand' must be finite and at most 'high', which is \(high), not \(low)")
        }
        let result = try Tensor(uninitialized: shape)
        let buffer = UnsafeMutableBufferPointer(start: result.floatPointer, count: result.count)
        generator.fillUniform(buffer, low: low, high: high)
        return result
    }

    /// Whole numbers of a range, int64.
    public static func randint(_ shape: [Int], in range: Range<Int>, generator: Generator) throws -> Tensor {
        guard !range.isEmpty else {
            throw RhumbError(
                "'high' of 'randint' must be above 'low', which is \(range.lowerBound), not \(range.upperBound)")
        }
        let result = try Tensor(uninitialized: shape, .int64)
        for index in 0..<result.count { result.intPointer[index] = Int64(generator.nextInteger(in: range)) }
        return result
    }

    /// The numbers 0 ..< count in random order, int64.
    public static func permutation(_ count: Int, generator: Generator) throws -> Tensor {
        guard count >= 0 else { throw RhumbError("'count' of 'permutation' must be at least 0, not \(count)") }
        let result = try Tensor(uninitialized: [count], .int64)
        let order = result.intPointer
        for index in 0..<count { order[index] = Int64(index) }
        // The draws of `Generator.permutation`, in place.
        for index in 0..<Swift.max(count - 1, 0) {
            if index & 0xF_FFFF == 0 { try StopFlag.check() }
            let other = index + Int(generator.nextWord()) % (count - index)
            if other != index { (order[index], order[other]) = (order[other], order[index]) }
        }
        return result
    }

    /// Indexes drawn with replacement in proportion to weights, int64; see `Generator.choices`.
    public static func choices(weights: [Float], count: Int, generator: Generator) throws -> Tensor {
        guard count >= 0 else { throw RhumbError("'count' of 'choices' must be at least 0, not \(count)") }
        let result = try Tensor(uninitialized: [count], .int64)
        let draw = try generator.chooser(weights: weights)
        for index in 0..<count {
            if index & 0xF_FFFF == 0 { try StopFlag.check() }
            result.intPointer[index] = Int64(draw())
        }
        return result
    }

    /// 1 where an event of the given probability happened, else 0: this tensor's shape, int64.
    public func bernoulli(generator: Generator) throws -> Tensor {
        let probabilities = floats
        if let wrong = probabilities.first(where: { !(0...1).contains($0) }) {
            throw RhumbError("the probabilities of 'bernoulli' must be from 0 to 1, not \(wrong)")
        }
        return try Tensor(integers: generator.bernoulli(probabilities).map { $0 ? 1 : 0 }, shape: shape)
    }
}
