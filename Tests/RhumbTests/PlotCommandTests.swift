import Foundation
import TestSupport
import XCTest

/// `rhumb plot` as a user runs it: with descriptors, signals and a gnuplot of the system.
final class PlotCommandTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws {
        rhumb = try Executable()
        try rhumb.file("m.csv", "step,loss,kl\n1,0.9,1e-6\n2,0.8,2e-6\n3,0.7,3e-6\n")
    }

    override func tearDown() { rhumb.remove() }

    /// Runs the program, whose standard input stays open, and fails where it is still at work after some time.
    private func run(
        _ arguments: String..., environment: [String: String] = [:], within seconds: Double = 60,
        interruptedAfter: Double? = nil,
        line: UInt = #line
    ) throws -> (result: Executable.Result, seconds: Double) {
        let start = Date()
        let running = try rhumb.start(arguments, environment: environment)
        let done = DispatchSemaphore(value: 0)
        let process = running.process.processIdentifier
        Thread.detachNewThread {
            if let interruptedAfter, done.wait(timeout: .now() + interruptedAfter) == .timedOut {
                kill(process, SIGINT)
            }
            if done.wait(timeout: .now() + seconds) == .timedOut { kill(process, SIGKILL) }
        }
        let result = running.finish()
        done.signal()
        done.signal()
        XCTAssertNotEqual(result.status, 128 + SIGKILL, "still at work after \(seconds) seconds", line: line)
        return (result, Date().timeIntervalSince(start))
    }

    private func hangingGnuplot() throws -> [String: String] {
        let name = try rhumb.file("gnuplot", "#!/bin/sh\nexec sleep 1000\n")
        chmod(rhumb.folder.appendingPathComponent(name).path, 0o755)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return ["PATH": rhumb.folder.path + ":" + path]
    }

    func testAFigureIsWrittenWithItsScript() throws {
        let (result, _) = try run("plot", "m.csv")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertEqual(result.output, "m.csv: 3 rows; m-plot.png\n")
        let png = try Data(contentsOf: rhumb.folder.appendingPathComponent("m-plot.png"))
        XCTAssertEqual(Array(png.prefix(4)), [0x89, 0x50, 0x4e, 0x47])
        XCTAssertTrue(try rhumb.text(of: "m-plot.gp").contains("loss"))
    }

    func testSeveralFilesOptionsAndAPipe() throws {
        try rhumb.file("n.csv", "step,loss\n1,0.8\n2,0.6\n")
        let (both, _) = try run(
            "plot", "m.csv", "n.csv", "--y", "loss, kl", "--xlim", "0,5", "--title", "two", "--out", "o.svg")
        XCTAssertEqual(both.status, 0, both.errors)
        XCTAssertTrue(both.output.contains("m.csv: 3 rows\nn.csv: 2 rows; o.svg\n"), both.output)
        XCTAssertTrue(both.output.contains("'n' has no column 'kl'"), both.output)
        let svg = try rhumb.text(of: "o.svg")
        for name in ["m, loss", "m, kl", "n, loss", ">two<"] { XCTAssertTrue(svg.contains(name), name) }
        let right = try rhumb.run(
            "plot", "-", "--y", "loss", "--y2", "kl", "--out", "r.svg", input: "step,loss,kl\n1,0.9,1e-6\n2,0.8,2e-6\n")
        XCTAssertEqual(right.output, "standard input: 2 rows; r.svg\n")
        XCTAssertTrue(try rhumb.text(of: "r.gp").contains("axes x1y2"))
        for arguments in [
            ["m.csv", "--y", "los"], ["m.csv", "--panels", "--y2", "kl"], ["m.csv", "--xlim", "1"], ["none.csv"],
        ] {
            let result = try rhumb.start(["plot"] + arguments).finish()
            XCTAssertNotEqual(result.status, 0, "\(arguments)")
            XCTAssertTrue(result.errors.hasPrefix("error: "), result.errors)
        }
    }

    /// Braille needs no colours, and a narrow terminal gets a narrow text.
    func testFiguresAreTextWithoutColoursAndInNarrowTerminals() throws {
        for (environment, columns) in [
            (["TERM": "dumb"], 80), (["NO_COLOR": "1"], 80), (["NO_COLOR": "1"], 44), (["TERM": "dumb"], 33),
        ] {
            for arguments in [["plot", "m.csv", "--y", "loss"], ["eval", "plot [1, 4, 2, 3]"]] {
                let terminal = try PseudoTerminal(rhumb, arguments, environment: environment, columns: Int32(columns))
                terminal.expect(".png", within: 30)
                let shown = String(decoding: terminal.raw, as: UTF8.self)
                XCTAssertTrue(shown.contains { ("\u{2801}"..."\u{28ff}").contains($0) }, shown)
                XCTAssertFalse(shown.contains("\u{1b}"), shown)
                let plot = shown.split(whereSeparator: \.isNewline).filter {
                    $0.contains("│") || $0.contains("┤") || $0.contains("└")
                }
                XCTAssertGreaterThan(plot.count, 5, shown)
                XCTAssertLessThan(plot.map(\.count).max() ?? 999, columns, shown)
            }
        }
    }

    func testAGnuplotThatHangsIsStoppedAndNamed() throws {
        let hanging = try hangingGnuplot().merging(["RHUMB_GNUPLOT_SECONDS": "1"]) { $1 }
        let (plot, _) = try run("plot", "m.csv", environment: hanging)
        XCTAssertEqual(plot.status, 1)
        XCTAssertTrue(
            plot.errors.hasPrefix("error: gnuplot did not end within 1 second and was stopped\n  help: "), plot.errors)
        let (eval, _) = try run("eval", "plot [1, 2, 3]", environment: hanging)
        XCTAssertEqual(eval.status, 1)
        XCTAssertTrue(eval.errors.contains("gnuplot did not end within 1 second and was stopped"), eval.errors)
        let (doctor, _) = try run("doctor", environment: hanging)
        XCTAssertTrue(doctor.output.contains("tells no version within 1 second"), doctor.output)
    }

    func testAnInterruptEndsAGnuplotThatHangs() throws {
        for arguments in [["plot", "m.csv"], ["eval", "plot [1, 2, 3]"]] {
            let (result, seconds) = try run(
                arguments[0], arguments[1], environment: try hangingGnuplot(), interruptedAfter: 1.5)
            XCTAssertEqual(result.status, 130, result.errors)
            XCTAssertLessThan(seconds, 30)
        }
    }
}
