import Glibc
import Notebook

/// Text to a file descriptor: at once on a terminal; for a pipe or file, what comes in quick succession is gathered.
package final class TextOutput {
    /// Whether this process keeps silent: of several that do the same, one speaks. What ends a process by itself, as a
    /// crash or a lack of memory, is not silenced.
    nonisolated(unsafe) package static var isSilent = false

    private let descriptor: Int32
    private let isTerminal: Bool
    private var gathered: [UInt8] = []
    private var lastFlush = 0.0

    /// Bytes and seconds after which a pipe gets what was gathered.
    private static let room = 1 << 15, longestDelay = 0.05

    init(descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
    }

    func write(_ text: String) {
        if Self.isSilent { return }
        gathered += text.utf8
        if isTerminal || gathered.count > Self.room { flush() } else { flushIfDue() }
    }

    /// To be called now and then, so that the last lines of a burst don't wait for the next one.
    func flushIfDue() {
        if !gathered.isEmpty, Stopwatch.now() - lastFlush > Self.longestDelay { flush() }
    }

    /// Ends the process when nobody reads any more or nothing can be written: there is no one left to tell.
    func flush() {
        lastFlush = Stopwatch.now()
        var rest = gathered[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                exit(128 + SIGPIPE)
            } else if errno != EINTR, errno != EAGAIN {
                let reason = String(cString: strerror(errno))
                if descriptor != STDERR_FILENO {
                    TextOutput(descriptor: STDERR_FILENO).write("error: can't write the output: \(reason)\n")
                }
                exit(1)
            }
        }
        gathered.removeAll(keepingCapacity: true)
    }
}
