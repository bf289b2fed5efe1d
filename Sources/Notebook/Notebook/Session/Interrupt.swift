import Basics
import Glibc
import Tensor

/// The wish to stop what is running, which a signal handler may express.
///
/// Polled by the interpreter between statements and by the engine between primitives, so that the running verb ends
/// within a step and the session goes on.
public enum Interrupt {
    /// One word that a signal handler writes and the one thread of the session reads.
    nonisolated(unsafe) private static let requests: UnsafeMutablePointer<sig_atomic_t> = {
        let pointer = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)
        pointer.initialize(to: 0)
        return pointer
    }()

    public static var isRequested: Bool { requests.pointee != 0 }

    /// How often it was requested since the code started.
    public static var count: Int { Int(requests.pointee) }

    /// Safe to call from a signal handler once ``clear()`` was called.
    ///
    /// - Returns: how often it was called since the code started: a second time is a sign of impatience.
    @discardableResult
    public static func request() -> Int {
        requests.pointee += 1
        StopFlag.raise()
        return Int(requests.pointee)
    }

    /// Before new code runs.
    public static func clear() {
        requests.pointee = 0
        StopFlag.lower()
    }
}
