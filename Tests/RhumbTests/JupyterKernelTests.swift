import Files
import Foundation
import Jupyter
import XCTest

/// The kernel, spoken to as Jupyter does.
final class JupyterKernelTests: XCTestCase {
    private var rhumb: Executable!
    private var kernel: KernelClient?

    override func setUpWithError() throws { rhumb = try Executable() }

    override func tearDown() {
        _ = try? kernel?.end()
        kernel = nil
        rhumb.remove()
    }

    private func start(environment: [String: String] = [:]) throws -> KernelClient {
        let kernel = try KernelClient(rhumb, environment: environment)
        self.kernel = kernel
        return kernel
    }

    private func text(_ message: WireMessage) -> String? { message.content["data"]?["text/plain"]?.string }

    func testACellGivesItsOutputsInOrderAndItsLastValueAsResult() throws {
        let kernel = try start()
        let (reply, outputs) = try kernel.run("print \"a\"\n7\nprint \"b\"\n1 + 1")
        XCTAssertEqual(reply["status"], "ok")
        XCTAssertEqual(reply["execution_count"], 1)
        XCTAssertEqual(outputs.map(\.type), ["stream", "display_data", "stream", "execute_result"])
        XCTAssertEqual(outputs.first?.content, ["name": "stdout", "text": "a\n"])
        XCTAssertEqual(outputs.compactMap(text), ["7", "2"])
        XCTAssertEqual(outputs.last?.content["execution_count"], 1)
        XCTAssertEqual(try kernel.run("x = 5").reply["execution_count"], 2)
        XCTAssertEqual(try kernel.run("x").outputs.compactMap(text), ["5"], "the session goes on")
        XCTAssertTrue(kernel.beats())
    }

    func testSilentCodeShowsNothingAndIsNotCounted() throws {
        let kernel = try start()
        let (reply, outputs) = try kernel.run("x = 3\nx", silent: true, expressions: ["y": "x + 1", "z": "nobody"])
        XCTAssertEqual(outputs.map(\.type), [])
        XCTAssertEqual(reply["execution_count"], 0)
        XCTAssertEqual(reply["user_expressions"]?["y"]?["data"]?["text/plain"], "4")
        XCTAssertEqual(reply["user_expressions"]?["z"]?["status"], "error")
        XCTAssertEqual(try kernel.run("x").reply["execution_count"], 1)
    }

    func testTablesAndFiguresComeInEveryForm() throws {
        let kernel = try start()
        let table = try XCTUnwrap(try kernel.run("table {a: [1, 2], b: [\"<x>\", \"y\"]}").outputs.last)
        XCTAssertEqual(table.type, "execute_result")
        XCTAssertEqual(text(table), "a  b\n1  <x>\n2  y")
        let html = try XCTUnwrap(table.content["data"]?["text/html"]?.string)
        XCTAssertTrue(html.contains("<td>&lt;x&gt;</td>"), html)

        let outputs = try kernel.run("plot [1, 3, 2]").outputs
        XCTAssertEqual(outputs.map(\.type), ["execute_result"], "one output, not a line and then a figure")
        let data = try XCTUnwrap(outputs.first?.content["data"])
        XCTAssertTrue(data["image/svg+xml"]?.string?.contains("<svg") ?? false)
        let png = try XCTUnwrap(data["image/png"]?.string.flatMap { Data(base64Encoded: $0) })
        XCTAssertEqual(Array(png.prefix(4)), [0x89, 0x50, 0x4E, 0x47])
        let width = png[16..<20].reduce(0) { $0 << 8 | Int($1) }
        XCTAssertEqual(outputs.first?.content["metadata"]?["image/png"]?["width"]?.integer, width / 2)

        let pictures = try kernel.run("[scene(\"a dog\", seed: 1), scene(\"a cat\", seed: 2)]").outputs
        let images = try XCTUnwrap(pictures.first?.content["data"]?["text/html"]?.string)
        XCTAssertEqual(images.split(separator: "<img").count, 3, "a list of pictures shows them")
    }

    func testLongWorkIsOneOutputThatIsReplaced() throws {
        let kernel = try start()
        let outputs = try kernel.run(
            "sd = load \"emoji-sd\"\nx = sample sd \"a dog\" count: 6 steps: 30 seed: 1"
        ).outputs.filter { $0.content["transient"]?["display_id"] != nil }
        XCTAssertEqual(outputs.first?.type, "display_data")
        XCTAssertGreaterThan(outputs.count, 1)
        XCTAssertEqual(Set(outputs.dropFirst().map(\.type)), ["update_display_data"])
        XCTAssertEqual(Set(outputs.map { $0.content["transient"]?["display_id"]?.string }).count, 1)
        XCTAssertTrue(outputs.last?.content["data"]?["text/html"]?.string?.contains("<progress") ?? false)
    }

