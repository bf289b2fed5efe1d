import Basics
import Kernels

// Elementwise operations with NumPy's broadcasting. Derivatives stand beside the operations.

extension Tensor {
    /// The shape two operands broadcast to.
    package static func broadcast(_ a: [Int], _ b: [Int], in operation: String) throws -> [Int] {
        if a == b { return a }
        let rank = Swift.max(a.count, b.count)
        var result = [Int](repeating: 1, count: rank)
        for i in 1...Swift.max(rank, 1) where rank > 0 {
            let left = i <= a.count ? a[a.count - i] : 1, right = i <= b.count ? b[b.count - i] : 1
            guard left == right || left == 1 || right == 1 else {
                throw RhumbError.cannotBroadcast(a, b, in: operation)
            }
            result[rank - i] = left == 1 ? right : left
        }
        return result
    }

    /// Sums away what broadcasting to this tensor's shape repeated, giving `target` back.
    package func summed(to target: [Int]) throws -> Tensor {
        if shape == target { return self }
        let missing = rank - target.count
        var axes = Array(0..<missing)
        for axis in target.indices where target[axis] == 1 && shape[missing + axis] != 1 { axes.append(missing + axis) }
        return try sum(axes, keepDims: true).reshaped(target)
    }

    /// One broadcasting loop over float32; bfloat16 and integer operands are widened first.
    private static func binary(_ op: rk_binary_op, _ name: String, _ a: Tensor, _ b: Tensor) throws -> Tensor {
        try StopFlag.check()
        let shape = try broadcast(a.shape, b.shape, in: name)
        let profile = Profile.entering(.operation, name)
        defer { profile?.leave() }
        if a.dtype == .int64 && b.dtype == .int64, let exact = try integers(op, name, a, b, shape) { return exact }
        // As in PyTorch, a lone number does not widen what it meets; it is not narrowed either.
        if a.dtype == .bfloat16, b.dtype == .float32, b.rank == 0, a.rank > 0 {
            return try binary(op, name, a.detached().to(.float32), b).to(.bfloat16)
        }
        if b.dtype == .bfloat16, a.dtype == .float32, a.rank == 0, b.rank > 0 {
            return try binary(op, name, a, b.detached().to(.float32)).to(.bfloat16)
        }
        let type: DType = a.dtype == .bfloat16 && b.dtype == .bfloat16 ? .bfloat16 : .float32
        let (x, y) = (try a.detached().to(type).expanded(shape), try b.detached().to(type).expanded(shape))
        let result = try Tensor(uninitialized: shape, type)
        StridedLoop(shape, [x.strides, y.strides]).run { offsets, n, inner in
            if type == .bfloat16 {
                rk_binary_bf16(
                    op, n, x.halfPointer + offsets[0], inner[0], y.halfPointer + offsets[1], inner[1],
                    result.halfPointer + offsets[2])
            } else {
                rk_binary_f32(
                    op, n, x.floatPointer + offsets[0], inner[0], y.floatPointer + offsets[1], inner[1],
                    result.floatPointer + offsets[2])
            }
        }
        return result
    }

    public static func + (a: Tensor, b: Tensor) throws -> Tensor {
        try binary(RK_ADD, "+", a, b).recorded("+", [a, b]) { [left = a.shape, right = b.shape] in
            [try $0.summed(to: left), try $0.summed(to: right)]
        }
    }

    public static func - (a: Tensor, b: Tensor) throws -> Tensor {
        try binary(RK_SUB, "-", a, b).recorded("-", [a, b]) { [left = a.shape, right = b.shape] in
            [try $0.summed(to: left), try (-$0).summed(to: right)]
        }
    }

    public static func * (a: Tensor, b: Tensor) throws -> Tensor {
        // Each is kept where the other wants a gradient.
        let (keptA, keptB) = (b.requiresGradient ? a : nil, a.requiresGradient ? b : nil)
        return try binary(RK_MUL, "*", a, b).recorded("*", [a, b]) { [left = a.shape, right = b.shape] dy in
            [
                try keptB.map { try (dy * $0).summed(to: left) },
                try keptA.map { try (dy * $0).summed(to: right) },
            ]
        }
    }

    public static func / (a: Tensor, b: Tensor) throws -> Tensor {
        try binary(RK_DIV, "/", a, b).recorded("/", [a, b]) {
            let da = try $0 / b
            return [
                try da.summed(to: a.shape), b.requiresGradient ? try (-(da * a / b)).summed(to: b.shape) : nil,
            ]
        }
    }

