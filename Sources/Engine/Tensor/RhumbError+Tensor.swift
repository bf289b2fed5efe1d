import Basics

// What the engine can object to. Its messages are here and nowhere else.

extension RhumbError {
    static func cannotBroadcast(_ a: [Int], _ b: [Int], in operation: String) -> RhumbError {
        let rank = max(a.count, b.count)
        let left = [Int](repeating: 1, count: rank - a.count) + a
        let right = [Int](repeating: 1, count: rank - b.count) + b
        let axis = (0..<rank).last { left[$0] != right[$0] && left[$0] != 1 && right[$0] != 1 } ?? 0
        return RhumbError(
            "'\(operation)' can't combine shapes \(Words.shape(a)) and \(Words.shape(b)): sizes \(left[axis]) and \(right[axis]) "
                + "differ in dimension \(axis)",
            hint: "sizes must be equal, or one of them 1")
    }

    static func shapes(_ a: [Int], _ b: [Int], in operation: String, because reason: String) -> RhumbError {
        RhumbError("'\(operation)' can't combine shapes \(Words.shape(a)) and \(Words.shape(b)): \(reason)")
    }

    /// - Parameter must: what the operand must be or have: "be a matrix", "have at least one element".
    static func shape(_ shape: [Int], of operand: String = "x", in operation: String, must: String) -> RhumbError {
        let found = shape.isEmpty ? "a scalar" : (must.hasPrefix("be ") ? "of shape " : "shape ") + Words.shape(shape)
        return RhumbError("'\(operand)' of '\(operation)' must \(must), not \(found)")
    }

    static func axis(_ axis: Int, _ shape: [Int], in operation: String) -> RhumbError {
        RhumbError(
            "'\(operation)' has no dimension \(axis) in shape \(Words.shape(shape))",
            hint: shape.isEmpty
                ? "a scalar has no dimensions" : "dimensions go from \(-shape.count) to \(shape.count - 1)")
    }

    static func index(_ index: Int, size: Int, in operation: String) -> RhumbError {
        RhumbError(
            "'\(operation)' has no index \(index) in a dimension of size \(size)",
            hint: size == 0 ? "the dimension is empty" : "indexes go from \(-size) to \(size - 1)")
    }

    static func reshape(_ from: [Int], _ to: [Int]) -> RhumbError {
        RhumbError(
            "'reshape' can't turn shape \(Words.shape(from)) into \(Words.shape(to)): "
                + "\(elements(from)) elements against \(elements(to))")
    }

    /// The product of sizes that may be too large to count.
    private static func elements(_ shape: [Int]) -> String {
        if let count = try? Tensor.elementCount(of: shape) { return "\(count)" }
        return shape.contains { $0 < 0 } ? "an unknown number of" : "more than 2^53"
    }

    static func uncountable(_ shape: [Int]) -> RhumbError {
        RhumbError(
            "a tensor can't have shape \(Words.shape(shape)): its sizes multiply to more than 2^53",
            hint: "use smaller sizes")
    }

    /// Two integers without a result.
    static func integers(_ operation: String, _ a: Int64, _ b: Int64) -> RhumbError {
        if b == 0, ["%", "floor_divide"].contains(operation) {
            return RhumbError("'\(operation)' can't divide an integer by 0")
        }
        if operation == "**", b < 0 {
            return RhumbError(
                "'**' can't raise an integer to the negative power \(b)", hint: "cast(x, \"float32\") gives fractions")
        }
        return RhumbError(
            "'\(operation)' of \(a) and \(b) leaves the range of int64", hint: "cast(x, \"float32\") rounds instead")
    }

    static func notInteger(_ value: Float) -> RhumbError {
        RhumbError("int64 can't hold \(value)", hint: "its numbers are whole, below 2^63 in size")
    }

    static func integerRange(in operation: String) -> RhumbError {
        RhumbError("'\(operation)' leaves the range of int64", hint: "cast(x, \"float32\") rounds instead")
    }

    static func dtype(_ dtype: DType, of operand: String = "x", in operation: String, must: String) -> RhumbError {
        RhumbError("'\(operand)' of '\(operation)' must \(must), not \(dtype.rawValue)")
    }

    static func tooLarge(_ shape: [Int], _ dtype: DType, bytes: Double, available: Double) -> RhumbError {
        func size(_ bytes: Double) -> String {
            let gibibytes = bytes / 1_073_741_824, mebibytes = bytes / 1_048_576
            if gibibytes >= 1 { return "\((gibibytes * 10).rounded() / 10) GiB" }
            return mebibytes >= 1 ? "\(Int(mebibytes)) MiB" : "\(Int((bytes / 1024).rounded(.up))) KiB"
        }
        // What is free may lie in pieces that are too small.
        let given = available >= bytes ? "the system does not give it" : "\(size(available)) are available"
        return RhumbError(
            "\(dtype == .int64 ? "an" : "a") \(dtype.rawValue) tensor of shape \(Words.shape(shape)) needs \(size(bytes)) and \(given)",
            hint: "use a smaller batch or shape")
    }

    static func notFinite(in operation: String) -> RhumbError {
        RhumbError("'\(operation)' needs finite values, not NaN or infinity")
    }

    static func outOfMemory(in operation: String) -> RhumbError {
        RhumbError("'\(operation)' could not allocate its working memory", hint: "use a smaller batch or shape")
    }

    static func primitive(_ operation: String, _ reason: String) -> RhumbError {
        RhumbError("'\(operation)' failed: \(reason)")
    }

    static func lapack(_ operation: String, _ reason: String) -> RhumbError {
        RhumbError("'\(operation)' failed: \(reason)")
    }
}
