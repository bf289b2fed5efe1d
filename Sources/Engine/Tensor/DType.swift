/// The element types of a tensor.
public enum DType: String, Sendable, CaseIterable, Codable {
    /// IEEE single precision: the type of weights, gradients and results.
    case float32
    /// The upper half of a float32, for fast inference; sums inside an operation run in float32.
    case bfloat16
    /// Token identifiers, indexes and counts.
    case int64

    /// Bytes an element takes.
    public var byteCount: Int {
        switch self {
        case .float32: 4
        case .bfloat16: 2
        case .int64: 8
        }
    }

    public var isFloatingPoint: Bool { self != .int64 }
}
