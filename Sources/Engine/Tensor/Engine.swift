import Foundation
import Kernels
import OneDNN

/// State of the engine that is not a tensor's: recording, memory.
///
/// The engine runs on one thread by contract (its primitives spread over their own pool), so its state is plain
/// static storage.
public enum Engine {
    /// True while operations on tensors that require gradients are recorded.
    nonisolated(unsafe) package static var isRecording = true

    /// Gives memory that is kept for what may come back to the system: freed blocks, scratch memory, cached primitives.
    package static func releaseMemory() {
        StoragePool.clear()
        onednn_release_caches()
    }
}

/// Runs `body` without recording anything for gradients.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = Engine.isRecording
    Engine.isRecording = false
    defer { Engine.isRecording = before }
    return try body()
}
