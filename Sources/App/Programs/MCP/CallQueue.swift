import Files
import Foundation

/// Calls of tools that wait for the thread that runs them, and the one that it runs.
final class CallQueue: @unchecked Sendable {
    struct Call {
        let id: JSON
        let parameters: JSON
    }

    private let condition = NSCondition()
    private var waiting: [Call] = []
    private var running: JSON?
    private var isCancelled = false
    private var isClosed = false

    func append(_ call: Call) {
        condition.withLock { waiting.append(call) }
        condition.signal()
    }

    /// No more will come.
    func close() {
        condition.withLock { isClosed = true }
        condition.signal()
    }

    /// The next call, for which it waits; nil when no more will come.
    func next() -> Call? {
        condition.withLock {
            while waiting.isEmpty, !isClosed { condition.wait() }
            guard !waiting.isEmpty else { return nil }
            let call = waiting.removeFirst()
            (running, isCancelled) = (call.id, false)
            return call
        }
    }

    /// The call that ran is over.
    ///
    /// - Returns: whether it was taken back, so that nobody waits for its result.
    func finish() -> Bool {
        condition.withLock {
            running = nil
            return isCancelled
        }
    }

    /// Takes a call back.
    ///
    /// - Parameter interrupt: called when it is the one that runs.
    func cancel(_ id: JSON, interrupt: () -> Void) {
        condition.withLock {
            waiting.removeAll { $0.id == id }
            guard running == id else { return }
            isCancelled = true
            interrupt()
        }
    }
}
