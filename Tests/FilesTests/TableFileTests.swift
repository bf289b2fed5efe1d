import Files
import Foundation
import Tensor
import TestSupport
import XCTest

final class TableFileTests: XCTestCase {
    private func read(_ text: String, _ name: String = "a.csv") throws -> DataColumns {
        let folder = TemporaryFolder(self)
        return try TableFile.read(folder.write(name, text.utf8))
    }

    private func message(_ text: String, _ name: String = "a.csv") -> String {
        do {
            return "no error: \(try read(text, name))"
        } catch {
            return "\(error)"
        }
    }

    func testNamesNumbersTextsAndQuotes() throws {
        let table = try read("\u{FEFF}step, loss,\"the, note\"\r\n1,0.5,\"a \"\"b\"\"\nc\"\r\n\n2,,d\n3,1e-3,")
        XCTAssertEqual(table.names, ["step", "loss", "the, note"])
        XCTAssertEqual(table["step"], .numbers([1, 2, 3]))
        XCTAssertEqual(table["the, note"], .texts(["a \"b\"\nc", "d", ""]))
        guard case .numbers(let loss)? = table["loss"] else { return XCTFail("loss is numbers") }
        XCTAssertEqual(loss[0], 0.5)
        XCTAssertNil(loss[1])
        XCTAssertEqual(loss[2], 1e-3)
    }

    func testWithoutNamesAndOtherSeparators() throws {
        XCTAssertEqual(try read("1,2\n3,4\n").names, ["column1", "column2"])
        XCTAssertEqual(try read("0.25\n-1\n0.5"), DataColumns(names: ["value"], columns: [.numbers([0.25, -1, 0.5])]))
        XCTAssertEqual(try read("a\tb\n1\t2\n", "a.tsv")["b"], .numbers([2]))
        // pandas with decimal=",", as `load` and `rhumb plot` read it.
        XCTAssertEqual(try read("a;b\n1,5;2\n")["a"], .numbers([1.5]))
        XCTAssertEqual(try read("").rowCount, 0)
        XCTAssertEqual(try read("a,b\n"), DataColumns(names: ["a", "b"], columns: [.numbers([]), .numbers([])]))
    }

    func testJSONLines() throws {
        let text = "{\"step\": 1, \"loss\": 0.5}\n\n{\"step\": 2, \"tag\": \"x\", \"more\": [1, 2]}\n"
        let table = try read(text, "a.jsonl")
        XCTAssertEqual(table.names, ["step", "loss", "tag", "more"])
        XCTAssertEqual(table["step"], .numbers([1, 2]))
        XCTAssertEqual(table["tag"], .texts(["", "x"]))
        XCTAssertEqual(table["more"], .texts(["", "[1, 2]"]), "as it stands")
        XCTAssertEqual(try read("1\n2.5\n", "a.jsonl")["value"], .numbers([1, 2.5]))
    }

    func testMistakesAreNamedByLine() {
        for (text, name, part) in [
            ("a,b\n1,2\n3\n", "a.csv", "a.csv' can't be taken as it stands: line 3 has fewer fields than the header"),
            ("a,a\n1,2\n", "a.csv", "two columns are called 'a'"),
            ("a\n\"x\n\n", "a.csv", "a.csv:2: a quoted field must end with a quote"),
            ("{\"a\":1}\n{\"a\":}\n", "a.jsonl", "line 2 is not JSON"),
            ("{\"a\":1}\n{\"a\":", "a.jsonl", "the last line is cut off"),
            ("{\"a\":1,\"a\":2}\n", "a.jsonl", "'a' stands twice in an object, and the last counts"),
            ("[1]\n", "a.jsonl", "a.jsonl:1: can't tell what kind of metrics '[1]' begins"),
        ] { XCTAssertTrue(message(text, name).contains(part), "\(name): \(message(text, name))") }
    }

