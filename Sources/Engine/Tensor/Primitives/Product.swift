import Basics
import Kernels

extension Engine {
    /// Whether the processor multiplies bfloat16 itself, and is to do so. Elsewhere such numbers are widened, computed
    /// with in float32 and rounded once at the end: the same results or better, and no gain in speed.
    public static var multipliesBFloat16: Bool { rk_instruction_set() == RK_AVX512_BF16 }
}

/// A product of matrices in float32, with what follows it: c = activation(scale · (a b + bias)) + residual.
///
/// The sum of each element has one order whatever stands around it, see `rk_product` in `kernels.h`: a row comes out
/// the same alone and among others, packed or not, on one thread or several, with AVX2 and with AVX-512.
struct Product {
    private var plan = rk_product()
    /// What the plan's pointers look at.
    private var operands: [AnyObject] = []
    private var patches: rk_patches?

    /// - Parameters:
    ///   - a: [m, k], float32, with any strides.
    ///   - columns: n.
    init(_ a: Tensor, columns: Int) {
        (plan.m, plan.k, plan.n) = (a.shape[0], a.shape[1], columns)
        (plan.a_row, plan.a_step) = (a.strides[0], a.strides[1])
        take(a)
    }

    /// The rows are patches of float32 feature maps, dense.
    init(_ maps: Tensor, _ patches: rk_patches, columns: Int) {
        plan.m = patches.batch * patches.out_height * patches.out_width
        (plan.k, plan.n) = (patches.kernel_height * patches.kernel_width * patches.channels, columns)
        take(maps)
        self.patches = patches
    }

    private mutating func take(_ a: Tensor) {
        plan.a = UnsafePointer(a.floatPointer)
        plan.batch = (1, 1, 1, 1)
        plan.scale = 1
        plan.activation = Int32(RK_NO_ACTIVATION)
        operands.append(a)
    }

    /// b [k, n], float32, with any strides.
    mutating func multiply(by b: Tensor) {
        plan.b = UnsafePointer(b.floatPointer)
        (plan.b_step, plan.b_column) = (b.strides[0], b.strides[1])
        operands.append(b)
    }

    /// b as `rk_pack_f32` made it.
    mutating func multiply(packed b: Tensor) {
        plan.packed = UnsafePointer(b.floatPointer)
        operands.append(b)
    }

    /// - Parameters:
    ///   - bias: [n], dense, float32.
    ///   - residual: [m, n], dense, float32.
    mutating func finish(bias: Tensor?, _ activation: Tensor.Activation, residual: Tensor?) {
        plan.bias = bias.map { UnsafePointer($0.floatPointer) }
        plan.residual = residual.map { UnsafePointer($0.floatPointer) }
        plan.residual_row = plan.n
        plan.activation = activation.kernel
        operands += [bias, residual].compactMap { $0 }
    }

    /// Writes the result to `c`, whose rows are dense.
    func run(into c: UnsafeMutablePointer<Float>, row: Int? = nil) throws {
        var plan = plan
        (plan.c, plan.c_row) = (c, row ?? plan.n)
        Engine.count(products: plan.m, plan.k, plan.n)
        let done = withExtendedLifetime(operands) {
            guard var patches else { return rk_product_f32(&plan) }
            return withUnsafePointer(to: &patches) {
                plan.patches = $0
                return rk_product_f32(&plan)
            }
        }
        guard done == 1 else { throw RhumbError.outOfMemory(in: "a product of matrices") }
    }

    /// The product of two stacks of matrices, times `scale`, written to `result` [batch…, m, n], whose rows are dense.
    static func ofStacks(_ a: Tensor, _ b: Tensor, batch: [Int], scale: Float, into result: Tensor) throws {
        let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
        guard batch.count <= RK_PRODUCT_AXES else {
            // More axes than the loop knows: all but the last ones are one.
            let extra = batch.count - Int(RK_PRODUCT_AXES) + 1, whole = batch.prefix(extra).reduce(1, *)
            func joined(_ t: Tensor) throws -> Tensor {
                try t.expanded(batch + t.shape.suffix(2)).contiguous().reshaped(
                    [whole] + batch.dropFirst(extra) + t.shape.suffix(2))
            }
            return try ofStacks(
                joined(a), joined(b), batch: [whole] + batch.dropFirst(extra), scale: scale,
                into: result.reshaped([whole] + batch.dropFirst(extra) + [m, n]))
        }
        Engine.count(products: batch.reduce(m, *), k, n)
        let x = try a.expanded(batch + [m, k]), y = try b.expanded(batch + [k, n])
        func four<Element>(_ values: [Element], _ filler: Element) -> (Element, Element, Element, Element) {
            let all = [Element](repeating: filler, count: 4 - values.count) + values
            return (all[0], all[1], all[2], all[3])
        }
        var plan = rk_product()
        (plan.m, plan.k, plan.n) = (m, k, n)
        (plan.a_row, plan.a_step) = (x.strides[x.rank - 2], x.strides[x.rank - 1])
        (plan.b_step, plan.b_column) = (y.strides[y.rank - 2], y.strides[y.rank - 1])
        plan.c_row = result.strides[result.rank - 2]
        plan.batch = four(batch, 1)
        plan.a_batch = four(Array(x.strides.dropLast(2)), 0)
        plan.b_batch = four(Array(y.strides.dropLast(2)), 0)
        plan.c_batch = four(Array(result.strides.dropLast(2)), 0)
        plan.scale = scale
        plan.activation = Int32(RK_NO_ACTIVATION)
        let done = withExtendedLifetime((x, y, result)) {
            (plan.a, plan.b, plan.c) = (
                UnsafePointer(x.floatPointer), UnsafePointer(y.floatPointer), result.floatPointer
            )
            return rk_product_f32(&plan)
        }
        guard done == 1 else { throw RhumbError.outOfMemory(in: "a product of matrices") }
    }
}

extension Tensor.Activation {
    /// The kernels' name.
    var kernel: Int32 {
        switch self {
        case .identity: Int32(RK_NO_ACTIVATION)
        case .relu: Int32(RK_RELU.rawValue)
        case .gelu: Int32(RK_GELU.rawValue)
        case .geluTanh: Int32(RK_GELU_TANH.rawValue)
        case .quickGELU: Int32(RK_QUICK_GELU.rawValue)
        case .silu: Int32(RK_SILU.rawValue)
        }
    }
}
