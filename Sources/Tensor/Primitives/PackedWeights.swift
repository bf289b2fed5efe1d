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

/// Weights in the layout their kernel wants, reordered once and kept as long as the storage they come from.
final class PackedWeights {
    enum Use: Hashable { case linear, convolution, stack }

    let handle: OpaquePointer
    private var version: Int
    private var calls = 0
    /// True once the weights were met before in their present state: until then packing them may cost more than it brings.
    var isReused: Bool { calls > 1 }
    static let mostViews = 16

    private init(_ handle: OpaquePointer, version: Int) {
        (self.handle, self.version) = (handle, version)
    }

    deinit { onednn_weights_release(handle) }

    /// Those of a tensor, with stale copies dropped.
    static func of(_ tensor: Tensor, for use: Use) throws -> PackedWeights {
        let storage = tensor.storage
        let key = WeightsKey(tensor, use)
        let found = try storage.packed[key] ?? make(tensor, for: use)
        // Weights are few views of their storage; somebody who walks through slices of one gains nothing here.
        if storage.packed.count >= mostViews { storage.dropPacked() }
        storage.packed[key] = found
        if found.version != storage.version {
            storage.bringBack()
            onednn_weights_invalidate(found.handle)
            found.version = storage.version
            found.calls = 0
        }
        found.calls += 1
        return found
    }

    /// Weights that only inference reads are kept once, packed; see ``Storage/leave(to:)``. Called after a kernel read them.
    func settle(_ tensor: Tensor) {
        guard !Engine.isRecording, tensor.offset == 0, tensor.isContiguous,
            tensor.count * tensor.dtype.byteCount == tensor.storage.usedBytes
        else { return }
        tensor.storage.leave(to: self)
    }

    private static func make(_ tensor: Tensor, for use: Use) throws -> PackedWeights {
        var handle: OpaquePointer?
        let status: onednn_status
        switch use {
        case .linear:
            // Stored [outputs, inputs]; the product reads [inputs, outputs].
            var view = tensor.primitive([tensor.shape[1], tensor.shape[0]], [tensor.strides[1], tensor.strides[0]])
            status = onednn_weights_create_linear(&view, &handle)
        case .stack:
            var view = tensor.primitive()
            status = onednn_weights_create_linear(&view, &handle)
        case .convolution:
            var view = tensor.primitive()
            status = onednn_weights_create_convolution(&view, 1, &handle)
        }
        guard try Primitives.ran(status, "packing weights"), let handle else {
            throw TensorError.primitive("packing weights", "no layout for shape \(TensorError.text(tensor.shape))")
        }
        return PackedWeights(handle, version: tensor.storage.version)
    }
}