    func testAnErrorHasItsPlaceAndStopsTheCellsThatWait() throws {
        let kernel = try start()
        let first = try kernel.sendCode("y = 1\nprint nobody")
        let second = try kernel.sendCode("y = 2")
        let outputs = try kernel.published(about: first)
        let reply = try kernel.reply(to: first).content
        XCTAssertEqual(reply["status"], "error")
        XCTAssertEqual(reply["ename"], "syntax")
        let error = try XCTUnwrap(outputs.last)
        XCTAssertEqual(error.type, "error")
        XCTAssertEqual(error.content["evalue"], reply["evalue"])
        let trace = (error.content["traceback"]?.array ?? []).compactMap(\.string).joined(separator: "\n")
        XCTAssertTrue(trace.contains("cell 1:2 | print nobody"), trace)
        XCTAssertEqual(try kernel.reply(to: second).content["status"], "aborted")
        XCTAssertEqual(try kernel.run("y").reply["status"], "error", "neither cell has made it")
    }

    func testAnInterruptStopsTheCellAndKeepsTheSession() throws {
        let kernel = try start()
        try kernel.run("kept = 11")
        let forever = "print \"on\"\nwhile true { x = 1 }"
        for isSignal in [false, true] {
            let id = try kernel.sendCode(forever)
            _ = try kernel.published("stream", about: id)
            if isSignal {
                kernel.running.process.interrupt()
            } else {
                XCTAssertEqual(try kernel.ask("interrupt_request", toControl: true), ["status": "ok"])
            }
            let reply = try kernel.reply(to: id).content
            XCTAssertEqual(reply["ename"], "interrupted", isSignal ? "by a signal" : "by a message")
            XCTAssertEqual(try kernel.run("kept").outputs.compactMap(text), ["11"])
        }
    }

    func testCompletionCountsInCodePointsAndSaysWhatThingsAre() throws {
        let kernel = try start()
        try kernel.run("speed = 3")
        // An emoji is one code point, two units of UTF-16 and four bytes.
        let code = "print \"🐕\" spee"
        let reply = try kernel.ask("complete_request", ["code": .string(code), "cursor_pos": 14])
        XCTAssertEqual(reply["matches"], ["speed"])
        XCTAssertEqual(reply["cursor_start"], 10)
        XCTAssertEqual(reply["cursor_end"], 14)
        let kinds = try kernel.ask("complete_request", ["code": "linsp", "cursor_pos": 5])
        XCTAssertEqual(kinds["metadata"]?["_jupyter_types_experimental"]?.array?.first?["type"], "function")

        let help = try kernel.ask(
            "inspect_request", ["code": "sort [1]", "cursor_pos": 2, "detail_level": 0])
        XCTAssertEqual(help["found"], true)
        XCTAssertTrue(help["data"]?["text/plain"]?.string?.contains("descending") ?? false)
        XCTAssertEqual(
            try kernel.ask("inspect_request", ["code": "1 + 1", "cursor_pos": 2, "detail_level": 0])["found"], false)

        XCTAssertEqual(
            try kernel.ask("is_complete_request", ["code": "for x in [1] {"]),
            ["status": "incomplete", "indent": "    "])
        XCTAssertEqual(try kernel.ask("is_complete_request", ["code": "1"]), ["status": "complete"])
    }

    func testHistory() throws {
        let kernel = try start()
        for code in ["1 + 1", "a = 2", "1 + 1"] { try kernel.run(code) }
        func ask(_ request: JSON) throws -> JSON? { try kernel.ask("history_request", request)["history"] }
        XCTAssertEqual(
            try ask(["hist_access_type": "tail", "n": 2, "output": true, "raw": true]),
            [[1, 2, ["a = 2", .null]], [1, 3, ["1 + 1", "2"]]])
        XCTAssertEqual(
            try ask(["hist_access_type": "range", "session": 0, "start": 1, "stop": 2, "output": false, "raw": true]),
            [[1, 1, "1 + 1"]])
        XCTAssertEqual(
            try ask(["hist_access_type": "search", "pattern": "1*", "unique": true, "output": false, "raw": true]),
            [[1, 3, "1 + 1"]])
    }

    func testMessagesOfStrangersAreDropped() throws {
        let kernel = try start()
        kernel.send(
            raw: try kernel.frames("execute_request", ["code": "stranger = 1", "silent": false], key: "a guess"))
        let mine = try kernel.frames("execute_request", ["code": "n = n + 1", "silent": false])
        try kernel.run("n = 0")
        kernel.send(raw: mine)
        kernel.send(raw: mine)
        kernel.send(raw: [Array("nothing".utf8)])
        XCTAssertEqual(try kernel.run("n").outputs.compactMap(text), ["1"], "what is sent twice runs once")
        XCTAssertEqual(try kernel.run("stranger").reply["status"], "error")
        let errors = try kernel.end().errors
        XCTAssertTrue(errors.contains("a message was dropped: its signature is wrong"), errors)
        XCTAssertTrue(errors.contains("a message was dropped: it came a second time"), errors)
        XCTAssertTrue(errors.contains("a message was dropped: it is no message of Jupyter's protocol"), errors)
    }

