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
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return nil }
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        let end = Date(timeIntervalSinceNow: seconds)
        var bytes: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = end.timeIntervalSinceNow
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = left > 0 ? poll(&request, 1, Int32(left * 1000) + 1) : 0
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                return nil
            }
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
