import Foundation
import Kernels
import OneDNN

/// State of the engine that is not a tensor's: cancellation, recording, memory.
///
/// The engine runs on one thread by contract (its primitives spread over their own pool), so its state is plain
/// static storage; only the cancellation flag is written from elsewhere (a signal handler), and it is a single word.
///
///     signal(SIGINT) { _ in Engine.cancel() }
///     do { images = try model.sample(prompts, generator: generator) } catch is Cancelled { … }
public enum Engine {
    /// Raised by `cancel()`, polled between primitives.
    nonisolated(unsafe) private static var cancelRequested = false
    /// True while operations on tensors that require gradients are recorded.
    nonisolated(unsafe) package static var isRecording = true

    /// Asks the operation under way to stop at the next primitive. Safe to call from a signal handler.
    public static func cancel() { cancelRequested = true }

    /// Forgets a cancellation, before new work begins.
    public static func resetCancellation() { cancelRequested = false }

    /// Whether `cancel()` was called since the last reset.
    public static var isCancelled: Bool { cancelRequested }

    /// Throws `Cancelled` once `cancel()` was called.
    @inline(__always)
    public static func checkCancelled() throws {
        if cancelRequested { throw Cancelled() }
    }

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
