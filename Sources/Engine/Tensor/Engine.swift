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
    /// True while operations are done as they are when they are recorded, and are not: their results say whether they
    /// would have been.
    nonisolated(unsafe) package private(set) static var isTracing = false
    /// Whether kernels may keep weights that come again in an order of their own. Where both orders are read, as in
    /// training a model whose weights are frozen, they would be in memory twice.
    nonisolated(unsafe) package private(set) static var packsWeights = true

    /// Gives memory that is kept for what may come back to the system: freed blocks, scratch memory, cached primitives.
    package static func releaseMemory() {
        StoragePool.clear()
        onednn_release_caches()
    }
}

extension Engine {
    /// Runs `body` as it would run where gradients are recorded, with the same bits, and keeps nothing for them.
    static func tracing<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = (isRecording, isTracing)
        (isRecording, isTracing) = (false, true)
        defer { (isRecording, isTracing) = before }
        return try body()
    }

    /// What `body` gives, computed as where gradients are recorded: a ratio of what was computed so and what is recorded
    /// is 1 in every element type.
    package static func asRecorded(_ body: () throws -> Tensor) rethrows -> Tensor { try tracing(body).detached() }

    /// Records what `body` does.
    static func recording<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = (isRecording, isTracing)
        (isRecording, isTracing) = (true, false)
        defer { (isRecording, isTracing) = before }
        return try body()
    }

    /// Runs `body` with weights read as they lie, so that they are in memory once.
    package static func withWeightsInPlace<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = packsWeights
        packsWeights = false
        defer { packsWeights = before }
        return try body()
    }
}

/// Runs `body` without recording anything for gradients.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = Engine.isRecording
    Engine.isRecording = false
    defer { Engine.isRecording = before }
    return try body()
}
