import Basics
import Kernels
import OneDNN

/// Which part of a storage some weights are, and what something was made of them for.
struct WeightsKey<Use: Hashable>: Hashable {
    let offset: Int
    let shape: [Int]
    let strides: [Int]
    let use: Use

    init(_ tensor: Tensor, _ use: Use) {
        (offset, shape, strides, self.use) = (tensor.offset, tensor.shape, tensor.strides, use)
    }
}

/// Weights in the order in which their kernel reads them, reordered once and kept as long as the storage they come
/// from.
class PackedWeights {
    enum Use: Hashable { case linear, convolution }

    fileprivate var version: Int
    fileprivate var calls = 0
    /// True once the weights were met before in their present state: until then packing them may cost more than it
    /// brings. It never shows in a result.
    var isReused: Bool { calls > 1 }
    static let mostViews = 16

    fileprivate init(version: Int) { self.version = version }

    /// Drops what was made of weights that have changed since.
    fileprivate func invalidate() {}

    /// Takes the place of the source, if it can give every bit of it back.
    func takeOver() -> Bool { false }
    /// Writes the source again.
    func restore(to memory: UnsafeMutableRawPointer) {}

    /// Weights that only inference reads are kept once, packed; see ``Storage/leave(to:)``. Called after a kernel read
    /// them.
    ///
    /// - Parameter isFrozen: whether the kernels of training read the packed copy as well, and no gradient changes it.
    func settle(_ tensor: Tensor, isFrozen: Bool = false) {
        guard isFrozen || !Engine.isRecording, tensor.offset == 0, tensor.isContiguous,
            tensor.count * tensor.dtype.byteCount == tensor.storage.usedBytes
        else { return }
        tensor.storage.leave(to: self)
    }

    /// Those of a tensor as `make` packs them, with stale copies dropped.
    fileprivate static func kept<Weights: PackedWeights>(
        _ tensor: Tensor, for use: Use, _ make: () throws -> Weights
    ) rethrows -> Weights {
        let storage = tensor.storage
        let key = WeightsKey(tensor, use)
        let found = try storage.packed[key] as? Weights ?? make()
        // Weights are few views of their storage; somebody who walks through slices of one gains nothing here.
        if storage.packed.count >= mostViews { storage.dropPacked() }
        storage.packed[key] = found
        if found.version != storage.version {
            storage.bringBack()
            found.invalidate()
            found.version = storage.version
            found.calls = 0
        }
        found.calls += 1
        return found
    }
}

extension Tensor {
    /// Gives up copies that kernels keep of a weight in an order of their own, and has its contents where it lies.
    package func releasePackedCopies() { storage.dropPacked() }
}

/// Weights of a linear layer or a convolution for products in float32, [k, n] in `rk_pack_f32`'s order.
///
/// Those of bfloat16 are widened, for processors that don't multiply it.
final class ProductWeights: PackedWeights {
    /// [outputs, inputs] or [outputs, inputs, kernelHeight, kernelWidth]; a view that doesn't keep its storage alive.
    private let shape: [Int]
    private let strides: [Int]
    private var values: Tensor?
    private unowned let storage: Storage
    private let offset: Int
    private let dtype: DType

    /// Packed, now if they are asked for the first time.
    func packed() throws -> Tensor {
        if let values { return values }
        let source = Tensor(storage: storage, shape: shape, strides: strides, offset: offset, dtype: dtype)
        let matrix = try ProductWeights.matrix(source), (k, n) = (matrix.shape[0], matrix.shape[1])
        let result = try Tensor(uninitialized: [rk_packed_count(k, n)])
        withExtendedLifetime(matrix) {
            rk_pack_f32(k, n, matrix.floatPointer, matrix.strides[0], matrix.strides[1], result.floatPointer)
        }
        values = result
        return result
    }

