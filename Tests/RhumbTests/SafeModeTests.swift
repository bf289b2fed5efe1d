import Foundation
import TestSupport
import XCTest

/// `--safe`: what code of strangers can't do, tried.
final class SafeModeTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func file(_ name: String, _ text: String) throws {
        let url = rhumb.folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// - Throws: `XCTSkip` where the kernel can't hold a program to folders, which the program says then.
    private func checked(_ result: Executable.Result) throws -> Executable.Result {
        if result.errors.contains("'--safe' can't be kept here") {
            XCTAssertEqual(result.status, 1)
            throw XCTSkip("no Landlock here")
        }
        return result
    }

    private func eval(_ code: String, _ options: String...) throws -> Executable.Result {
        try file("inside/.keep", "")
        let line = (["eval", "--safe"] + options + [code]).map { "'" + $0.replacing("'", with: "'\\''") + "'" }
        return try checked(rhumb.runShell("cd inside && '\(Executable.path)' " + line.joined(separator: " ")))
    }

    func testFilesOutsideAreRefusedWhateverLeadsThere() throws {
        try file("secret.txt", "secret")
        try file("evil.rhumb", "print \"run\"")
        try file("data/x.txt", "given")
        _ = try rhumb.runShell(
            "mkdir -p inside; cd inside; ln -s ../secret.txt link.txt; ln -s .. up; ln -s ../made.txt dangling.txt; "
                + "ln -s ../secret.txt ../data/link.txt")
        let outside = rhumb.folder.path
        for code in [
            "load \"../secret.txt\"", "load \"\(outside)/secret.txt\"", "load \"link.txt\"", "load \"up/secret.txt\"",
            "load \"up/*.txt\"", "load \"../nothing.txt\"", "load \"/proc/self/environ\" as: \"text\"",
            "load \"/proc/self/cwd/../secret.txt\"", "load \"/etc/passwd\" as: \"text\"", "import \"../evil.rhumb\"",
            "load \"../data/link.txt\"", "open \"..\"", "load \"~/.bashrc\" as: \"text\"",
        ] {
            let result = try eval(code, "--input", "../data")
            XCTAssertEqual(result.status, 1, code)
            XCTAssertTrue(result.errors.contains("safe mode reads below"), "\(code): \(result.errors)")
            XCTAssertFalse(result.output.contains("secret") || result.output.contains("run"), result.output)
        }
        for code in [
            "save [1] \"../x.json\"", "save [1] \"\(outside)/x.json\"", "save [1] \"up/x.json\"",
            "save (eye(2)) \"/tmp/rhumb-safe.npy\"", "record \"../x.md\"", "save [1] \"dangling.json/../../x.json\"",
        ] {
            let result = try eval(code)
            XCTAssertEqual(result.status, 1, code)
            XCTAssertTrue(result.errors.contains("safe mode writes into"), "\(code): \(result.errors)")
        }
        XCTAssertEqual(try eval("save \"a\" \"dangling.txt\"").status, 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: outside)
        XCTAssertFalse(names.contains { $0.hasPrefix("x.") || $0 == "made.txt" }, "\(names)")
        let result = try eval(
            "save [1] \"own.json\"\nprint (load \"own.json\") (load \"../data/x.txt\") (load \"emoji\").width",
            "--input",
            "../data")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.contains("[1] given 128"), result.output)
        XCTAssertTrue(result.errors.hasPrefix("safe: files below"), result.errors)
    }

    func testEventsOfSafeCodeAreHeldToo() throws {
        try file("secret.txt", "secret")
        let result = try eval("load \"../secret.txt\" as: \"text\"", "--json")
        XCTAssertEqual(result.status, 1)
        XCTAssertFalse(result.output.contains("\"secret\""), result.output)
        XCTAssertTrue(result.output.contains("safe mode reads below"), result.output)
    }

    /// A link that is changed between what is checked and what is opened: the kernel looks at what is opened.
    func testALinkThatIsSwappedMeanwhileLeadsNowhere() throws {
        try file("secret.txt", "secret")
        try file("inside/own.txt", "own")
        try file("inside/d/x.txt", "own")
        try file("outside/x.txt", "secret")
        let swapper = Process()
        swapper.executableURL = URL(fileURLWithPath: "/bin/sh")
        swapper.currentDirectoryURL = rhumb.folder.appendingPathComponent("inside")
        swapper.arguments = [
            "-c",
            "while :; do ln -sfn ../secret.txt link.txt; ln -sfn own.txt link.txt; "
                + "mv d e; ln -s ../outside d; rm d; mv e d; done 2> /dev/null",
        ]
        try swapper.run()
        defer {
            swapper.terminate()
            swapper.waitUntilExit()
        }
        var read = 0
        for round in 0..<10 {
            let path = round % 2 == 0 ? "link.txt" : "d/x.txt"
            let result = try eval("for i in 0..500 { print (load \"\(path)\" as: \"text\") }")
            XCTAssertFalse(result.output.contains("secret"), "\(path): \(result.output)")
            read += result.output.split(separator: "\n").count { $0 == "own" }
        }
        XCTAssertGreaterThan(read, 0, "what lies inside is read")
    }

    func testAnAssistantsSessionIsHeld() throws {
        try file("secret.txt", "secret")
        func call(_ id: Int, _ code: String) -> String {
            "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"tools/call\",\"params\":{\"name\":\"execute\","
                + "\"arguments\":{\"code\":\"\(code.replacing("\"", with: "\\\""))\"}}}\n"
        }
        let calls = [
            "load \"secret.txt\" as: \"text\"", "save [1] \"\(rhumb.folder.path)/made.json\"",
            "save [1] \"own.json\"; print (load \"own.json\")",
            "while true { }", "print \"still here\"",
        ]
        let running = try rhumb.start(["mcp", "--safe", "--seconds", "1", "--out", "folder"])
        running.input.fileHandleForWriting.write(Data(calls.enumerated().map { call($0, $1) }.joined().utf8))
        var text = Data()
        while text.split(separator: UInt8(ascii: "\n")).count < calls.count {
            let more = running.output.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += more
        }
        try running.input.fileHandleForWriting.close()
        let result = try checked(running.finish())
        XCTAssertEqual(result.status, 0, result.errors)
        let answers = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        XCTAssertEqual(answers.count, calls.count, result.errors)
        guard answers.count == calls.count else { return }
        XCTAssertTrue(
            answers[0].contains("safe mode reads below") && answers[0].contains("\"isError\":true"), answers[0])
        XCTAssertTrue(answers[1].contains("safe mode writes into"), answers[1])
        XCTAssertTrue(answers[2].contains("[1]") && answers[2].contains("\"isError\":false"), answers[2])
        XCTAssertTrue(answers[3].contains("interrupted"), answers[3])
        XCTAssertTrue(answers[4].contains("still here"), answers[4])
        XCTAssertFalse(answers.joined().contains("\"secret\""))
        let names = try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.path)
        XCTAssertFalse(names.contains("made.json"), "\(names)")
    }

    func testARunSaysWhatItWasGranted() throws {
        try file("data/x.csv", "a,b\n1,2\n")
        try file(
            "r.md",
            """
            # Of a stranger

            ```rhumb
            t = load "data/x.csv"
            plot [1, 2, 4]
            save t "copy.csv"
            load "copy.csv"
            ```

            ```rhumb fails
            save {status: "complete"} "manifest.json"
            ```
            """)
        let result = try checked(
            rhumb.run("run", "r.md", "--safe", "--input", "data", "--out", "out", "--seconds", "50", "--memory", "3"))
        XCTAssertEqual(result.status, 0, result.errors)
        // Of a library that misses something.
        XCTAssertFalse(result.errors.contains("***"), result.errors)
        let names = try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.appendingPathComponent("out").path)
        XCTAssertTrue(names.contains("report.html") && names.contains("copy.csv"), "\(names)")
        XCTAssertTrue(names.contains { $0.hasSuffix(".png") } || names.contains("figures"), "\(names)")
        for name in ["manifest.json", "report.html"] {
            let text = try String(
                contentsOf: rhumb.folder.appendingPathComponent("out/" + name), encoding: .utf8)
            XCTAssertTrue(text.contains(name == "manifest.json" ? "\"seconds\": 50" : "no network, 3 GiB, 50 s"), name)
        }
        let again = try rhumb.run("replay", "out", "--out", "again")
        XCTAssertTrue(again.errors.contains("safe: files below"), again.errors)
        XCTAssertTrue(again.output.contains("equal bit for bit"), again.output + again.errors)
    }

    /// A program in gnuplot's place, as if a script had broken out of it: the kernel holds it, too.
    func testThePlottersProgramIsHeldToo() throws {
        try file("secret.txt", "secret")
        try file(
            "bin/gnuplot",
            """
            #!/bin/sh
            { read line < ../secret.txt && echo "$line" > leak.txt; } 2> refused.txt
            { echo out > ../made.txt; } 2>> refused.txt
            { /bin/ls / > listed.txt; } 2>> refused.txt
            echo done >> refused.txt
            """)
        _ = try rhumb.runShell("chmod +x bin/gnuplot; mkdir -p inside")
        let command = "cd inside; PATH='\(rhumb.folder.path)/bin':$PATH '\(Executable.path)' eval --safe 'plot [1, 2]'"
        _ = try checked(rhumb.runShell(command))
        func read(_ name: String) -> String? {
            try? String(contentsOf: rhumb.folder.appendingPathComponent(name), encoding: .utf8)
        }
        XCTAssertTrue(try XCTUnwrap(read("inside/refused.txt")).contains("done"))
        XCTAssertNil(read("inside/leak.txt"))
        XCTAssertNil(read("made.txt"))
        XCTAssertEqual(read("inside/listed.txt") ?? "", "")
    }

    func testTimeAndMemoryEnd() throws {
        let slow = try eval("n = 0\nfor i in 0..2000000000 { n = i }", "--seconds", "1")
        XCTAssertEqual(slow.status, 130, slow.errors)
        XCTAssertTrue(slow.errors.contains("the seconds that safe mode grants are over"), slow.errors)
        let large = try eval("sum(ones(20000, 20000))", "--memory", "0.5")
        XCTAssertEqual(large.status, 1, large.errors)
        XCTAssertTrue(large.errors.contains("the system does not give it"), large.errors)
    }

    /// The check of the installation starts programs, those that it may.
    func testDoctorEnds() throws {
        let result = try eval("doctor", "--seconds", "60")
        XCTAssertTrue(result.output.contains("gnuplot"), result.output + result.errors)
        XCTAssertFalse(result.errors.contains("***"), result.errors)
        XCTAssertNotEqual(result.status, 130, result.errors)
    }

    func testWhatDoesNotGoWithIt() throws {
        for (arguments, expected) in [
            (["eval", "--input", "x", "1"], "'--input' says what '--safe' grants"),
            (["eval", "--safe", "--seconds", "0", "1"], "'--seconds' must be from 1"),
            (["run", "--safe", "--cache", "r.md"], "'--safe' is for one run of one recipe"),
            (["eval", "--safe", "--input", "nowhere", "1"], "nowhere"),
        ] {
            let running = try rhumb.start(arguments)
            try running.input.fileHandleForWriting.close()
            let result = running.finish()
            XCTAssertNotEqual(result.status, 0)
            XCTAssertTrue(result.errors.contains(expected), result.errors)
        }
    }
}
