import Glibc

/// A program that is talked to line by line through its standard input and output, in a process group of its own: what
/// is typed at the terminal, Ctrl-C too, does not reach it.
final class ChildProcess {
    /// Why no line came.
    enum Silence: Error, Equatable {
        /// The program has ended; how, in words.
        case ended(String)
        case late
    }

    private var process: pid_t
    private let input: Int32
    private let output: Int32
    private let errors: Int32
    private var buffered: [UInt8] = []
    /// The last of what it wrote to its errors.
    private var complaints: [UInt8] = []
    private static let longestComplaint = 1 << 14

    /// Starts a program found along `PATH`.
    init(_ program: String, _ arguments: [String]) throws(BenchError) {
        var toChild: [Int32] = [0, 0], fromChild: [Int32] = [0, 0], errorsOfChild: [Int32] = [0, 0]
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0, pipe(&errorsOfChild) == 0 else {
            throw .cannotStart(program: program, reason: String(cString: strerror(errno)))
        }
        // A child that inherited the ends of another would keep it from seeing the end of its input.
        for descriptor in toChild + fromChild + errorsOfChild { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errorsOfChild[1], STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let status = posix_spawnp(&child, program, &actions, &attributes, &pointers, environ)
        for descriptor in [toChild[0], fromChild[1], errorsOfChild[1]] { close(descriptor) }
        process = status == 0 ? child : 0
        (input, output, errors) = (toChild[1], fromChild[0], errorsOfChild[0])
        if status != 0 {
            throw .cannotStart(program: program, reason: String(cString: strerror(status)))
        }
    }

    /// Ends the child and whatever it has started, busy or not.
    deinit {
        for descriptor in [input, output, errors] { close(descriptor) }
        if process > 0 { end() }
    }

    /// Whether the line could be written; a program that has ended reads none.
    @discardableResult
    func send(line: String) -> Bool {
        var bytes = Array((line + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    /// The next line without its end.
    ///
    /// - Parameters:
    ///   - seconds: how long to wait for it.
    ///   - waiting: called a few times a second meanwhile; what it throws ends the wait.
    /// - Throws: `Silence`.
    func receiveLine(within seconds: Double, waiting: () throws -> Void) throws -> String {
        let deadline = BenchClock.now() + seconds
        while true {
            if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffered[..<end], as: UTF8.self)
                buffered.removeSubrange(...end)
                return line
            }
            try waiting()
            let left = deadline - BenchClock.now()
            guard left > 0 else { throw Silence.late }
            var events = [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&events, 2, Int32(min(left, 0.1) * 1000) + 1) > 0 else { continue }
            if events[1].revents & Int16(POLLIN) != 0 { listen() }
            if events[0].revents != 0, !read(output, &buffered) { throw Silence.ended(endInWords()) }
            // A pipe that is closed would wake the wait at once, again and again.
            if events[1].revents == Int16(POLLHUP), events[0].revents == 0 { usleep(20_000) }
        }
    }

    /// Appends what there is to read; false at the end.
    private func read(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        bytes += chunk[..<count]
        return count > 0
    }

    private func listen() {
        _ = read(errors, &complaints)
        if complaints.count > Self.longestComplaint { complaints.removeFirst(complaints.count - Self.longestComplaint) }
    }

    private func end() {
        // Group 0 would be our own.
        guard process > 0 else { return }
        kill(-process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        process = 0
    }

    /// Waits a moment for a program that has closed its output, and says how it ended.
    private func endInWords() -> String {
        var status: Int32 = 0
        var isOver = false
        for _ in 0..<100 {
            if waitpid(process, &status, WNOHANG) == process {
                isOver = true
                break
            }
            usleep(10_000)
        }
        var pending = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
        while poll(&pending, 1, 0) > 0, pending.revents & Int16(POLLIN) != 0 { listen() }
        // What it has started may be alive still.
        if process > 0 { kill(-process, SIGKILL) }
        if isOver { process = 0 } else { end() }
        let signal = status & 0x7f
        let manner =
            !isOver
            ? "closed its output"
            : signal == 0
                ? "ended with exit code \(status >> 8 & 0xff)"
                : "ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        let last = String(decoding: complaints, as: UTF8.self).split(whereSeparator: \.isNewline)
            .last { !$0.allSatisfy(\.isWhitespace) }
        return manner + (last.map { ": \($0)" } ?? "")
    }
}

/// Seconds on a clock that is never set.
enum BenchClock {
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
