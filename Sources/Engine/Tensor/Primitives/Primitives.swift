import Basics
import OneDNN

/// The paths through oneDNN and the fused kernels. Each has a reference implementation beside the operation it
/// speeds up, which serves where there is no fast kernel (an unusual layout, a processor without bfloat16) and in
/// tests.
enum Primitives {
    /// What a call of the shim came to: false when there is no optimised kernel, so that the caller takes its
    /// reference implementation; throws for what went wrong.
    static func ran(_ status: onednn_status, _ operation: String) throws -> Bool {
        switch status {
        case ONEDNN_OK: return true
        case ONEDNN_UNSUPPORTED: return false
        case ONEDNN_OUT_OF_MEMORY: throw RhumbError.outOfMemory(in: operation)
        default: throw RhumbError.primitive(operation, String(cString: onednn_message()))
        }
    }

    /// Calls `body` with what is to be done to a product before it is stored.
    static func withEpilogue<Result>(
        bias: Tensor? = nil, _ activation: Tensor.Activation = .identity, residual: onednn_tensor? = nil,
        scale: Float = 1, _ body: (UnsafePointer<onednn_epilogue>) throws -> Result
    ) rethrows -> Result {
        var views = (bias?.primitive() ?? onednn_tensor(), residual ?? onednn_tensor())
        return try withUnsafePointer(to: &views.0) { biasView in
            try withUnsafePointer(to: &views.1) { residualView in
                var epilogue = onednn_epilogue(
                    bias: bias == nil ? nil : biasView, activation: activation.primitive.0,
                    alpha: activation.primitive.1, scale: scale, residual: residual == nil ? nil : residualView)
                return try body(&epilogue)
            }
        }
    }
}

extension Engine {
    /// Off in tests that compare the fast paths with the reference implementations.
    nonisolated(unsafe) package static var usesPrimitives = true
}

extension DType {
    var primitive: onednn_type { self == .bfloat16 ? ONEDNN_BF16 : ONEDNN_F32 }
}

extension Tensor {
    /// This view as oneDNN takes it, under another shape and strides where given.
    func primitive(_ shape: [Int]? = nil, _ strides: [Int]? = nil) -> onednn_tensor {
        onednn_view(address, dtype.primitive, (shape ?? self.shape).count, shape ?? self.shape, strides ?? self.strides)
    }

    /// This view as a stack of matrices that a product reads as they lie, copied first where it can't. Repeated batch
    /// dimensions get size 1, which the product broadcasts.
    func matrices(rank target: Int) throws -> (tensor: Tensor, view: onednn_tensor) {
        guard let (row, column) = matrixStrides else { return try contiguous().matrices(rank: target) }
        let missing = target - rank
        var sizes = [Int](repeating: 1, count: missing) + shape
        var steps = [Int](repeating: count, count: missing) + strides.dropLast(2) + [row, column]
        for axis in missing..<target - 2 where steps[axis] == 0 {
            sizes[axis] = 1
            steps[axis] = count
        }
        return (self, primitive(sizes, steps))
    }

    /// The strides of the last two dimensions, straight or transposed, or nil where the matrix is neither. The stride
    /// of a dimension of size 1 says nothing; it becomes what it would be in a dense matrix.
    private var matrixStrides: (row: Int, column: Int)? {
        let (m, n) = (shape[rank - 2], shape[rank - 1]), (row, column) = (strides[rank - 2], strides[rank - 1])
        if m == 1 && n == 1 { return (1, 1) }
        if n == 1 { return row >= 1 ? (row, 1) : nil }
        if m == 1 { return column == 1 ? (n, 1) : column > 1 ? (1, column) : nil }
        if column == 1 && row >= n { return (row, 1) }
        return row == 1 && column >= m ? (1, column) : nil
    }
}

extension Tensor.Activation {
    /// The shim's name, and the slope inside a swish.
    var primitive: (onednn_activation, Float) {
        switch self {
        case .identity: (ONEDNN_IDENTITY, 0)
        case .relu: (ONEDNN_RELU, 0)
        case .gelu: (ONEDNN_GELU_ERF, 0)
        case .geluTanh: (ONEDNN_GELU_TANH, 0)
        case .quickGELU: (ONEDNN_SWISH, 1.702)
        case .silu: (ONEDNN_SWISH, 1)
        }
    }
}
