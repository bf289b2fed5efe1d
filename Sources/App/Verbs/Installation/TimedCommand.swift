import Foundation
import Plot

/// A command of the shell that may hang: a program on the PATH that somebody put there.
enum TimedCommand {
    /// How long it may take: no longer than a figure.
    static var seconds: Double { min(10, Gnuplot.timeout) }

    /// The same in words.
    static var time: String {
        let seconds = seconds
        return seconds == 1
            ? "1 second" : (seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)") + " seconds"
    }

    /// What the command writes; nil when it can't be run or was still at work after its time, and is ended then.
    static func output(of command: String) -> String? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let descriptor = ends[0]
        defer { close(descriptor) }
        let child = start(command, writingTo: ends[1])
        close(ends[1])
        guard let child else { return nil }
        let end = Date(timeIntervalSinceNow: seconds)
        var bytes: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = end.timeIntervalSinceNow
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = left > 0 ? poll(&request, 1, Int32(left * 1000) + 1) : 0
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else {
                kill(-child, SIGKILL)
                finish(child)
                return nil
            }
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        finish(child)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Starts the shell in a group of its own, which can be ended as one. Foundation's `Process` would open a socket of
    /// the network, which safe mode has not.
    private static func start(_ command: String, writingTo output: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        let words: [String] = ["/bin/sh", "-c", command]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        return posix_spawn(&child, "/bin/sh", &actions, &attributes, &arguments, environ) == 0 ? child : nil
    }

    private static func finish(_ child: pid_t) {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
}