    func testTablesReadBackAsTheyWereWritten() throws {
        let table = DataColumns(
            names: ["step", "a \"b\"", "text", "odd"],
            columns: [
                .numbers([1, 2, 3]), .numbers([0.1, -1e300, 1.0 / 3]), .texts(["x,y", " \n", "plain"]),
                .numbers([nil, .infinity, -.infinity]),
            ])
        let folder = TemporaryFolder(self)
        for name in ["a.csv", "a.tsv", "a.jsonl"] {
            try TableFile.write(table, to: folder.file(name))
            XCTAssertEqual(try TableFile.read(folder.file(name)), table, name)
        }
    }

    /// What looks like a comment, a unit, a pair or the usual word for nothing is text in a column of texts, and comes
    /// back as it was written: as pandas' read_csv(keep_default_na=False) gives it.
    func testTextsReadBackWhateverTheyLookLike() throws {
        for texts in [
            ["#1", "# two", "three"], ["512 MiB", "3 MiB", "12 %"], ["5 %", "6 %", "7 %"], ["x=1", "y=2", "z = 3"],
            ["none", "NA", "-"], [" first", "second ", "third"], ["5\" pipe", "\"", "a \"b\" c"],
            ["0x1F", "0x2", "0X3"],
            ["a,b", "c;d", "e\tf"], ["{\"a\": 1}", "[1]", "x"],
        ] {
            for other in [nil, DataColumns.Column.numbers([1, 2, nil])] {
                let table = DataColumns(
                    names: other == nil ? ["#text"] : ["#text", "n"],
                    columns: [.texts(texts)] + (other.map { [$0] } ?? []))
                let folder = TemporaryFolder(self)
                for name in ["a.csv", "a.tsv"] {
                    try TableFile.write(table, to: folder.file(name))
                    XCTAssertEqual(try TableFile.read(folder.file(name)), table, "\(name): \(texts)")
                }
            }
        }
    }

    /// As Python's json and pandas' to_csv(na_rep="") tell them apart.
    func testMissingAndNotANumberStayApart() throws {
        let table = DataColumns(names: ["a"], columns: [.numbers([1, nil, .nan])])
        let folder = TemporaryFolder(self)
        for (name, text) in [("a.csv", "a\n1\n\"\"\nnan\n"), ("a.jsonl", "{\"a\":1}\n{\"a\":null}\n{\"a\":NaN}\n")] {
            try TableFile.write(table, to: folder.file(name))
            XCTAssertEqual(String(decoding: try folder.bytes(name), as: UTF8.self), text)
            guard case .numbers(let back)? = try TableFile.read(folder.file(name))["a"] else { return XCTFail(name) }
            XCTAssertEqual(back.map { $0.map(\.isNaN) }, [false, nil, true], name)
        }
    }

    func testTensors() throws {
        let folder = TemporaryFolder(self)
        let tensor = try Tensor([0.1, -2.5e-8, 3, .greatestFiniteMagnitude, 1 / 3, -0], shape: [3, 2])
        try TableFile.write(tensor, to: folder.file("a.csv"))
        XCTAssertEqual(try TableFile.tensor(folder.file("a.csv")).floats, tensor.floats)
        XCTAssertEqual(try TableFile.tensor(folder.write("b.csv", "x,y\n1,2\n".utf8)).shape, [1, 2])
        try TableFile.write(Tensor(integers: [1, 2]), to: folder.file("a.csv"))
        XCTAssertEqual(try String(contentsOf: folder.file("a.csv"), encoding: .utf8), "1\n2\n")
        XCTAssertThrowsError(try TableFile.tensor(folder.write("c.csv", "x,y\n1,2\n1,two\n".utf8))) {
            XCTAssertTrue("\($0)".contains("c.csv', 'y': 'two' in column 2 is not a number"), "\($0)")
        }
        XCTAssertThrowsError(try TableFile.write(Tensor.zeros([1, 1, 1]), to: folder.file("d.csv"))) {
            XCTAssertTrue("\($0)".contains("at most two dimensions, not 3"), "\($0)")
        }
    }
}
