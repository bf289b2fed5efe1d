import ArgumentParser
import Foundation
import Notebook

/// What commands that run code of strangers take.
struct SafeOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "For code of strangers: files below the run's folder and the inputs, no network, no programs but gnuplot.",
            discussion: "The kernel enforces it (Landlock and seccomp, Linux 5.13 or newer)."))
    var safe = false

    @Option(
        name: .customLong("input"),
        help: ArgumentHelp(
            "A file or folder that --safe lets the code read, or a model of the hub's cache; may be given several times.",
            valueName: "path"),
        completion: .file())
    var inputs: [String] = []

    @Option(
        help: ArgumentHelp(
            "GiB that --safe lets the code allocate; by default half of the machine's.", valueName: "number"))
    var memory: Double?

    @Option(help: ArgumentHelp("Seconds that --safe lets the code work; by default an hour.", valueName: "number"))
    var seconds: Int?

    private static let hour = 3600

    func validate() throws {
        if !safe {
            let given = [
                ("--input", !inputs.isEmpty), ("--memory", memory != nil), ("--seconds", seconds != nil),
            ].first(where: \.1)
            if let given { throw ValidationError("'\(given.0)' says what '--safe' grants: give that too") }
        }
        if let memory, !(0.01...1e6).contains(memory) {
            throw ValidationError("'--memory' must be from 0.01 to 1000000 GiB, not \(memory)")
        }
        if let seconds, !(1...10_000_000).contains(seconds) {
            throw ValidationError("'--seconds' must be from 1 to 10000000, not \(seconds)")
        }
    }

    /// Nil for code that may do everything.
    var mode: SafeMode? {
        guard safe else { return nil }
        let half = Double(ProcessInfo.processInfo.physicalMemory) / 2
        return SafeMode(
            inputs: inputs, memory: Int(memory.map { $0 * Double(1 << 30) } ?? half), seconds: seconds ?? Self.hour)
    }
}