    /// a to the power b. The derivative in b is taken as 0 where a is 0.
    public func power(_ exponent: Tensor) throws -> Tensor {
        let result = try Tensor.binary(RK_POW, "**", self, exponent)
        return result.recorded("**", [self, exponent]) { [result = result.detached()] in
            var da: Tensor?, db: Tensor?
            if self.requiresGradient {
                da = try ($0 * exponent * self.power(exponent - Tensor(1))).summed(to: self.shape)
            }
            if exponent.requiresGradient {
                let zero = try Tensor(0)
                let slope = try Tensor.select(self.isEqual(to: zero), zero, result * self.log())
                db = try ($0 * slope).summed(to: exponent.shape)
            }
            return [da, db]
        }
    }

    /// The larger of two, element by element; the gradient goes to the larger, half to each of two equals.
    public static func maximum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try binary(RK_MAX, "maximum", a, b).recorded("maximum", [a, b]) { try chosen($0, a, b, a.isGreater(than: b)) }
    }

    /// The smaller of two, element by element; the gradient goes to the smaller, half to each of two equals.
    public static func minimum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try binary(RK_MIN, "minimum", a, b).recorded("minimum", [a, b]) { try chosen($0, a, b, b.isGreater(than: a)) }
    }

    private static func chosen(_ g: Tensor, _ a: Tensor, _ b: Tensor, _ first: Tensor) throws -> [Tensor?] {
        let share = try first + a.isEqual(to: b) * Tensor(0.5)
        return [try (g * share).summed(to: a.shape), try (g - g * share).summed(to: b.shape)]
    }

    /// Remainder with the sign of the divisor, as Python's.
    public func modulo(_ other: Tensor) throws -> Tensor {
        try Tensor.binary(RK_MOD, "%", self, other).recorded("%", [self, other]) {
            [
                try $0.summed(to: self.shape),
                try (-($0 * Tensor.binary(RK_FLOOR_DIV, "%", self, other))).summed(to: other.shape),
            ]
        }
    }

    /// The quotient rounded down, as Python's `//`; whole numbers stay int64.
    public func floorDivided(by other: Tensor) throws -> Tensor {
        try Tensor.binary(RK_FLOOR_DIV, "floor_divide", self, other)
    }

    // Comparisons give 1 and 0; no gradient flows through them.
    public func isGreater(than other: Tensor) throws -> Tensor { try Tensor.binary(RK_GREATER, ">", self, other) }
    public func isGreaterOrEqual(to other: Tensor) throws -> Tensor {
        try Tensor.binary(RK_GREATER_EQUAL, ">=", self, other)
    }
    public func isLess(than other: Tensor) throws -> Tensor { try Tensor.binary(RK_LESS, "<", self, other) }
    public func isLessOrEqual(to other: Tensor) throws -> Tensor { try Tensor.binary(RK_LESS_EQUAL, "<=", self, other) }
    public func isEqual(to other: Tensor) throws -> Tensor { try Tensor.binary(RK_EQUAL, "==", self, other) }
    public func isNotEqual(to other: Tensor) throws -> Tensor { try Tensor.binary(RK_NOT_EQUAL, "!=", self, other) }

    /// `a` where `mask` is not 0, else `b`; all three broadcast.
    public static func select(_ mask: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
        let profile = Profile.entering(.operation, "where")
        defer { profile?.leave() }
        let shape = try broadcast(broadcast(mask.shape, a.shape, in: "where"), b.shape, in: "where")
        let on = try mask.detached().isNotEqual(to: Tensor(integers: [0], shape: [])).expanded(shape).contiguous()
        if a.dtype == .int64, b.dtype == .int64 { return try selectIntegers(on, a, b) }
        let x = try a.detached().to(.float32).expanded(shape).contiguous()
        let y = try b.detached().to(.float32).expanded(shape).contiguous()
        let result = try Tensor(uninitialized: shape)
        for i in 0..<result.count {
            result.floatPointer[i] = on.floatPointer[i] != 0 ? x.floatPointer[i] : y.floatPointer[i]
        }
        return result.recorded("where", [a, b]) {
            let zero = try Tensor(0)
            return [try select(on, $0, zero).summed(to: a.shape), try select(on, zero, $0).summed(to: b.shape)]
        }
    }

    private func unary(_ op: rk_unary_op, _ name: StaticString) throws -> Tensor {
        try StopFlag.check()
        let profile = Profile.entering(.operation, "\(name)")
        defer { profile?.leave() }
        if dtype == .int64, let exact = try integers(op, name) { return exact }
        let x = try detached().to(dtype == .bfloat16 ? .bfloat16 : .float32).contiguous()
        let result = try Tensor(uninitialized: shape, x.dtype)
        x.dtype == .bfloat16
            ? rk_unary_bf16(op, count, x.halfPointer, result.halfPointer)
            : rk_unary_f32(op, count, x.floatPointer, result.floatPointer)
        // The result is seen through a detached view: a closure that held the tensor itself would hold its own node.
        let kept = result.detached()
        return result.recorded(name, [self]) {
            let dy = try $0.to(x.dtype).contiguous(), dx = try Tensor(uninitialized: x.shape, x.dtype)
            x.dtype == .bfloat16
                ? rk_unary_gradient_bf16(op, x.count, x.halfPointer, kept.halfPointer, dy.halfPointer, dx.halfPointer)
                : rk_unary_gradient_f32(
                    op, x.count, x.floatPointer, kept.floatPointer, dy.floatPointer, dx.floatPointer)
            return [dx]
        }
    }

    public static prefix func - (a: Tensor) throws -> Tensor { try a.unary(RK_NEG, "negate") }
    public func absolute() throws -> Tensor { try unary(RK_ABS, "abs") }
    public func sign() throws -> Tensor { try unary(RK_SIGN, "sign") }
    public func floor() throws -> Tensor { try unary(RK_FLOOR, "floor") }
    public func ceil() throws -> Tensor { try unary(RK_CEIL, "ceil") }
    /// To the nearest whole number, halves to the even one.
    public func rounded() throws -> Tensor { try unary(RK_ROUND, "round") }
    public func squared() throws -> Tensor { try unary(RK_SQUARE, "square") }
    public func squareRoot() throws -> Tensor { try unary(RK_SQRT, "sqrt") }
    public func reciprocalSquareRoot() throws -> Tensor { try unary(RK_RSQRT, "rsqrt") }
    public func reciprocal() throws -> Tensor { try unary(RK_RECIPROCAL, "reciprocal") }
    public func exp() throws -> Tensor { try unary(RK_EXP, "exp") }
    public func log() throws -> Tensor { try unary(RK_LOG, "log") }
    public func sin() throws -> Tensor { try unary(RK_SIN, "sin") }
    public func cos() throws -> Tensor { try unary(RK_COS, "cos") }
    public func tanh() throws -> Tensor { try unary(RK_TANH, "tanh") }
    public func sigmoid() throws -> Tensor { try unary(RK_SIGMOID, "sigmoid") }
    /// log(1 + exp x), without overflow.
    public func softplus() throws -> Tensor { try unary(RK_SOFTPLUS, "softplus") }
    public func erf() throws -> Tensor { try unary(RK_ERF, "erf") }
    public func relu() throws -> Tensor { try unary(RK_RELU, "relu") }
    /// x Φ(x), with the exact error function.
    public func gelu() throws -> Tensor { try unary(RK_GELU, "gelu") }
    /// GELU in its tanh approximation.
    public func geluTanh() throws -> Tensor { try unary(RK_GELU_TANH, "gelu_tanh") }
    /// x σ(1.702 x), the activation of OpenAI's CLIP.
    public func quickGELU() throws -> Tensor { try unary(RK_QUICK_GELU, "quick_gelu") }
    /// x σ(x).
    public func silu() throws -> Tensor { try unary(RK_SILU, "silu") }
    public func isNaN() throws -> Tensor { try unary(RK_IS_NAN, "isnan") }

    /// Held between two bounds; the gradient is 0 outside them.
    public func clamped(_ low: Float, _ high: Float) throws -> Tensor {
        guard low <= high else {
            throw RhumbError("'low' of 'clamp' must be at most 'high', which is \(high), not \(low)")
        }
        return try Tensor.minimum(Tensor.maximum(self, Tensor(low)), Tensor(high))
    }

    /// Throws when an element is NaN or infinite, naming `operation`.
    @discardableResult
    public func checkedFinite(in operation: String) throws -> Tensor {
        guard dtype.isFloatingPoint else { return self }
        let x = try detached().to(.float32).contiguous()
        guard rk_all_finite_f32(x.count, x.floatPointer) == 1 else { throw RhumbError.notFinite(in: operation) }
        return self
    }
}

// A number on either side of an operator.
extension Tensor {
    public static func + (a: Tensor, b: Float) throws -> Tensor { try a + Tensor(b) }
    public static func - (a: Tensor, b: Float) throws -> Tensor { try a - Tensor(b) }
    public static func * (a: Tensor, b: Float) throws -> Tensor { try a * Tensor(b) }
    public static func / (a: Tensor, b: Float) throws -> Tensor { try a / Tensor(b) }
    public static func + (a: Float, b: Tensor) throws -> Tensor { try Tensor(a) + b }
    public static func - (a: Float, b: Tensor) throws -> Tensor { try Tensor(a) - b }
    public static func * (a: Float, b: Tensor) throws -> Tensor { try Tensor(a) * b }
    public static func / (a: Float, b: Tensor) throws -> Tensor { try Tensor(a) / b }
}
