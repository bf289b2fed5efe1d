import Tensor

/// The formula that weights and inputs follow in every program.
enum FormulaNumbers {
    /// Numbers in -1…1, repeating after a prime length: a linear congruential sequence.
    static let block: [Float] = {
        var state: UInt32 = 1
        return (0..<1_000_003).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(Int32(bitPattern: state)) / 2_147_483_648
        }
    }()

    /// - Parameter start: where in the block the numbers begin.
    static func filled(_ shape: [Int], scale: Float, from start: Int = 0) throws -> Tensor {
        let count = shape.reduce(1, *)
        let values = [Float](unsafeUninitializedCapacity: count) { values, filled in
            block.withUnsafeBufferPointer { block in
                for index in 0..<count { values[index] = block[(start + index) % block.count] * scale }
            }
            filled = count
        }
        return try Tensor(values, shape: shape)
    }

    /// Parameters of a model: matrices are numbers of variance 1 / inputs; norms are ones, biases and vectors zeros.
    static var source: ParameterSource {
        ParameterSource { _, shape, start in
            if shape.count < 2 { return try start == .ones ? Tensor.ones(shape) : Tensor.zeros(shape) }
            let inputs = shape.dropFirst().reduce(1, *)
            return try filled(shape, scale: (3 / Float(inputs)).squareRoot())
        }
    }

    /// One number in which a difference in any of the results shows.
    static func sum(_ results: [Float]) -> Double {
        results.enumerated().reduce(0) { $0 + abs(Double($1.element)) * Double(1 + $1.offset % 7) }
    }
}
