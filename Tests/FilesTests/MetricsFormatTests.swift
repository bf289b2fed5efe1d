import Files
import Foundation
import TestSupport
import XCTest

/// Files of metrics as programs leave them. Right values: pandas 2 with `comment="#"` and `na_values`, Hugging Face's
/// Trainer, Keras, nvidia-smi; where those refuse, what the file says.
final class MetricsFormatTests: XCTestCase {
    private func table(_ text: String, _ name: String = "m.csv") throws -> MetricsTable {
        try table(Array(text.utf8), name)
    }

    private func table(_ bytes: [UInt8], _ name: String = "m.csv") throws -> MetricsTable {
        let folder = TemporaryFolder(self)
        try Data(bytes).write(to: URL(fileURLWithPath: folder[name]))
        return try MetricsTable(contentsOf: folder[name])
    }

    private func numbers(_ table: MetricsTable, _ name: String, line: UInt = #line) -> [Double?] {
        guard case .numbers(let numbers)? = table[name]?.values else {
            XCTFail("'\(name)' is not a column of numbers", line: line)
            return []
        }
        return numbers
    }

    // MARK: JSON

    func testTrainerStateAndItsKind() throws {
        let state = try table(
            "{\n  \"best_metric\": null,\n  \"global_step\": 10,\n  \"log_history\": [\n    {\n      \"loss\": 1.0,\n      \"step\": 5\n    },\n"
                + "    {\n      \"eval_loss\": 0.5,\n      \"step\": 10\n    }\n  ]\n}\n", "trainer_state.json")
        XCTAssertEqual(numbers(state, "loss"), [1, nil])
        XCTAssertEqual(numbers(state, "eval_loss"), [nil, 0.5])
        XCTAssertEqual(numbers(state, "step"), [5, 10])
        let records = try table(
            "[\n  {\"step\": 1, \"loss\": 0.9},\n  {\"step\": 2, \"loss\": 0.8}\n]\n", "log_history.json")
        XCTAssertEqual(numbers(records, "loss"), [0.9, 0.8])
        for text in [
            "{\"loss\": [0.9, 0.8], \"val_loss\": [1.0, NaN]}",
            "{\n  \"loss\": [0.9, 0.8],\n  \"val_loss\": [1.0, 0.95]\n}\n",
        ] {
            XCTAssertEqual(numbers(try table(text, "history.json"), "loss"), [0.9, 0.8])
        }
        XCTAssertThrowsError(try table("{\n \"name\": \"x\"\n}\n", "c.json")) {
            XCTAssertTrue("\($0)".contains("without rows of metrics"), "\($0)")
        }
    }

    func testPythonsNumbersAndACutLineOfJSON() throws {
        let python = try table(
            "{\"step\": 0, \"loss\": NaN, \"g\": Infinity}\n{\"step\": 1, \"loss\": 0.5, \"g\": 1}\n{\"step\": 2, \"loss\": \"nan\"}\n",
            "p.jsonl")
        XCTAssertEqual(numbers(python, "loss").map { $0?.isNaN }, [true, false, true])
        XCTAssertEqual(numbers(python, "g"), [.infinity, 1, nil])
        let cut = try table("{\"step\":1,\"loss\":0.9}\n{\"step\":2,\"loss\":0.8}\n{\"step\":3,\"lo", "b.jsonl")
        XCTAssertEqual(numbers(cut, "loss"), [0.9, 0.8])
        XCTAssertEqual(cut.notes, ["the last line is cut off"])
        let warned = try table("{\"a\": 1}\nWARNING: slow\n{\"a\": 2}\n", "w.jsonl")
        XCTAssertEqual(numbers(warned, "a"), [1, 2])
        XCTAssertEqual(warned.notes, ["line 2 is not JSON and is left out"])
    }

    // MARK: Separated fields

