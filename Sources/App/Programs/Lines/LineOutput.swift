import Files
import Glibc
import Synchronization

/// JSON, a value a line, to a file or pipe; from any thread.
package final class LineOutput: Sendable {
    private let descriptor: Mutex<Int32>

    package init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    /// Writes a line at once.
    ///
    /// - Returns: 0, or the system's number of what went wrong.
    @discardableResult
    package func write(_ json: JSON) -> Int32 {
        let bytes = Array((json.text() + "\n").utf8)
        return descriptor.withLock { descriptor in
            var done = 0
            while done < bytes.count {
                let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                done += count
            }
            return 0
        }
    }

    /// Standard output for this alone: whatever else is written there goes to standard error from now on.
    package static func takingStandardOutput() -> LineOutput {
        let own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        guard own >= 0 else { return LineOutput(descriptor: STDOUT_FILENO) }
        dup2(STDERR_FILENO, STDOUT_FILENO)
        return LineOutput(descriptor: own)
    }
}
