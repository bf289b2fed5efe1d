import Basics
import Kernels

extension Tensor {
    /// A float32 tensor with these values in index order.
    public convenience init(_ values: [Float], shape: [Int]? = nil) throws {
        let shape = shape ?? [values.count]
        guard (try? Tensor.elementCount(of: shape)) == values.count else {
            throw RhumbError.reshape([values.count], shape)
        }
        try self.init(uninitialized: shape)
        values.withUnsafeBufferPointer {
            if let base = $0.baseAddress { floatPointer.update(from: base, count: count) }
        }
    }

    /// An int64 tensor with these values in index order.
    public convenience init(integers values: [Int], shape: [Int]? = nil) throws {
        let shape = shape ?? [values.count]
        guard (try? Tensor.elementCount(of: shape)) == values.count else {
            throw RhumbError.reshape([values.count], shape)
        }
        try self.init(uninitialized: shape, .int64)
        for (i, value) in values.enumerated() { intPointer[i] = Int64(value) }
    }

    /// A float32 scalar.
    public convenience init(_ value: Float) throws { try self.init([value], shape: []) }

    public static func full(_ shape: [Int], _ value: Float, _ dtype: DType = .float32) throws -> Tensor {
        switch dtype {
        case .float32:
            let result = try Tensor(uninitialized: shape)
            result.floatPointer.update(repeating: value, count: result.count)
            return result
        case .int64:
            guard let whole = Int(exactly: value.rounded(.towardZero)) else { throw RhumbError.notInteger(value) }
            return try full(shape, integer: whole)
        case .bfloat16:
            let result = try Tensor(uninitialized: shape, dtype)
            var bits: UInt16 = 0
            withUnsafePointer(to: value) { rk_f32_to_bf16(1, $0, &bits) }
            result.halfPointer.update(repeating: bits, count: result.count)
            return result
        }
    }

    public static func zeros(_ shape: [Int], _ dtype: DType = .float32) throws -> Tensor { try full(shape, 0, dtype) }
    public static func ones(_ shape: [Int], _ dtype: DType = .float32) throws -> Tensor { try full(shape, 1, dtype) }

    /// The n×n identity.
    public static func eye(_ n: Int) throws -> Tensor {
        let result = try zeros([n, n])
        for i in 0..<n { result.floatPointer[i * n + i] = 1 }
        return result
    }

    /// `count` values from `first` to `last`, both included, evenly spaced.
    public static func linspace(_ first: Double, _ last: Double, _ count: Int) throws -> Tensor {
        guard count >= 0 else { throw RhumbError("'count' of 'linspace' must be at least 0, not \(count)") }
        // As in PyTorch, counted from the nearer end, so that both ends are exact and the middle is symmetric.
        let step = count > 1 ? (last - first) / Double(count - 1) : 0
        let result = try Tensor(uninitialized: [count])
        for i in 0..<count {
            result.floatPointer[i] = Float(
                i < (count + 1) / 2 ? first + step * Double(i) : last - step * Double(count - 1 - i))
        }
        return result
    }

    /// first, first + step, … below `end` (above, for a negative step).
    public static func arange(_ first: Double, _ end: Double, step: Double = 1) throws -> Tensor {
        guard step != 0, step.isFinite, first.isFinite, end.isFinite else {
            throw RhumbError(
                "'start', 'end' and 'step' of 'arange' must be finite and the step not 0, not \(first), \(end) and \(step)"
            )
        }
        let steps = Swift.max(0, ((end - first) / step).rounded(.up))
        guard steps <= 0x1p53 else {
            throw RhumbError("'arange' can't make \(steps) numbers", hint: "use a larger step")
        }
        let result = try Tensor(uninitialized: [Int(steps)])
        for i in 0..<result.count { result.floatPointer[i] = Float(first + Double(i) * step) }
        return result
    }

    /// Another element type; the same tensor when it has it already. Gradients flow between the two float types.
    public func to(_ target: DType) throws -> Tensor {
        if dtype == target { return self }
        let profile = Profile.entering(.operation, "to \(target.rawValue)")
        defer { profile?.leave() }
        let source = try contiguous()
        let result = try Tensor(uninitialized: shape, target)
        switch (dtype, target) {
        case (.float32, .bfloat16): rk_f32_to_bf16(count, source.floatPointer, result.halfPointer)
        case (.bfloat16, .float32): rk_bf16_to_f32(count, source.halfPointer, result.floatPointer)
        case (.int64, .float32): for i in 0..<count { result.floatPointer[i] = Float(source.intPointer[i]) }
        case (.float32, .int64):
            for i in 0..<count {
                guard let value = Int64(exactly: source.floatPointer[i].rounded(.towardZero)) else {
                    throw RhumbError.notInteger(source.floatPointer[i])
                }
                result.intPointer[i] = value
            }
        case (.bfloat16, .int64): return try source.to(.float32).to(.int64)
        default: return try source.to(.float32).to(.bfloat16)
        }
        guard dtype.isFloatingPoint && target.isFloatingPoint else { return result }
        let from = dtype
        return result.recorded("to", [self]) { [try $0.to(from)] }
    }
}