    func testCommentsRaggedRowsAndEqualNames() throws {
        XCTAssertEqual(numbers(try table("# run 3\n# seed 1\nstep,loss\n1,0.9\n2,0.8\n"), "loss"), [0.9, 0.8])
        let named = try table("# step loss\n0 1.0\n1 0.5\n", "savetxt.txt")
        XCTAssertEqual(numbers(named, "loss"), [1, 0.5])
        let short = try table("step,loss,kl\n1,0.9,0.1\n2,0.8\n3,0.7,0.2\n")
        XCTAssertEqual(numbers(short, "kl"), [0.1, nil, 0.2])
        XCTAssertEqual(short.notes, ["line 3 has fewer fields than the header"])
        let cut = try table("step,loss,kl\n1,0.9,0.1\n3,0.7")
        XCTAssertEqual(numbers(cut, "loss"), [0.9, 0.7])
        XCTAssertEqual(cut.notes, ["the last line is cut off"])
        let twice = try table("step,loss,loss\n1,0.9,0.1\n2,0.8,0.2\n")
        XCTAssertEqual(numbers(twice, "loss_2"), [0.1, 0.2])
        XCTAssertEqual(twice.notes, ["two columns are called 'loss'; the second is 'loss_2' here"])
        XCTAssertEqual(
            try table("tag,note\n#a,b\n#c,d\n")["tag"]?.values, .text(["#a", "#c"]), "a row may begin with #")
    }

    func testDecimalCommasAndSeparators() throws {
        let german = try table("\u{feff}Step;Verlust;Rate\r\n1;0,91;1e-4\r\n2;0,82;1e-4\r\n")
        XCTAssertEqual(numbers(german, "Verlust"), [0.91, 0.82])
        XCTAssertEqual(
            numbers(try table("step;loss, train;loss, val\n1;0.5;0.6\n2;0.4;0.5\n"), "loss, val"), [0.6, 0.5])
        XCTAssertEqual(numbers(try table("step\tloss\n1\t0,5\n2\t0,4\n"), "loss"), [0.5, 0.4])
    }

    func testUnitsAreLeftOutWhereAllAgree() throws {
        let smi = try table(
            "utilization.gpu [%], memory.used [MiB], power\n95 %, 20000 MiB, 251.7 W\n0, 19000 MiB, [N/A]\n")
        XCTAssertEqual(numbers(smi, "utilization.gpu [%]"), [95, 0])
        XCTAssertEqual(numbers(smi, "memory.used [MiB]"), [20000, 19000])
        XCTAssertEqual(numbers(smi, "power"), [251.7, nil])
        XCTAssertEqual(smi.notes.count, 1)
        // 512 MiB and 1.50 GiB are not series of numbers.
        XCTAssertEqual(
            try table("step,memory\n1,512 MiB\n2,1.50 GiB\n")["memory"]?.values, .text(["512 MiB", "1.50 GiB"]))
    }

    func testAHeaderThatComesAgainIsNoRow() throws {
        let same = try table("step,loss\n1,0.9\n2,0.8\nstep,loss\n3,0.7\n")
        XCTAssertEqual(numbers(same, "loss"), [0.9, 0.8, 0.7])
        XCTAssertEqual(same.notes, ["line 4 is the header once more"])
        let more = try table("step,losses/train\n1,0.9\n2,0.8\nstep,losses/train,test.mAP\n3,0.7,0.1\n")
        XCTAssertEqual(numbers(more, "test.mAP"), [nil, nil, 0.1])
        let turned = try table("step,a,b\n1,2,3\nstep,b,a\n2,30,20\n")
        XCTAssertEqual(numbers(turned, "a"), [2, 20])
    }

