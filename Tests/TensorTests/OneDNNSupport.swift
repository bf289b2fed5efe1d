import OneDNN
import Tensor
import TestSupport
import XCTest

/// Memory with a view on it, for calling the shim directly.
final class Operand {
    let shape: [Int], strides: [Int], type: onednn_type
    let memory: UnsafeMutableRawPointer
    let capacity: Int

    /// Uniform numbers in -1…1 from a seed, rounded to the type. `strides` default to a dense layout.
    init(_ shape: [Int], strides: [Int]? = nil, _ type: onednn_type = ONEDNN_F32, seed: UInt64? = nil) {
        self.shape = shape
        self.type = type
        var dense = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { dense[axis] = dense[axis + 1] * shape[axis + 1] }
        self.strides = strides ?? dense
        capacity = 1 + zip(shape, self.strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
        memory = .allocate(byteCount: capacity * 4, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: capacity * 4)
        guard let seed else { return }
        var random = Knuth(state: seed &* 2_654_435_761 &+ 1)
        for index in 0..<capacity {
            store(Float(Int32(truncatingIfNeeded: random.next() >> 32)) / Float(1 << 31), at: index)
        }
    }

    deinit { memory.deallocate() }

    private func store(_ value: Float, at index: Int) {
        if type == ONEDNN_F32 {
            memory.storeBytes(of: value, toByteOffset: index * 4, as: Float.self)
        } else {
            let bits = value.bitPattern
            let rounded = (bits &+ 0x7fff &+ ((bits >> 16) & 1)) >> 16
            memory.storeBytes(of: UInt16(truncatingIfNeeded: rounded), toByteOffset: index * 2, as: UInt16.self)
        }
    }

    private func load(_ index: Int) -> Float {
        type == ONEDNN_F32
            ? memory.load(fromByteOffset: index * 4, as: Float.self)
            : Float(bitPattern: UInt32(memory.load(fromByteOffset: index * 2, as: UInt16.self)) << 16)
    }

    subscript(_ indices: Int...) -> Float {
        get { load(zip(indices, strides).reduce(0) { $0 + $1.0 * $1.1 }) }
        set { store(newValue, at: zip(indices, strides).reduce(0) { $0 + $1.0 * $1.1 }) }
    }

    var view: onednn_tensor { onednn_view(memory, type, shape.count, shape, strides) }
    var floats: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }

    /// How far a computed number may be from the exact one: the rounding of the stored type.
    var tolerance: Float { type == ONEDNN_F32 ? 2e-5 : 1.5e-2 }
}

/// The types that oneDNN has products for on this processor, with the instruction set that is chosen.
let multipliedTypes = Engine.multipliesBFloat16 ? [ONEDNN_F32, ONEDNN_BF16] : [ONEDNN_F32]

/// Calls the shim and fails the test with its message.
func checked(
    _ status: onednn_status, _ file: StaticString = #filePath, _ line: UInt = #line
) {
    XCTAssertEqual(status, ONEDNN_OK, String(cString: onednn_message()), file: file, line: line)
    let name = String(cString: onednn_implementation())
    XCTAssertFalse(name.contains("ref"), "ran \(name)", file: file, line: line)
}

func withEpilogue(
    bias: Operand? = nil, activation: onednn_activation = ONEDNN_IDENTITY, alpha: Float = 0, scale: Float = 1,
    residual: Operand? = nil, _ body: (UnsafePointer<onednn_epilogue>) -> Void
) {
    var views = (bias?.view ?? onednn_tensor(), residual?.view ?? onednn_tensor())
    withUnsafePointer(to: &views.0) { first in
        withUnsafePointer(to: &views.1) { second in
            var epilogue = onednn_epilogue(
                bias: bias == nil ? nil : first, activation: activation, alpha: alpha, scale: scale,
                residual: residual == nil ? nil : second)
            body(&epilogue)
        }
    }
}

/// The activation of an epilogue, in double precision.
func reference(_ activation: onednn_activation, _ alpha: Float, _ x: Double) -> Double {
    switch activation {
    case ONEDNN_RELU: max(x, 0)
    case ONEDNN_GELU_ERF: x * 0.5 * erfc(-x / 2.0.squareRoot())
    case ONEDNN_GELU_TANH: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case ONEDNN_SWISH: x / (1 + exp(-Double(alpha) * x))
    case ONEDNN_TANH: tanh(x)
    case ONEDNN_SIGMOID: 1 / (1 + exp(-x))
    default: x
    }
}
