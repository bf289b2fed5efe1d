import Files
import Foundation
import XCTest

/// What other programs read: `--json`, and the server of the Model Context Protocol.
final class ProgramsTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func lines(_ text: String) throws -> [JSON] {
        try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    // MARK: eval --json

    func testEvalGivesALineForEachEvent() throws {
        let result = try rhumb.run(
            "eval", "--json", "print \"a\"", "1 / 4", "table {a: [1, 2]}", "{x: [true, none, \"s\"], y: nan}")
        XCTAssertEqual(result.status, 0, result.errors)
        let events = try lines(result.output)
        XCTAssertEqual(events.map { $0["event"] }, ["text", "value", "value", "value", "end"])
        XCTAssertEqual(events[0]["text"], "a\n")
        XCTAssertEqual(events[1], ["event": "value", "type": "number", "text": "0.25", "value": 0.25, "file": .null])
        XCTAssertEqual(events[2]["value"], ["a": [1, 2]])
        XCTAssertEqual(events[3]["value"], ["x": [true, .null, "s"], "y": "nan"])
        XCTAssertEqual(events[4]["status"], "ok")
        XCTAssertEqual(events[4]["code"], 0)
    }

    func testAnErrorOfEvalHasItsPlace() throws {
        let result = try rhumb.run("eval", "--json", "x = 1", "print [1, 2][5]")
        XCTAssertEqual(result.status, 1)
        let events = try lines(result.output)
        XCTAssertEqual(events.map { $0["event"] }, ["error", "end"])
        XCTAssertEqual(events[0]["kind"], "runtime")
        XCTAssertEqual(events[0]["source"], "command line")
        XCTAssertEqual(events[0]["line"], 2)
        XCTAssertEqual(events[1]["code"], 1)
    }

    func testWhatCannotBeWrittenIsSaid() throws {
        let full = try rhumb.runShell("'\(Executable.path)' eval --json 'print 1' > /dev/full")
        XCTAssertEqual(full.status, 1)
        XCTAssertEqual(full.errors, "error: can't write the output: No space left on device\n")
        let closed = try rhumb.runShell("'\(Executable.path)' eval --json 'while true { print 1 }' | head -1")
        XCTAssertEqual(closed.output, "{\"event\":\"text\",\"text\":\"1\\n\"}\n")
        XCTAssertEqual(closed.errors, "")
    }

    func testAFigureIsNamedByItsFiles() throws {
        let events = try lines(rhumb.run("eval", "--json", "plot [1, 3, 2]").output)
        XCTAssertEqual(events.map { $0["event"] }, ["value", "figure", "end"])
        let files = (events[1]["files"]?.array ?? []).compactMap(\.string)
        XCTAssertTrue(files.contains { $0.hasSuffix(".png") }, "\(files)")
        for file in files {
            XCTAssertTrue(FileManager.default.fileExists(atPath: rhumb.folder.path + "/" + file), file)
        }
    }

    // MARK: verbs --json

    func testVerbsSayWhatTheirDeclarationsSay() throws {
        let json = try JSON(parsing: rhumb.run("verbs", "--json").output)
        let verbs = try XCTUnwrap(json["verbs"]?.array)
        XCTAssertGreaterThan(verbs.count, 150)
        XCTAssertEqual(Set(verbs.compactMap { $0["name"]?.string }).count, verbs.count)
        let families = Set((json["families"]?.array ?? []).compactMap { $0["name"]?.string })
        XCTAssertTrue(verbs.allSatisfy { families.contains($0["family"]?.string ?? "") })
        let linspace = try XCTUnwrap(verbs.first { $0["name"] == "linspace" }?["variants"]?.array?.first)
        let parameters = try XCTUnwrap(linspace["parameters"]?.array)
        XCTAssertEqual(parameters.compactMap { $0["style"]?.string }.first, "positional")
        let sort = try XCTUnwrap(verbs.first { $0["name"] == "sort" }?["variants"]?.array?.first)
        let descending = try XCTUnwrap(sort["parameters"]?.array?.first { $0["name"] == "descending" })
        XCTAssertEqual(descending["style"], "option")
        XCTAssertEqual(descending["type"], ["kind": "boolean"])
        XCTAssertEqual(descending["default"], false)
        XCTAssertEqual(descending["required"], false)
        let refused = try rhumb.run("verbs", "--json", "lists")
        XCTAssertEqual(refused.status, 2)
    }

    // MARK: mcp

    /// What the server writes when it is told some messages, one after the other without waiting.
    private func answers(to messages: [JSON], _ arguments: String...) throws -> [JSON] {
        let running = try rhumb.start(["mcp"] + arguments)
        running.input.fileHandleForWriting.write(Data(messages.map { $0.text() + "\n" }.joined().utf8))
        // The end of the input stops what runs: it comes when the last call has been answered.
        var text = Data()
        let wanted = messages.filter { $0["id"] != nil }.count
        while text.split(separator: UInt8(ascii: "\n")).count < wanted {
            let more = running.output.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += more
        }
        try running.input.fileHandleForWriting.close()
        let result = running.finish()
        XCTAssertEqual(result.status, 0, result.errors)
        return try lines(String(decoding: text, as: UTF8.self) + result.output)
    }

    private func call(_ id: Int, _ tool: String, _ arguments: JSON) -> JSON {
        [
            "jsonrpc": "2.0", "id": .integer(id), "method": "tools/call",
            "params": ["name": .string(tool), "arguments": arguments],
        ]
    }