    func testOtherEncodingsAndLineEnds() throws {
        let text = "step,Verlußt\r\n1,0.9\r\n2,0.8\r\n"
        for isBig in [false, true] {
            let units = [0xfeff] + Array(text.utf16)
            let bytes = units.flatMap {
                isBig ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)]
            }
            XCTAssertEqual(numbers(try table(bytes), "Verlußt"), [0.9, 0.8])
        }
        XCTAssertEqual(numbers(try table("a,b\r1,2\r3,4\r"), "b"), [2, 4])
        XCTAssertEqual(numbers(try table("step: 1 loss=0.5\rstep: 2 loss=0.4\n", "bar.log"), "loss"), [0.5, 0.4])
    }

    func testTextStaysAsItStands() throws {
        let table = try table("version,kind\n1.10,none\n1.20,none\nbeta,NA\n")
        XCTAssertEqual(table["version"]?.values, .text(["1.10", "1.20", "beta"]))
        XCTAssertEqual(table["kind"]?.values, .text(["none", "none", "NA"]))
        XCTAssertEqual(numbers(try self.table("step,loss\n1,0.9\n2,None\n3,0.7\n"), "loss"), [0.9, nil, 0.7])
        XCTAssertEqual(
            try self.table("prompt\na red apple\na dog: 3 of 4\n")["prompt"]?.values,
            .text(["a red apple", "a dog: 3 of 4"]))
    }

    /// Right values: pandas' read_csv.
    func testQuotesWithinAFieldAreCharacters() throws {
        let pipe = try table("size,n\n5\" pipe,1\n6\" pipe,2\n")
        XCTAssertEqual(pipe["size"]?.values, .text(["5\" pipe", "6\" pipe"]))
        XCTAssertEqual(numbers(pipe, "n"), [1, 2])
        let odd = try table("# an \" odd comment\na,b\n1,it's 3\"\n2,\"x \"\"y\"\" z\"\n")
        XCTAssertEqual(odd["b"]?.values, .text(["it's 3\"", "x \"y\" z"]))
        XCTAssertEqual(numbers(odd, "a"), [1, 2])
    }

    /// Right values: pandas' read_csv, which keeps blanks and takes no hexadecimal number.
    func testTextIsKeptFromTheFirstCellOn() throws {
        XCTAssertEqual(try table("n,t\n1, x\n2, x\n")["t"]?.values, .text([" x", " x"]))
        XCTAssertEqual(try table("n,t\n1,0x1F\n2,0x20\n")["t"]?.values, .text(["0x1F", "0x20"]))
        XCTAssertEqual(try table("command\nlr=1\nseed=2\n")["command"]?.values, .text(["lr=1", "seed=2"]))
    }

    /// As Python's json reads them: the last of two equal names counts, and a number has a digit before its point.
    func testJSONIsReadByOneRule() throws {
        let twice = try table("{\"a\": 1, \"a\": 2}\n{\"a\": 3}\n", "m.jsonl")
        XCTAssertEqual(numbers(twice, "a"), [2, 3])
        XCTAssertEqual(twice.notes, ["'a' stands twice in line 1, and the last counts"])
        let loose = try table("{\"a\": 1}\n{\"a\": .5}\n{\"a\": 01}\n{\"a\": 0.25}\n", "m.jsonl")
        XCTAssertEqual(numbers(loose, "a"), [1, 0.25])
        XCTAssertEqual(loose.notes, ["2 lines are not JSON and are left out, the first of them line 2"])
        XCTAssertThrowsError(try table("{\n \"loss\": [0.9, 0.8,]\n}\n", "h.json")) {
            XCTAssertTrue(
                "\($0)".contains("h.json' is not a JSON document: unexpected ']' where a value was expected"), "\($0)")
        }
    }

    // MARK: Sizes

    /// A log of 89 KB whose names are all different once took 4.3 GB.
    func testManyDifferentNamesTakeNoMemory() throws {
        for (name, line) in [("k.log", { (i: Int) in "k\(i)=1\n" }), ("k.jsonl", { i in "{\"k\(i)\": \"a\"}\n" })] {
            try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
            let before = try PeakMemory.bytes, start = Date()
            let table = try table((0..<10_000).map(line).joined(), name)
            XCTAssertLessThan(Date().timeIntervalSince(start), 20)
            XCTAssertLessThan(try PeakMemory.bytes - before, 200 << 20)
            XCTAssertEqual(table.columns.count, 10_000)
            XCTAssertEqual(table.rowCount, 10_000)
            XCTAssertTrue(table.isNearlyEmpty, "in full it would take gigabytes")
        }
    }

    func testManyColumns() throws {
        let start = Date()
        let wide = (0..<20_000).map { "c\($0)" }.joined(separator: ",") + "\n"
        XCTAssertEqual(try table(wide + wide.replacing("c", with: "")).columns.count, 20_000)
        XCTAssertLessThan(Date().timeIntervalSince(start), 20)
    }
}

/// The most memory this process has taken, of which the count can be begun anew.
private enum PeakMemory {
    static var bytes: Int {
        get throws {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try XCTUnwrap(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            return try XCTUnwrap(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) << 10
        }
    }
}
