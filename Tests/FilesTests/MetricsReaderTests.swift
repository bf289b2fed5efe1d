import Files
import Foundation
import TestSupport
import XCTest

final class MetricsReaderTests: XCTestCase {
    private func read(_ text: String, name: String = "m.csv") throws -> MetricsTable {
        var reader = MetricsReader(name: name)
        try reader.read(Array(text.utf8))
        try reader.finish()
        return reader.table
    }

    private func columns(_ table: MetricsTable) -> [String: MetricsColumn.Values] {
        Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.values) })
    }

    private func failure(_ text: String, name: String = "m.csv", line: UInt = #line) -> MetricsError? {
        do { _ = try read(text, name: name) } catch let error as MetricsError { return error } catch {}
        XCTFail("no MetricsError was thrown", line: line)
        return nil
    }

    // MARK: Formats

    func testCSV() throws {
        let table = try read(
            "\u{feff}step,reward,note\r\n1,0.5,\"a, b\"\r\n2,,\"two\nlines \"\"quoted\"\"\"\r\n3,-1e-3,\r\n")
        XCTAssertEqual(table.columns.map(\.name), ["step", "reward", "note"])
        XCTAssertEqual(columns(table)["step"], .numbers([1, 2, 3]))
        XCTAssertEqual(columns(table)["reward"], .numbers([0.5, nil, -0.001]))
        XCTAssertEqual(columns(table)["note"], .text(["a, b", "two\nlines \"quoted\"", nil]))
    }

    func testSeparatorsAndHeaders() throws {
        XCTAssertEqual(try read("a\tb\n1\t2\n").columns.map(\.name), ["a", "b"])
        XCTAssertEqual(columns(try read("a;b\n1;0,5\n")), ["a": .numbers([1]), "b": .numbers([0.5])])
        XCTAssertEqual(columns(try read("1,2\n3,4\n")), ["column1": .numbers([1, 3]), "column2": .numbers([2, 4])])
        XCTAssertEqual(columns(try read("1 2\n3   4\n")), ["column1": .numbers([1, 3]), "column2": .numbers([2, 4])])
        XCTAssertEqual(columns(try read("epoch loss\n1 2.5\n")), ["epoch": .numbers([1]), "loss": .numbers([2.5])])
        XCTAssertEqual(columns(try read("reward\n0.5\n0.6\n")), ["reward": .numbers([0.5, 0.6])])
        XCTAssertEqual(try read("a,a,\n1,2,3\n").columns.map(\.name), ["a", "a_2", "column3"])
        XCTAssertEqual(
            columns(try read("# made by x\n\na,b\n# note\n1,2\n")), ["a": .numbers([1]), "b": .numbers([2])])
    }

    func testShortRowsAndWordsForNothingAreGaps() throws {
        let table = try read("a,b,c\n1,2\n,NA,None\n4,nan,6\n")
        XCTAssertEqual(columns(table)["a"], .numbers([1, nil, 4]))
        XCTAssertEqual(columns(table)["c"], .numbers([nil, nil, 6]))
        let b = try XCTUnwrap(table["b"]?.numbers)
        XCTAssertEqual(b.map(\.isNaN), [false, true, true])
    }

    func testJSONLines() throws {
        let table = try read(
            """
            {"step": 1, "loss": 0.5, "grad": {"norm": 2e0, "max": NaN}, "tag": "a\\u00e9\\n\\ud83d\\ude00", "list": \
            [1, {"x": 2}]}

            {"loss": null, "step": 2, "done": true, "grad": {"norm": -Infinity}}
            """, name: "m.jsonl")
        XCTAssertEqual(table.columns.map(\.name), ["step", "loss", "grad.norm", "grad.max", "tag", "list", "done"])
        XCTAssertEqual(columns(table)["loss"], .numbers([0.5, nil]))
        XCTAssertEqual(columns(table)["grad.norm"], .numbers([2, -.infinity]))
        XCTAssertEqual(columns(table)["tag"], .text(["aé\n😀", nil]))
        XCTAssertEqual(columns(table)["list"], .text(["[1, {\"x\": 2}]", nil]))
        XCTAssertEqual(columns(table)["done"], .numbers([nil, 1]))
    }

    func testOneNumberALine() throws {
        XCTAssertEqual(columns(try read("0.5\n-1\n\n 2e3 \n")), ["value": .numbers([0.5, -1, 2000])])
        XCTAssertEqual(columns(try read("7")), ["value": .numbers([7])])
    }

    func testLogs() throws {
        let table = try read(
            """
            starting at 12:30:05 with 8 prompts
            [12:30:06] step: 3 reward=0.52, kl = 1e-4 | lr=1e-5 (2.5s)
            [12:31:06] step: 4 reward=0.55, kl = nan | lr=1e-5 mode=train acc: 12% time=3.5s
            saved.
            """, name: "run.log")
        XCTAssertEqual(table.columns.map(\.name), ["step", "reward", "kl", "lr", "mode", "acc", "time"])
        XCTAssertEqual(columns(table)["step"], .numbers([3, 4]))
        XCTAssertEqual(columns(table)["reward"], .numbers([0.52, 0.55]))
        XCTAssertEqual(columns(table)["mode"], .text([nil, "train"]))
        XCTAssertEqual(columns(table)["acc"], .numbers([nil, 12]))
        XCTAssertEqual(columns(table)["time"], .numbers([nil, 3.5]))
        XCTAssertEqual(table.skippedLines, 2)
        let trainer = try read("{'loss': 2.125, 'learning_rate': 5e-05, 'epoch': 0.1}\n{'loss': 2.0, 'epoch': 0.2}\n")
        XCTAssertEqual(columns(trainer)["loss"], .numbers([2.125, 2]))
        XCTAssertEqual(columns(trainer)["learning_rate"], .numbers([5e-5, nil]))
        XCTAssertEqual(columns(try read("loss=1 loss=2\nloss=3\n")), ["loss": .numbers([2, 3])])
    }

    // MARK: Errors

    func testErrorsNameFileAndLine() {
        XCTAssertEqual(failure("a,b\n1,2\n\n3,4,5\n"), .tooManyFields(location: "m.csv:4", count: 3, columns: 2))
        XCTAssertEqual(failure("a,b\n1,\"two\nlines\"\n1,\"x\"y\n"), .badQuotes(location: "m.csv:4"))
        XCTAssertEqual(failure("a,b\n1,\"never ends\n2,3\n"), .badQuotes(location: "m.csv:2"))
        XCTAssertEqual(failure("1\n2\nthree\n"), .unknownFormat(location: "m.csv:1", line: "1"))
        XCTAssertEqual(failure("hello\nworld\n"), .unknownFormat(location: "m.csv:1", line: "hello"))
        XCTAssertEqual(failure(""), .empty(path: "m.csv"))
        XCTAssertEqual(failure("a,b\n"), .empty(path: "m.csv"))
        XCTAssertEqual(
            MetricsError.notANumber(location: "m.csv:3", column: "b", text: "x").message,
            "m.csv:3: 'x' must be a number, as the values of column 'b' before it are")
        var reader = MetricsReader(name: "bytes")
        XCTAssertThrowsError(try reader.read(Array("a,b\n1,2\n".utf8) + [0xff, 0xfe, 10])) {
            XCTAssertEqual($0 as? MetricsError, .notText(location: "bytes:3"))
        }
        XCTAssertEqual(reader.table.rowCount, 1, "the rows before stay")
        XCTAssertThrowsError(try MetricsTable(contentsOf: "/nowhere/m.csv")) {
            XCTAssertEqual(
                $0 as? MetricsError, .unreadable(path: "/nowhere/m.csv", reason: "No such file or directory"))
        }
        XCTAssertThrowsError(try MetricsTable(contentsOf: "/usr")) {
            XCTAssertEqual($0 as? MetricsError, .unreadable(path: "/usr", reason: "Is a directory"))
        }
    }

    /// However a file is cut into pieces, the table is the same.
    func testPiecesMakeTheSameTable() throws {
        let text = "step,reward,note\n1,0.5,\"a\nb\"\n2,0.25,ü\n3,,😀\n"
        let whole = try read(text)
        let bytes = Array(text.utf8)
        for cut in 1..<bytes.count {
            var reader = MetricsReader(name: "m.csv")
            try reader.read(bytes[..<cut])
            try reader.read(bytes[cut...])
            try reader.finish()
            XCTAssertEqual(reader.table, whole, "cut at \(cut)")
        }
    }

    func testALargeFileIsReadFast() throws {
        let folder = TemporaryFolder(self)
        let rows = 50_000
        try folder.write("step,a,b\n" + (0..<rows).map { "\($0),0.\($0),-1.5e-3\n" }.joined(), to: "big.csv")
        let start = Date()
        let table = try MetricsTable(contentsOf: folder["big.csv"])
        XCTAssertEqual(table.rowCount, rows)
        XCTAssertEqual(table["step"]?.numbers?.last, Double(rows - 1))
        // Quadratic growth would take minutes.
        XCTAssertLessThan(Date().timeIntervalSince(start), 20)
    }

    // MARK: Following

    func testAGrowingFileIsFollowed() throws {
        let folder = TemporaryFolder(self)
        let follower = MetricsFollower(folder["run.csv"])
        XCTAssertEqual(try follower.poll(), .nothing)
        try folder.write("step,reward\n", to: "run.csv")
        XCTAssertEqual(try follower.poll(), .nothing)
        try folder.append("1,0.5\n2,0.", to: "run.csv")
        XCTAssertEqual(try follower.poll(), .rows(1))
        XCTAssertEqual(try follower.poll(), .nothing)
        try folder.append("75\n3,1\n", to: "run.csv")
        XCTAssertEqual(try follower.poll(), .rows(2))
        XCTAssertEqual(follower.table["reward"]?.values, .numbers([0.5, 0.75, 1]))
    }

    func testAFileThatIsCutOrReplacedIsReadAnew() throws {
        let folder = TemporaryFolder(self)
        try folder.write("step,reward\n1,1\n2,2\n3,3\n", to: "run.csv")
        let follower = MetricsFollower(folder["run.csv"])
        XCTAssertEqual(try follower.poll(), .rows(3))
        // Cut and written anew by the same program.
        truncate(folder["run.csv"], 0)
        try folder.append("step,loss\n7,9\n", to: "run.csv")
        XCTAssertEqual(try follower.poll(), .restarted)
        XCTAssertEqual(follower.table.columns.map(\.name), ["step", "loss"])
        XCTAssertEqual(follower.table["loss"]?.values, .numbers([9]))
        // Renamed away by a log rotation; the new file is longer.
        try FileManager.default.moveItem(atPath: folder["run.csv"], toPath: folder["run.csv.1"])
        try folder.write("step,reward\n1,5\n2,6\n3,7\n4,8\n5,9\n", to: "run.csv")
        XCTAssertEqual(try follower.poll(), .restarted)
        XCTAssertEqual(follower.table["reward"]?.values, .numbers([5, 6, 7, 8, 9]))
    }
}