    /// The matrix [k, n] that the rows of a feature map's patches, or of a linear layer's input, are multiplied by.
    static func matrix(_ weight: Tensor) throws -> Tensor {
        let wide = try weight.to(.float32)
        if wide.rank == 2 { return wide.transposedView() }
        let (outputs, size) = (wide.shape[0], wide.count / wide.shape[0])
        if wide.shape[2...] == [1, 1] {
            return wide.view([size, outputs], [wide.strides[1], wide.strides[0]])
        }
        return try wide.permuted([0, 2, 3, 1]).contiguous().reshaped([outputs, size]).transposedView()
    }

    static func of(_ tensor: Tensor, for use: Use) throws -> ProductWeights {
        kept(tensor, for: use) { ProductWeights(tensor) }
    }

    private init(_ tensor: Tensor) {
        (shape, strides, offset, dtype) = (tensor.shape, tensor.strides, tensor.offset, tensor.dtype)
        storage = tensor.storage
        super.init(version: tensor.storage.version)
    }

    fileprivate override func invalidate() { values = nil }

    override func takeOver() -> Bool { values != nil }

    override func restore(to memory: UnsafeMutableRawPointer) {
        // Only what is dense and whole is left to its packed copy.
        guard let values else { return }
        let outputs = shape[0], inputs = shape[1], taps = shape.dropFirst(2).reduce(1, *), size = inputs * taps
        guard dtype == .bfloat16 || taps > 1 else {
            return rk_unpack_f32(
                inputs, outputs, values.floatPointer, memory.assumingMemoryBound(to: Float.self), 1, inputs)
        }
        let rows = UnsafeMutablePointer<Float>.allocate(capacity: 2 * outputs * size), ordered = rows + outputs * size
        defer { rows.deallocate() }
        rk_unpack_f32(size, outputs, values.floatPointer, rows, 1, size)
        // Packed in the order of patches: channels innermost.
        for output in 0..<outputs {
            for tap in 0..<taps {
                for input in 0..<inputs {
                    ordered[(output * inputs + input) * taps + tap] = rows[output * size + tap * inputs + input]
                }
            }
        }
        if dtype == .bfloat16 {
            rk_f32_to_bf16(outputs * size, ordered, memory.assumingMemoryBound(to: UInt16.self))
        } else {
            memory.copyMemory(from: ordered, byteCount: outputs * size * 4)
        }
    }
}

/// Weights in the layout that oneDNN's kernels want.
final class PrimitiveWeights: PackedWeights {
    let handle: OpaquePointer

    private init(_ handle: OpaquePointer, version: Int) {
        self.handle = handle
        super.init(version: version)
    }

    deinit { onednn_weights_release(handle) }

    static func of(_ tensor: Tensor, for use: Use) throws -> PrimitiveWeights {
        try kept(tensor, for: use) { try make(tensor, for: use) }
    }

    fileprivate override func invalidate() { onednn_weights_invalidate(handle) }

    override func takeOver() -> Bool { onednn_weights_take_over(handle) }

    override func restore(to memory: UnsafeMutableRawPointer) {
        let status = onednn_weights_give_back(handle)
        precondition(status == ONEDNN_OK, "weights could not be unpacked")
    }

    private static func make(_ tensor: Tensor, for use: Use) throws -> PrimitiveWeights {
        var handle: OpaquePointer?
        let status: onednn_status
        switch use {
        case .linear:
            // Stored [outputs, inputs]; the product reads [inputs, outputs].
            var view = tensor.primitive([tensor.shape[1], tensor.shape[0]], [tensor.strides[1], tensor.strides[0]])
            status = onednn_weights_create_linear(&view, &handle)
        case .convolution:
            var view = tensor.primitive()
            status = onednn_weights_create_convolution(&view, 1, &handle)
        }
        guard try Primitives.ran(status, "packing weights"), let handle else {
            throw RhumbError.primitive("packing weights", "no layout for shape \(Words.shape(tensor.shape))")
        }
        return PrimitiveWeights(handle, version: tensor.storage.version)
    }
}
