import Foundation
import TestSupport
import XCTest

/// Runs the `rhumb` that was built together with these tests, as a user would.
struct Executable {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// A folder of its own, which is also the home folder, so that no test sees anyone's history or settings.
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("rhumb-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Next to the test bundle, wherever that was built.
    static let path: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent("rhumb").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        return "rhumb"
    }()

    func environment(_ changes: [String: String] = [:]) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        for name in ["NO_COLOR", "XDG_STATE_HOME", "VISUAL", "EDITOR", "COLUMNS", "LINES"] { environment[name] = nil }
        environment["HOME"] = folder.path
        environment["LC_ALL"] = "C.UTF-8"
        environment["TERM"] = "xterm"
        return environment.merging(changes) { $1 }
    }

    /// Writes a file into the folder and gives its name.
    @discardableResult
    func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        return name
    }

    func text(of name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    /// A started process and the pipes to read it by.
    struct Running {
        let process: Process
        let output = Pipe(), errors = Pipe(), input = Pipe()

        /// Waits for the end and reads everything.
        func finish() -> Result {
            var errorBytes = Data()
            let done = DispatchSemaphore(value: 0)
            let errorHandle = errors.fileHandleForReading
            nonisolated(unsafe) let box = Box()
            Thread.detachNewThread {
                box.data = errorHandle.readDataToEndOfFile()
                done.signal()
            }
            let outputBytes = output.fileHandleForReading.readDataToEndOfFile()
            done.wait()
            errorBytes = box.data
            process.waitUntilExit()
            return Result(
                status: process.terminationReason == .exit
                    ? process.terminationStatus : 128 + process.terminationStatus,
                output: String(decoding: outputBytes, as: UTF8.self),
                errors: String(decoding: errorBytes, as: UTF8.self))
        }

        private final class Box { var data = Data() }
    }

    /// - Parameter program: another program than Rhumb.
    func start(
        _ arguments: [String], of program: String = path, environment changes: [String: String] = [:]
    ) throws -> Running {
        let running = Running(process: Process())
        running.process.executableURL = URL(fileURLWithPath: program)
        running.process.arguments = arguments
        running.process.environment = environment(changes)
        running.process.currentDirectoryURL = folder
        running.process.standardOutput = running.output
        running.process.standardError = running.errors
        running.process.standardInput = running.input
        try running.process.run()
        return running
    }

    /// Runs a script of the shell in the folder, with input from a file: who reads a pipe may be gone before.
    func runShell(_ script: String, input: String = "") throws -> Result {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("input-\(UUID().uuidString)")
        try Data(input.utf8).write(to: place)
        defer { try? FileManager.default.removeItem(at: place) }
        let running = try start(["-c", "exec < '\(place.path)'\n" + script], of: "/bin/sh")
        try running.input.fileHandleForWriting.close()
        return running.finish()
    }

    func run(_ arguments: String..., input: String = "", environment: [String: String] = [:]) throws -> Result {
        let running = try start(arguments, environment: environment)
        running.input.fileHandleForWriting.write(Data(input.utf8))
        try running.input.fileHandleForWriting.close()
        return running.finish()
    }
}
