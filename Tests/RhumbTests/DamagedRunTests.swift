import Foundation
import XCTest

/// Run folders that were damaged, or made up: one sentence, whoever reads them.
final class DamagedRunTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws {
        rhumb = try Executable()
        try rhumb.file("r.md", "# R\n\n```rhumb\nx = 1\n```\n\n```rhumb\nexpect x > 1\n```\n")
        XCTAssertEqual(try rhumb.run("run", "r.md", "--out", "runs/good").status, 1)
    }
    override func tearDown() { rhumb.remove() }

    /// A copy of the good run with something else in its manifest.
    private func damage(_ name: String, _ change: (String) -> String) throws {
        let folder = rhumb.folder.appendingPathComponent("runs")
        try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        try FileManager.default.copyItem(
            at: folder.appendingPathComponent("good"), to: folder.appendingPathComponent(name))
        let text = try rhumb.text(of: "runs/good/manifest.json"), changed = change(text)
        XCTAssertNotEqual(text, changed, name)
        try rhumb.file("runs/\(name)/manifest.json", changed)
    }

    private func replacing(_ pattern: String, _ text: String) -> (String) -> String {
        { $0.replacingOccurrences(of: pattern, with: text, options: .regularExpression) }
    }

    func testEveryReaderSaysOneSentence() throws {
        let cases: [(name: String, change: (String) -> String, sentence: String)] = [
            ("line", replacing("\"line\": 8,", ""), "'runs/line/manifest.json', 'cell 2': 'line' is missing"),
            ("zero", replacing("\"line\": 8,", "\"line\": 0,"), "'cell 2': 'line' must be a whole number from 1 to"),
            (
                "nan", replacing("(?m)^  \"seconds\": [0-9.]+", "  \"seconds\": NaN"),
                "'seconds' must be a number of seconds, not NaN"
            ),
            (
                "past", replacing("(?m)^      \"seconds\": [0-9.]+", "      \"seconds\": -1"),
                "'cell 1': 'seconds' must be a number of seconds, not -1"
            ),
            (
                "memory", replacing("\"peakMemory\": [0-9]+", "\"peakMemory\": 9223372036854775807"),
                "'cell 1': 'peakMemory' must be a whole number from 0"
            ),
            (
                "machine", replacing("\"memory\": [0-9]+", "\"memory\": 9223372036854775807"),
                "'machine': 'memory' must be"
            ),
            (
                "threads", replacing("\"threads\": [0-9]+", "\"threads\": -3"),
                "'threads' must be a whole number from 1 to 1024, not -3"
            ),
            (
                "status", replacing("(?m)^  \"status\": \"failed\"", "  \"status\": \"fine\""),
                "'status' can't be \"fine\""
            ),
            ("format", replacing("\"format\": 1", "\"format\": 7"), "a newer Rhumb has written"),
            ("cut", { String($0.prefix(300)) }, "'runs/cut/manifest.json'"),
        ]
        for (name, change, sentence) in cases {
            try damage(name, change)
            let run = "runs/" + name
            for arguments in [
                ["report", run], ["watch", "--once", run], ["diff", run, "runs/good"], ["replay", run],
                ["run", "--resume", run], ["eval", "open \"\(run)\""],
            ] {
                let result = try rhumb.start(arguments).finish()
                XCTAssertEqual(result.status, 1, "\(arguments): \(result.errors)")
                XCTAssertTrue(result.errors.contains(sentence), "\(arguments): \(result.errors)")
            }
        }
        let index = try rhumb.run("report", "runs")
        XCTAssertEqual(index.status, 0, index.errors)
        XCTAssertEqual(index.output, "runs/index.html\n")
        let page = try rhumb.text(of: "runs/index.html")
        XCTAssertTrue(page.contains("good/report.html"), "one damaged folder does not end the index of all")
        for (name, _, sentence) in cases {
            XCTAssertTrue(index.errors.contains(sentence), index.errors)
            XCTAssertTrue(page.contains("<li>\(name): "), name)
        }
    }

    func testAManifestOfAnotherRecipeIsNoReasonToCrash() throws {
        // One cell fewer than the recipe has: going on must not count beyond the end.
        try damage("short") { text in
            let cell = text.range(of: "    {\n      \"cell\": 2")!,
                end = text.range(of: "    }\n  ],", range: cell.lowerBound..<text.endIndex)!
            return text.replacingCharacters(in: text.index(cell.lowerBound, offsetBy: -2)..<end.lowerBound, with: "\n")
                .replacingOccurrences(of: "}\n    }\n  ],", with: "}\n  ],").replacingOccurrences(
                    of: "\n    }\n    }", with: "\n    }")
        }
        let result = try rhumb.run("run", "--resume", "runs/short")
        XCTAssertEqual(result.status, 1, result.errors)
        XCTAssertTrue(result.errors.hasPrefix("error: 'runs/short/manifest.json'"), result.errors)
    }

    func testProgressThatNoWorkCanHave() throws {
        try rhumb.file("k.md", "```rhumb\nprint \"now\"\nwhile true { x = 1 }\n```\n")
        let running = try rhumb.start(["run", "k.md", "--out", "out"])
        let deadline = Date().addingTimeInterval(20)
        let cell = rhumb.folder.appendingPathComponent("out/cells/1.json").path
        while !FileManager.default.fileExists(atPath: cell), Date() < deadline { usleep(10_000) }
        for progress in [
            "{\"cell\": 1, \"label\": \"x\", \"done\": 9223372036854775807, \"total\": 5, \"seconds\": 1, \"first\": -9223372036854775808}",
            "{\"cell\": 9223372036854775807, \"label\": \"x\", \"done\": 3, \"total\": -4, \"seconds\": NaN, \"first\": 2}",
            "{\"cell\": 1, \"label\": \"x\", \"done\": 3, \"total\": 9, \"seconds\": 1e300, \"first\": 2, \"part\": {\"label\": \"p\", \"done\": -1, \"total\": 0}}",
        ] {
            try rhumb.file("out/progress.json", progress)
            let result = try rhumb.run("watch", "--once", "out")
            XCTAssertEqual(result.status, 0, result.errors)
            XCTAssertTrue(result.output.contains("running"), result.output)
        }
        kill(running.process.processIdentifier, SIGKILL)
        _ = running.finish()
    }
}
