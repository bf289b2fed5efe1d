import Foundation
import TestSupport
import XCTest

/// Ctrl-C while the program starts, which takes some hundredths of a second, and a little later: no moment is lost.
final class EarlyInterruptTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// - Returns: how a command ended that was interrupted after so many milliseconds.
    private func end(of arguments: [String], interruptedAfter milliseconds: UInt32) throws -> Executable.Result {
        let running = try rhumb.start(arguments)
        usleep(milliseconds * 1000)
        kill(running.process.processIdentifier, SIGINT)
        // What is not interrupted would go on for ever.
        let deadline = Date().addingTimeInterval(20)
        while running.process.isRunning, Date() < deadline { usleep(5000) }
        if running.process.isRunning { kill(running.process.processIdentifier, SIGKILL) }
        return running.finish()
    }

    func testEveryMomentOfTheStart() throws {
        try rhumb.file("endless.md", "# Endless\n\n```rhumb\nwhile true { }\n```\n\n```rhumb\nprint 2\n```\n")
        try rhumb.file("endless.rhumb", "while true { }\n")
        for milliseconds: UInt32 in [0, 2, 4, 7, 10, 14, 20, 30, 45, 70, 100, 150] {
            let commands = [
                ["run", "endless.md", "--out", "out\(milliseconds)"], ["eval", "while true { }"],
                ["check", "endless.rhumb"],
            ]
            for command in commands {
                let result = try end(of: command, interruptedAfter: milliseconds)
                // By the signal itself, or by the program's own hand.
                XCTAssertEqual(
                    result.status, 130, "\(command) after \(milliseconds) ms: \(result.output)\(result.errors)")
            }
        }
    }
}
