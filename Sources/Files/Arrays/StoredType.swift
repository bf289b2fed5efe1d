import Tensor

/// The element types a file can hold, by their names in a safetensors header (safetensors 0.8).
public enum StoredType: String, CaseIterable, Sendable {
    case bool = "BOOL"
    /// Two elements a byte, the first in the low half: sign, 2 bits exponent, 1 bit fraction (OCP MX).
    case float4 = "F4"
    case float6E2M3 = "F6_E2M3"
    case float6E3M2 = "F6_E3M2"
    case uint8 = "U8"
    case int8 = "I8"
    case float8E5M2 = "F8_E5M2"
    case float8E4M3 = "F8_E4M3"
    /// An exponent alone: powers of two.
    case float8E8M0 = "F8_E8M0"
    case float8E4M3FNUZ = "F8_E4M3FNUZ"
    case float8E5M2FNUZ = "F8_E5M2FNUZ"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case complex64 = "C64"
    case float64 = "F64"
    case int64 = "I64"
    case uint64 = "U64"

    /// Bits an element takes.
    public var bits: Int {
        switch self {
        case .float4: 4
        case .float6E2M3, .float6E3M2: 6
        case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ: 8
        case .int16, .uint16, .float16, .bfloat16: 16
        case .int32, .uint32, .float32: 32
        case .complex64, .float64, .int64, .uint64: 64
        }
    }

    /// The tensor type that holds these elements when no other is asked for: bfloat16 for itself, float32 for the
    /// other floating-point types (float64 is rounded), int64 for integers and booleans.
    public var natural: DType {
        switch self {
        case .bfloat16: .bfloat16
        case .bool, .uint8, .int8, .int16, .uint16, .int32, .uint32, .int64, .uint64: .int64
        default: .float32
        }
    }

    /// The stored type of a tensor written as it is.
    init(_ dtype: DType) {
        switch dtype {
        case .float32: self = .float32
        case .bfloat16: self = .bfloat16
        case .int64: self = .int64
        }
    }

    /// Dimensions a tensor may have: PyTorch's and NumPy's own limit.
    static let highestRank = 64

    /// Bytes that a shape takes, or nil where that is not a whole number, or where the sizes that are not 0 overflow:
    /// steps through a tensor are their products, also where it has no element. NumPy refuses the same shapes.
    func byteCount(of shape: [Int]) -> Int? {
        guard shape.count <= Self.highestRank else { return nil }
        var total = bits
        for size in shape {
            let (product, overflow) = total.multipliedReportingOverflow(by: max(size, 1))
            guard size >= 0, !overflow else { return nil }
            total = product
        }
        if shape.contains(0) { return 0 }
        return total % 8 == 0 ? total / 8 : nil
    }
}
