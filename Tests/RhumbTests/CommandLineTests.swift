import TestSupport
import XCTest

/// The built executable as scripts and people use it, without a terminal.
final class CommandLineTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    // MARK: eval and standard input

    func testEvalPrintsOnStandardOutputOnly() throws {
        let result = try rhumb.run("eval", "print 1+1")
        XCTAssertEqual(result.output, "2\n")
        XCTAssertEqual(result.errors, "")
        XCTAssertEqual(result.status, 0)
    }

    func testEvalShowsValuesAndTakesSeveralLines() throws {
        XCTAssertEqual(try rhumb.run("eval", "x = 20", "x * 2 + 2", "x;").output, "42\n")
    }

    func testOptionsOfEveryCommandMayStandBeforeIt() throws {
        let seeded = try rhumb.run("eval", "--seed", "3", "randn [2]").output
        XCTAssertEqual(try rhumb.run("--threads", "1", "--seed=3", "--no-color", "eval", "randn [2]").output, seeded)
        XCTAssertNotEqual(try rhumb.run("--seed", "4", "eval", "randn [2]").output, seeded)
        XCTAssertEqual(try rhumb.run("--threads", "1", input: "print 3").output, "3\n", "no command, no change")
    }

    func testProgramOnStandardInput() throws {
        XCTAssertEqual(try rhumb.run("-", input: "print \"ä 漢\"\nprint 2").output, "ä 漢\n2\n")
        XCTAssertEqual(try rhumb.run(input: "print 3").output, "3\n", "without a terminal, no dash is needed")
    }

    func testErrorHasPlaceAndCaretOnStandardError() throws {
        let result = try rhumb.run("eval", "x = 1\ny = x + nothing")
        XCTAssertEqual(result.output, "")
        XCTAssertTrue(
            result.errors.contains("error: unknown name 'nothing'\n  command line:2 | y = x + nothing\n"), result.errors
        )
        XCTAssertTrue(result.errors.contains("|         ^^^^^^^"), result.errors)
        XCTAssertFalse(result.errors.contains("\u{1B}"), "no colours without a terminal")
    }

    func testOutputBeforeAnErrorStays() throws {
        let result = try rhumb.run("eval", "print 1\nprint [1][5]\nprint 2")
        XCTAssertEqual(result.output, "1\n")
        XCTAssertEqual(result.status, 1)
    }

    // MARK: exit codes

    func testExitCodes() throws {
        XCTAssertEqual(try rhumb.run("eval", "expect 1 > 2, \"no\"").status, 1, "a failed expect")
        XCTAssertEqual(try rhumb.run("eval", "print [1][5]").status, 1, "a run-time error")
        XCTAssertEqual(try rhumb.run("eval", "print (1").status, 2, "syntax")
        XCTAssertEqual(try rhumb.run("eval").status, 2, "a missing argument")
        XCTAssertEqual(try rhumb.run("eval", "--bogus", "1").status, 2, "an unknown option")
        XCTAssertEqual(try rhumb.run("evil").status, 2, "an unknown command")
        XCTAssertEqual(try rhumb.run("run", "missing.md").status, 1, "a missing file")
        XCTAssertEqual(try rhumb.run("--threads", "0").status, 2)
        XCTAssertEqual(try rhumb.run("--help").status, 0)
        XCTAssertEqual(try rhumb.run("--version").status, 0)
    }

    func testHelpOnANameOfACommandAndAVerbShowsBoth() throws {
        let plot = try rhumb.run("help", "plot").output
        XCTAssertTrue(plot.contains("USAGE: rhumb plot"), plot)
        XCTAssertTrue(plot.contains("The verb 'plot' of the language:\n\nplot "), plot)
        XCTAssertTrue(plot.range(of: "USAGE")!.lowerBound < plot.range(of: "The verb")!.lowerBound)
        XCTAssertFalse(try rhumb.run("help", "eval").output.contains("The verb"))
        XCTAssertTrue(try rhumb.run("help", "sqrt").output.hasPrefix("sqrt "))
    }

    func testUnknownCommandIsSuggested() throws {
        XCTAssertTrue(try rhumb.run("evla").errors.contains("did you mean 'eval'?"))
    }

    func testInterruptedProgramSaysSo() throws {
        let running = try rhumb.start(["eval", "print \"on\"\nwhile true { x = 1 }"])
        XCTAssertEqual(try running.output.fileHandleForReading.read(upToCount: 3), Data("on\n".utf8))
        kill(running.process.processIdentifier, SIGINT)
        let result = running.finish()
        XCTAssertEqual(result.status, 130)
        XCTAssertTrue(result.errors.contains("interrupted"), result.errors)
    }

    func testClosedPipeEndsQuietly() throws {
        let script = "'\(Executable.path)' eval 'for i in 0..1000000 { print i }' | head -1"
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", script]
        let output = Pipe(), errors = Pipe()
        (shell.standardOutput, shell.standardError) = (output, errors)
        try shell.run()
        shell.waitUntilExit()
        XCTAssertEqual(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self), "0\n")
        XCTAssertEqual(errors.fileHandleForReading.readDataToEndOfFile(), Data())
    }

    func testFullDiskIsAnError() throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "'\(Executable.path)' eval 'print 1' > /dev/full"]
        let errors = Pipe()
        shell.standardError = errors
        try shell.run()
        shell.waitUntilExit()
        XCTAssertEqual(shell.terminationStatus, 1)
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        XCTAssertTrue(text.contains("can't write the output: No space left on device"), text)
    }

    // MARK: the other commands

    func testVerbsAreListedByFamily() throws {
        let result = try rhumb.run("verbs", "session")
        XCTAssertTrue(result.output.contains("record"), result.output)
        XCTAssertEqual(try rhumb.run("verbs", "nothing").status, 2)
    }

    func testManualPageIsRoffThatManTakes() throws {
        let page = try rhumb.run("man").output
        XCTAssertTrue(page.hasPrefix(".TH RHUMB 1"), page)
        for section in ["NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "EXIT STATUS"] {
            XCTAssertTrue(page.contains(".SH \(section)\n"), section)
        }
        XCTAssertTrue(page.contains(".SS rhumb run\n"))
        XCTAssertTrue(page.contains("\\fB\\-\\-set\\fR \\fIname=value\\fR"), page)
    }

    func testCompletionScript() throws {
        XCTAssertTrue(try rhumb.run("--generate-completion-script", "bash").output.contains("complete"))
    }

    func testDoctorKnowsWhatIsMissing() throws {
        let result = try rhumb.run("doctor", environment: ["PATH": "/nonexistent"])
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.output.contains("fail   gnuplot"), result.output)
        XCTAssertTrue(result.output.contains("→ sudo apt-get install gnuplot-nox"), result.output)
    }
}
