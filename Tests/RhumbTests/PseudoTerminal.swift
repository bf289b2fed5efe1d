import Foundation
import Pty
import TestSupport
import XCTest

/// A test that needs a terminal and gets none fails: skipped, the whole prompt would go untested.
struct NoPseudoTerminal: Error, CustomStringConvertible {
    let reason: String
    var description: String { "no pseudo-terminal can be had here: \(reason)" }
}

/// The executable at a terminal that a test types into.
final class PseudoTerminal {
    private let master: Int32
    let process: pid_t
    /// Everything the terminal was sent so far.
    private(set) var raw: [UInt8] = []
    /// Where the next `expect` starts to look.
    private var position = 0

    init(
        _ executable: Executable, _ arguments: [String] = [], environment: [String: String] = [:], columns: Int32 = 80
    ) throws {
        let wanted = ["RHUMB_PAGER": "none"].merging(environment) { $1 }
        let variables = executable.environment(wanted).map { "\($0.key)=\($0.value)" }
        var argv: [UnsafeMutablePointer<CChar>?] = ([Executable.path] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var child = pid_t()
        master = pty_spawn(Executable.path, &argv, &envp, executable.folder.path, 24, columns, &child)
        process = child
        guard master >= 0 else { throw NoPseudoTerminal(reason: String(cString: strerror(errno))) }
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
    }

    deinit {
        // Also called where there was no terminal: a signal to process -1 goes to every process of the user.
        guard process > 0, master >= 0 else { return }
        close(master)
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// A bracketed paste, as terminals send it.
    func paste(_ text: String) { type("\u{1B}[200~" + text.replacingOccurrences(of: "\n", with: "\r") + "\u{1B}[201~") }

    func resize(rows: Int, columns: Int) { pty_resize(master, Int32(rows), Int32(columns)) }

    static let enter = "\r", tab = "\t", up = "\u{1B}[A", controlC = "\u{3}", controlD = "\u{4}"

    /// Waits until the text appears after what was expected last.
    func expect(_ text: String, within seconds: Double = 10, file: StaticString = #filePath, line: UInt = #line) {
        let deadline = Date().addingTimeInterval(seconds)
        repeat {
            readAvailable()
            let shown = Self.withoutEscapes(raw[position...])
            if let range = shown.range(of: text) {
                // Escapes are taken out piece by piece, so go on behind everything that was needed to see the text.
                var end = position
                while end < raw.count, Self.withoutEscapes(raw[position...end]).range(of: text) == nil { end += 1 }
                position = min(end + 1, raw.count)
                _ = range
                return
            }
            usleep(10_000)
        } while Date() < deadline
        XCTFail("'\(text)' did not appear in: \(Self.withoutEscapes(raw[position...]))", file: file, line: line)
    }

    /// What appeared since the last `expect`, without escapes.
    func rest(after seconds: Double = 0.3) -> String {
        let deadline = Date().addingTimeInterval(seconds)
        repeat {
            readAvailable()
            usleep(10_000)
        } while Date() < deadline
        return Self.withoutEscapes(raw[position...])
    }

    /// The exit status, once the process has ended.
    func waitForExit(within seconds: Double = 10) -> Int32? {
        let deadline = Date().addingTimeInterval(seconds)
        var status: Int32 = 0
        repeat {
            readAvailable()
            if waitpid(process, &status, WNOHANG) == process {
                return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
            }
            usleep(10_000)
        } while Date() < deadline
        return nil
    }

    private func readAvailable() {
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(master, &chunk, chunk.count)
            if count <= 0 { return }
            raw += chunk[..<count]
        }
    }

    private static func withoutEscapes(_ bytes: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == 0x1B else {
                if byte != 0x0D, byte != 0x07 { result.append(byte) }
                continue
            }
            guard rest.first == UInt8(ascii: "[") else { continue }
            rest.removeFirst()
            while let next = rest.popFirst(), !(0x40...0x7E).contains(next) {}
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension PseudoTerminal {
    /// The prompt, waiting for what is typed.
    static func prompt(
        _ executable: Executable, _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(executable, arguments, environment: environment)
        terminal.expect("rhumb>")
        return terminal
    }

    /// Leaves the prompt, which must end well.
    func leave(file: StaticString = #filePath, line: UInt = #line) {
        // Ctrl-D counts at a prompt, not while something still runs.
        type("\r")
        expect("rhumb>", file: file, line: line)
        _ = rest(after: 0.05)
        type(Self.controlD)
        XCTAssertEqual(waitForExit(), 0, file: file, line: line)
    }
}
