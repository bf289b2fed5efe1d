import Foundation
import TestSupport
import XCTest

/// `rhumb tour` as someone goes through a lesson, through pipes and at a terminal.
final class TourTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws {
        rhumb = try Executable()
        try rhumb.file("lesson.md", Self.lesson)
    }
    override func tearDown() { rhumb.remove() }

    private static let lesson = """
        # Doubling

        What is twice a number?

        ```rhumb
        x = 21
        ```

        Look at *it*:

        ```rhumb
        print "x is {x}"
        ```

        ## Exercise

        ```rhumb exercise: double
        func double(n) { return 0 }
        ```

        The check asks for one value.

        ```rhumb check: double
        expect double(3) == 6, "twice three"
        ```

        ```rhumb
        print "twice x is {double(x)}"
        ```

        ## The end

        Well done.

        ## Solutions

        ### double

        Add it to itself.

        ```rhumb solution: double
        func double(n) { return n + n }
        ```
        """

    private func tour(_ lines: String..., arguments: [String] = ["lesson.md"]) throws -> Executable.Result {
        let running = try rhumb.start(["tour"] + arguments)
        running.input.fileHandleForWriting.write(Data(lines.map { $0 + "\n" }.joined().utf8))
        try running.input.fileHandleForWriting.close()
        return running.finish()
    }

    // MARK: stepping

    func testEnterRunsAndGoesOn() throws {
        let result = try tour("", "", "")
        XCTAssertEqual(result.status, 0, result.errors)
        let output = result.output
        XCTAssertTrue(output.contains("What is twice a number?\n\n│ x = 21\n1/5 run> \n"), output)
        XCTAssertTrue(
            output.contains("Look at it:\n\n│ print"), "a cell that shows nothing leads straight on: \(output)")
        XCTAssertTrue(output.contains("2/5 run> \nx is 21\n2/5 next> \n"), "output is left to be looked at: \(output)")
        XCTAssertTrue(output.contains("3/5 check> "), output)
        XCTAssertTrue(
            output.contains(
                "Left at step 3 of 5; 0 of 1 exercises solved. To go on there: rhumb tour lesson.md --from 3"), output)
    }

    func testLinesOfTheLanguageRunInBetween() throws {
        let output = try tour("", "x = 4", "print x + 1", "for i in 0..2 {", "  print \"<{i}>\"", "}", "").output
        XCTAssertTrue(output.contains("2/5 run> print x + 1\n5\n2/5 run> "), output)
        XCTAssertTrue(output.contains("<0>\n<1>\n"), output)
        XCTAssertTrue(output.contains("x is 4\n"), "the cell sees what was typed: \(output)")
    }

    func testSkipBackAgainAndQuit() throws {
        let output = try tour("", "skip", "back", "", "again", "quit").output
        XCTAssertEqual(output.components(separatedBy: "x is 21\n").count, 3, "run once, and once more: \(output)")
        XCTAssertTrue(output.contains("2/5 run> skip\n\n── 3 of 5"), output)
        XCTAssertTrue(output.contains("3/5 check> back\n\n── 2 of 5"), output)
        XCTAssertTrue(output.contains("Left at step 2 of 5"), output)
    }

    func testErrorInACellStaysThere() throws {
        try rhumb.file("bad.md", "```rhumb\nprint missing + 1\n```\n\n```rhumb\nprint \"later\"\n```\n")
        let result = try tour("", "missing = 1", "", "", arguments: ["bad.md"])
        XCTAssertTrue(result.errors.contains("bad.md:2"), result.errors)
        XCTAssertTrue(result.output.contains("Enter runs the cell again"), result.output)
        XCTAssertTrue(result.output.contains("1/2 run> \n2\n1/2 next> "), result.output)
    }

    // MARK: exercises

    func testWrongThenRightAnswer() throws {
        let result = try tour(
            "skip", "skip", "", "func double(n) { return 5 }", "", "hint", "func double(n) { return 2 * n }", "",
            "x = 8", "", "", "")
        XCTAssertEqual(result.errors.components(separatedBy: "expectation failed: twice three").count, 3, result.errors)
        XCTAssertTrue(result.errors.contains("left is 5, right is 6"), result.errors)
        XCTAssertTrue(result.output.contains("Not yet"), result.output)
        XCTAssertTrue(result.output.contains("check> hint\nAdd it to itself.\n"), result.output)
        XCTAssertTrue(result.output.contains("Right.\n"), result.output)
        XCTAssertTrue(result.output.contains("twice x is 16\n"), result.output)
        XCTAssertTrue(result.output.contains("Well done."), result.output)
        XCTAssertFalse(result.output.contains("Solutions"), "the answers don't stand at the end: \(result.output)")
        XCTAssertTrue(result.output.contains("The end of 'Doubling'; 1 of 1 exercises solved.\n"), result.output)
    }

    func testSolutionIsShownAndTaken() throws {
        let output = try tour("", "skip", "solution", "", "", "", "").output
        XCTAssertTrue(output.contains("check> solution\n│ func double(n) { return n + n }\n3/5 next> "), output)
        XCTAssertTrue(output.contains("twice x is 42\n"), output)
        XCTAssertTrue(output.contains("0 of 1 exercises solved"), "what was looked up is not solved: \(output)")
    }

    func testSkippedExerciseLeavesItsSolution() throws {
        let output = try tour("", "skip", "skip", "").output
        XCTAssertTrue(output.contains("twice x is 42\n"), output)
    }

    // MARK: where to begin

    func testFromAStepRunsWhatComesBeforeUnseen() throws {
        let output = try tour("", arguments: ["lesson.md", "--from", "4"]).output
        XCTAssertFalse(output.contains("x is 21"), output)
        XCTAssertTrue(output.contains("4/5 run> \ntwice x is 42\n"), output)
        let result = try tour(arguments: ["lesson.md", "--from", "9"])
        XCTAssertEqual(result.status, 2)
        XCTAssertTrue(result.errors.contains("there is no step 9"), result.errors)
    }

    func testLessonsOfAFolder() throws {
        let folder = rhumb.folder.appendingPathComponent("recipes/course")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try rhumb.file("recipes/course/README.md", "# About\n")
        try rhumb.file("recipes/course/01-one.md", "# 1. One\n\n```rhumb\nprint \"first\"\n```\n")
        try rhumb.file("recipes/course/02-two.md", "# 2. Two\n\n```rhumb\nprint \"second\"\n```\n")
        let result = try tour("7", "1", "", "", "", "", arguments: [])
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.contains("  1. One\n  2. Two\nlesson> 7\nType the number"), result.output)
        XCTAssertTrue(result.output.contains("first\n"), result.output)
        XCTAssertTrue(result.output.contains("The end of '1. One'.\nNext: 2. Two."), result.output)
        XCTAssertTrue(result.output.contains("second\n"), result.output)
        XCTAssertTrue(try tour("", arguments: ["2"]).output.contains("second\n"))
        let none = try tour(arguments: ["3"])
        XCTAssertEqual(none.status, 2)
        XCTAssertTrue(none.errors.contains("no lesson 3 in 'recipes/course'"), none.errors)
    }

    func testTheCourseIsFoundFromAnyFolder() throws {
        let result = try tour(arguments: [])
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.hasPrefix("Lessons in recipes/course\n  1. Embeddings and angles\n"), result.output)
        let left = try tour("quit", arguments: ["2", "--from", "2"])
        XCTAssertTrue(left.output.contains("To go on there: rhumb tour 2 --from 2"), left.output)
        let empty = rhumb.folder.appendingPathComponent("mine")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        let none = try tour(arguments: ["mine"])
        XCTAssertEqual(none.status, 1)
        XCTAssertTrue(none.errors.contains("there are no lessons in '") && none.errors.contains("/mine'"), none.errors)
        XCTAssertTrue(try tour(arguments: ["missing.md"]).errors.contains("can't read 'missing.md'"))
    }

    // MARK: at a terminal

    func testUpBringsTheCellBackAndControlDLeaves() throws {
        let terminal = try PseudoTerminal(rhumb, ["tour", "lesson.md", "--from", "3"])
        terminal.expect("3/5 check> ")
        terminal.type(PseudoTerminal.up)
        terminal.expect("func double(n) { return 0 }")
        terminal.type("\u{7F}\u{7F}\u{7F}n * 2 }\r")
        terminal.expect("3/5 check> ")
        terminal.type("\r")
        terminal.expect("Right.")
        terminal.expect("4/5 run> ")
        terminal.type("x = 5\r")
        terminal.expect("4/5 run> ")
        terminal.type("\r")
        terminal.expect("twice x is 10")
        terminal.expect("4/5 next> ")
        terminal.type(PseudoTerminal.controlD)
        XCTAssertEqual(terminal.waitForExit(), 0)
    }

    func testControlCStopsACellAndKeepsTheStep() throws {
        try rhumb.file("long.md", "```rhumb\nprint \"on\"\nwhile true { x = 1 }\n```\n")
        let terminal = try PseudoTerminal(rhumb, ["tour", "long.md"])
        terminal.expect("1/1 run> ")
        terminal.type("\r")
        terminal.expect("\non\n")
        terminal.type(PseudoTerminal.controlC)
        terminal.expect("interrupted")
        terminal.expect("1/1 run> ")
        terminal.type("quit\r")
        XCTAssertEqual(terminal.waitForExit(), 0)
    }
}