    private func text(_ answer: JSON?) -> String? { answer?["result"]?["content"]?.array?.first?["text"]?.string }

    func testASessionWithAnAssistant() throws {
        let answers = try answers(to: [
            [
                "jsonrpc": "2.0", "id": 0, "method": "initialize",
                "params": [
                    "protocolVersion": "2025-03-26", "capabilities": [:],
                    "clientInfo": ["name": "test", "version": "1"],
                ],
            ],
            ["jsonrpc": "2.0", "method": "notifications/initialized"],
            ["jsonrpc": "2.0", "id": "list", "method": "tools/list"],
            call(1, "execute", ["code": "x = 20\nprint \"a\"\nx + 1"]), call(2, "execute", ["code": "x\nnobody"]),
            call(3, "values", [:]), call(4, "help", ["topic": "sort"]), call(5, "complete", ["code": "linsp"]),
            call(6, "execute", ["code": "plot [1, 3, 2]"]),
        ])
        func answer(_ id: JSON) -> JSON? { answers.first { $0["id"] == id } }
        XCTAssertEqual(answer(0)?["result"]?["protocolVersion"], "2025-03-26")
        XCTAssertEqual(answer(0)?["result"]?["serverInfo"]?["name"], "rhumb")
        XCTAssertEqual(
            answer("list")?["result"]?["tools"]?.array?.map { $0["name"] }, ["execute", "complete", "help", "values"])
        XCTAssertEqual(text(answer(1)), "a\n21\n")
        XCTAssertEqual(answer(1)?["result"]?["isError"], false)
        XCTAssertEqual(answer(2)?["result"]?["isError"], true)
        XCTAssertTrue(text(answer(2))?.contains("code:2 | nobody") ?? false, text(answer(2)) ?? "")
        XCTAssertEqual(text(answer(3)), "x: number, 20")
        XCTAssertTrue(text(answer(4))?.contains("descending") ?? false)
        XCTAssertTrue(text(answer(5))?.hasPrefix("instead of 'linsp':\nlinspace  ") ?? false, text(answer(5)) ?? "")
        let content = try XCTUnwrap(answer(6)?["result"]?["content"]?.array)
        let picture = try XCTUnwrap(content.first { $0["type"] == "image" })
        XCTAssertEqual(picture["mimeType"], "image/png")
        let bytes = try XCTUnwrap(picture["data"]?.string.flatMap { Data(base64Encoded: $0) })
        XCTAssertEqual(Array(bytes.prefix(4)), [0x89, 0x50, 0x4E, 0x47])
    }

    func testWhatIsAskedWronglyIsRefused() throws {
        let answers = try answers(to: [
            ["jsonrpc": "2.0", "id": 1, "method": "resources/list"], call(2, "destroy", [:]),
            call(3, "execute", ["kode": "1"]), call(4, "execute", [:]), call(5, "help", ["topic": "a\nb = 1"]),
            call(6, "values", [:]),
        ])
        func fault(_ id: Int) -> (JSON?, JSON?) {
            let error = answers.first { $0["id"] == .integer(id) }?["error"]
            return (error?["code"], error?["message"])
        }
        XCTAssertTrue(fault(1) == (-32601, "there is no method 'resources/list'"), "\(fault(1))")
        XCTAssertTrue(fault(2) == (-32602, "there is no tool 'destroy'"), "\(fault(2))")
        XCTAssertTrue(fault(3) == (-32602, "'execute' takes no 'kode'; it takes: code"), "\(fault(3))")
        XCTAssertTrue(fault(4) == (-32602, "'execute' needs 'code'"), "\(fault(4))")
        XCTAssertEqual(fault(5).0, -32602)
        XCTAssertEqual(text(answers.first { $0["id"] == 6 }), "no variables yet", "nothing of it has run")
    }

    func testACallThatIsTakenBackStopsAndTheSessionGoesOn() throws {
        let running = try rhumb.start(["mcp"])
        func send(_ message: JSON) { running.input.fileHandleForWriting.write(Data((message.text() + "\n").utf8)) }
        func receive() throws -> JSON {
            try JSON(parsing: String(decoding: running.output.fileHandleForReading.availableData, as: UTF8.self))
        }
        send(call(1, "execute", ["code": "x = 7"]))
        XCTAssertEqual(try receive()["id"], 1)
        send(call(2, "execute", ["code": "while true { y = 1 }"]))
        send(call(3, "execute", ["code": "x = 8"]))
        usleep(300_000)
        for id in [3, 2] {
            send(["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": .integer(id)]])
        }
        send(call(4, "execute", ["code": "x"]))
        let answer = try receive()
        XCTAssertEqual(answer["id"], 4, "calls that were taken back are not answered")
        XCTAssertEqual(text(answer), "7\n")
        // The client goes while a call runs.
        send(call(5, "execute", ["code": "while true { y = 1 }"]))
        usleep(200_000)
        try running.input.fileHandleForWriting.close()
        XCTAssertEqual(running.finish().status, 0)
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.path), [])
    }

    func testWhatCodeSavesLiesInTheSessionsFolder() throws {
        _ = try answers(to: [call(1, "execute", ["code": "save [1, 2] \"numbers.json\""])], "--out", "kept")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.path), ["kept"])
    }
}
