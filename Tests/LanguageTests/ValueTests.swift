import Basics
import Foundation
import Language
import TestSupport
import XCTest

/// Values as Swift code makes and reads them.
final class ValueTests: XCTestCase {
    func testSize() {
        // The machine copies values all the time.
        XCTAssertLessThanOrEqual(MemoryLayout<Value>.stride, 24)
    }

    func testLiteralsAndReading() {
        let value: Value = ["a", 1, true, 0.5]
        XCTAssertEqual(value.text, "[\"a\", 1, true, 0.5]")
        XCTAssertEqual(Value.number(3).whole, 3)
        XCTAssertNil(Value.number(0.5).whole)
        XCTAssertNil(Value.number(1e300).whole)
        XCTAssertNil(Value.number(.nan).whole)
        XCTAssertNil(Value.string("3").whole)
    }

    func testNumbers() {
        for (number, text) in [
            (0.1, "0.1"), (1.0 / 3, "0.333333"), (-1.0 / 3, "-0.333333"), (1e-10, "1e-10"), (1.5e-10, "1.5e-10"),
            (99999.95, "99999.9"), (100000.25, "100000.2"), (1e14 + 0.5, "100000000000000.5"),
            (1e15, "1000000000000000"), (0x1p53, "9007199254740992"), (-0x1p53, "-9007199254740992"),
            (1e16, "1e16"),
            (0.00012345678, "0.000123457"),
            (1e21, "1e21"), (Double(Float(0.1)), "0.1"),
        ] as [(Double, String)] {
            XCTAssertEqual(NumberText.shown(number), text)
        }
        XCTAssertEqual(NumberText.exact(0.1), "0.1")
        XCTAssertEqual(NumberText.exact(1.0 / 3), "0.3333333333333333")
    }

    func testTables() throws {
        var table = try Table([.init("p", ["a", "b,c"]), .init("x", [0.5, 2])])
        XCTAssertEqual(table.csv, "p,x\na,0.5\n\"b,c\",2\n")
        XCTAssertEqual(try table.numbers("x"), [0.5, 2])
        XCTAssertEqual(table.rowCount, 2)
        XCTAssertThrowsError(try table.numbers("p")) {
            XCTAssertEqual(
                ($0 as? RhumbError)?.message, "column 'p' holds the string \"a\" in row 0 where a number is needed")
        }
        XCTAssertThrowsError(try table.numbers("q"))
        XCTAssertThrowsError(try Table([.init("a", [1.0]), .init("a", [2.0])]))
        table = table.rows([1, 1, 0])
        XCTAssertEqual(table["x"]!.map(\.text), ["2", "2", "0.5"])
    }

    func testLongAndWideTables() throws {
        let long = try Table([.init("n", (0..<100).map(Double.init))])
        let lines = long.display(width: 80).components(separatedBy: "\n")
        XCTAssertEqual(lines.count, 43)
        XCTAssertEqual(lines[21], "…")
        XCTAssertEqual(lines.last, "(100 rows)")
        let wide = try Table((0..<30).map { .init("column\($0)", [Double($0)]) })
        XCTAssertTrue(wide.display(width: 40).hasSuffix("column27, column28, column29)"))
        XCTAssertTrue(wide.display(width: 40).components(separatedBy: "\n").dropLast().allSatisfy { $0.count <= 40 })
        let text = try Table([.init("t", [String(repeating: "x", count: 200), "line\nbreak"])])
        XCTAssertEqual(text.display(width: 40).components(separatedBy: "\n")[1].count, 20)
        XCTAssertTrue(text.display(width: 40).contains("line ⏎ break"))
    }

    func testTypes() {
        let types: [(ValueType, String, [Value], [Value])] = [
            (.number(in: 0...1), "number 0…1", [0, 1, 0.5], [2, -1, "a", .number(.nan)]),
            (.whole(in: 1...10), "whole number 1…10", [1, 10], [0, 1.5, "1"]),
            (.whole(), "whole number", [-5], [0.5]),
            (.choice(["a", "b"]), "\"a\" or \"b\"", ["a"], ["c", 1]),
            (.list(of: .string), "list of strings", [["a"], []], [[1], "a"]),
            (.either([.string, .list(of: .string)]), "string or list of strings", ["a", ["a"]], [1]),
            (.optional(.number()), "number", [1, .none], ["a"]),
            (.list(of: .list(of: .number())), "list of lists of numbers", [[[1]]], [[1]]),
            (.boolean, "true or false", [true], [1]),
            (.object("clip"), "clip", [], [1]),
            (.list(of: .either([.object("image"), .string])), "list of images or strings", [["a"]], [[1]]),
            (.number(in: 0...Double.infinity), "number at least 0", [1e300], [-1]),
        ]
        for (type, text, accepted, refused) in types {
            XCTAssertEqual(type.text, text)
            for value in accepted { XCTAssertTrue(type.accepts(value), "\(text) should accept \(value.text)") }
            for value in refused { XCTAssertFalse(type.accepts(value), "\(text) should refuse \(value.text)") }
        }
    }

    func testProseIsBrokenAtSpaces() {
        let text = "one two three four five six seven"
        XCTAssertEqual(text.wrapped(to: 24, from: 2, indent: 2), "one two three four\n  five six seven")
        XCTAssertEqual(text.wrapped(to: 80, from: 2, indent: 2), text)
        XCTAssertEqual(text.wrapped(to: 24, from: 10, indent: 10), text, "no room")
        XCTAssertEqual("日本語日本語日本語日本語 b c".wrapped(to: 24, indent: 1), "日本語日本語日本語日本語\n b c")
        XCTAssertEqual("a  b".wrapped(to: 24, indent: 0), "a  b")
    }
}