    func testWhatIsNotSupportedIsSaid() throws {
        let kernel = try start()
        let debugging = try kernel.ask("debug_request", ["seq": 4, "command": "attach"], toControl: true)
        XCTAssertEqual(debugging["success"], false)
        XCTAssertEqual(debugging["request_seq"], 4)
        XCTAssertEqual(try kernel.ask("comm_info_request"), ["status": "ok", "comms": [:]])
        let id = try kernel.send("comm_open", ["comm_id": "c", "target_name": "widget", "data": [:]])
        XCTAssertEqual(try kernel.published(about: id).map(\.type), ["comm_close"])
    }

    func testAKernelEndsWhenAskedAndLeavesNothing() throws {
        let kernel = try start()
        // In the middle of a cell, too.
        let id = try kernel.sendCode("print 1\nwhile true { x = 1 }")
        _ = try kernel.published("stream", about: id)
        XCTAssertEqual(try kernel.ask("shutdown_request", ["restart": true], toControl: true)["restart"], true)
        for _ in 0..<500 where kernel.running.process.isRunning { usleep(10_000) }
        XCTAssertFalse(kernel.running.process.isRunning)
        XCTAssertEqual(try kernel.end().status, 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.path)
        XCTAssertEqual(left.sorted(), ["connection.json"], "no folder of a run, no socket")
    }

    func testAKernelEndsWithTheProgramThatStartedIt() throws {
        let kernel: JSON = [
            "transport": "ipc", "ip": .string(rhumb.folder.path + "/k"), "key": "", "shell_port": 1, "iopub_port": 2,
            "stdin_port": 3, "control_port": 4, "hb_port": 5,
        ]
        try rhumb.file("connection.json", kernel.text())
        // The shell starts it, tells its number and ends.
        let result = try rhumb.runShell(
            "JPY_PARENT_PID=$$ '\(Executable.path)' jupyter kernel connection.json > log 2>&1 &\necho $!\nsleep 1")
        let process = try XCTUnwrap(pid_t(result.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        for _ in 0..<800 where kill(process, 0) == 0 { usleep(10_000) }
        XCTAssertNotEqual(kill(process, 0), 0, "the kernel has ended")
        XCTAssertTrue(try rhumb.text(of: "log").contains("the program that started this kernel has ended"))
    }

    func testInstallWritesWhatJupyterReads() throws {
        let result = try rhumb.run("jupyter", "install", "--prefix", "env", "--name", "rhumb-2", "--threads", "1")
        XCTAssertEqual(result.output, "env/share/jupyter/kernels/rhumb-2\n", result.errors)
        let json = try JSON(parsing: rhumb.text(of: "env/share/jupyter/kernels/rhumb-2/kernel.json"))
        XCTAssertEqual(json["argv"]?.array?.dropFirst(), ["jupyter", "kernel", "--threads", "1", "{connection_file}"])
        XCTAssertEqual(json["argv"]?.array?.first?.string?.hasSuffix("/rhumb"), true)
        XCTAssertEqual(json["interrupt_mode"], "message")
        XCTAssertEqual(json["language"], "rhumb")
        let mine = try rhumb.run("jupyter", "install", environment: ["JUPYTER_DATA_DIR": rhumb.folder.path + "/data"])
        XCTAssertEqual(mine.output, rhumb.folder.path + "/data/kernels/rhumb\n", mine.errors)

        for (arguments, message) in [
            (["--name", "A b"], "'--name' must be of a-z, 0-9, '-', '.' and '_', not 'A b'"),
            (["--user", "--prefix", "x"], "'--user' and '--prefix' are two places: give one"),
        ] {
            let running = try rhumb.start(["jupyter", "install"] + arguments)
            try running.input.fileHandleForWriting.close()
            let refused = running.finish()
            XCTAssertNotEqual(refused.status, 0)
            XCTAssertTrue(refused.errors.contains(message), refused.errors)
        }
        try rhumb.file("bad.json", "{\"transport\": \"tcp\", \"ip\": \"127.0.0.1\", \"key\": \"\"}")
        let bad = try rhumb.run("jupyter", "kernel", "bad.json")
        XCTAssertEqual(bad.status, 1)
        XCTAssertTrue(
            bad.errors.hasPrefix(
                "error: 'shell_port' of the connection file 'bad.json' must be from 1 to 65535, not nothing"),
            bad.errors)
    }
}
