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
            throw RhumbError("'normal' expects a standard deviation of at least 0, and got \(standardDeviation)")
        }
        let result = try Tensor(uninitialized: shape)
        let buffer = UnsafeMutableBufferPointer(start: result.floatPointer, count: result.count)
        generator.fillNormal(buffer, mean: mean, standardDeviation: standardDeviation)
        return result
    }

    /// Uniform numbers of [low, high), float32.
    public static func rand(_ shape: [Int], low: Float = 0, high: Float = 1, generator: Generator) throws -> Tensor {
        guard low <= high, low.isFinite, high.isFinite else {
            throw RhumbError("'rand' expects its low bound \(low) to be no more than its high bound \(high)")
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
                "'randint' expects a range that is not empty, and got \(range.lowerBound)..<\(range.upperBound)")
        }
        let result = try Tensor(uninitialized: shape, .int64)
        for index in 0..<result.count { result.intPointer[index] = Int64(generator.nextInteger(in: range)) }
        return result
    }

    /// The numbers 0 ..< count in random order, int64.
    public static func permutation(_ count: Int, generator: Generator) throws -> Tensor {
        guard count >= 0 else { throw RhumbError("'permutation' expects a count of at least 0, and got \(count)") }
        let result = try Tensor(uninitialized: [count], .int64)
        let order = result.intPointer
        for index in 0..<count { order[index] = Int64(index) }
        // The draws of `Generator.permutation`, in place.
        for index in 0..<Swift.max(count - 1, 0) {
            if index & 0xF_FFFF == 0 { try Engine.checkCancelled() }
            let other = index + Int(generator.nextWord()) % (count - index)
            if other != index { (order[index], order[other]) = (order[other], order[index]) }
        }
        return result
    }

    /// Indexes drawn with replacement in proportion to weights, int64; see `Generator.choices`.
    public static func choices(weights: [Float], count: Int, generator: Generator) throws -> Tensor {
        guard count >= 0 else { throw RhumbError("'choices' expects a count of at least 0, and got \(count)") }
        let result = try Tensor(uninitialized: [count], .int64)
        let draw = try generator.chooser(weights: weights)
        for index in 0..<count {
            if index & 0xF_FFFF == 0 { try Engine.checkCancelled() }
            result.intPointer[index] = Int64(draw())
        }
        return result
    }

    /// 1 where an event of the given probability happened, else 0: this tensor's shape, int64.
    public func bernoulli(generator: Generator) throws -> Tensor {
        let probabilities = floats
        guard probabilities.allSatisfy({ (0...1).contains($0) }) else {
            throw RhumbError("'bernoulli' expects probabilities from 0 to 1")
        }
        return try Tensor(integers: generator.bernoulli(probabilities).map { $0 ? 1 : 0 }, shape: shape)
    }
}
