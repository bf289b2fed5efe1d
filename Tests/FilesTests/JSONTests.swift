import Files
import TestSupport
import XCTest

final class JSONTests: XCTestCase {
    func testValuesKeepOrderExactnessAndComposition() throws {
        let json = try JSON(
            parsing:
                "{\"b\": [1, -2.5e3, true, null], \"a\": 9007199254740993, \"\u{E9}\": 1, \"e\u{301}\": 2, \"b\": {}}")
        XCTAssertEqual(json.members?.map { Array($0.key.utf8).count }, [1, 1, 2, 3, 1])
        XCTAssertEqual(json.members?[0].value, [1, .number(-2500), true, .null])
        XCTAssertEqual(json["a"]?.integer, 9_007_199_254_740_993)
        XCTAssertEqual(json["e\u{301}"]?.integer, 2)
        XCTAssertEqual(json["\u{E9}"]?.integer, 1)
        XCTAssertEqual(json["b"], .object([]))
    }

    /// Configurations written by Python have numbers that are not finite.
    func testNumbersOfPython() throws {
        let json = try JSON(parsing: #"{"a": -Infinity, "b": [Infinity, NaN], "c": -1}"#)
        XCTAssertEqual(json["a"]?.number, -.infinity)
        XCTAssertEqual(json["b"]?.array?[0].number, .infinity)
        XCTAssertEqual(json["b"]?.array?[1].number?.isNaN, true)
        XCTAssertEqual(json.text(), #"{"a":null,"b":[null,null],"c":-1}"#)
    }

    func testEscapes() throws {
        let json = try JSON(parsing: #""a\"\\\/\b\f\n\r\tA\u00e9\uD83D\uDE00""#)
        XCTAssertEqual(json.string, "a\"\\/\u{8}\u{C}\n\r\tA\u{E9}😀")
    }

    func testWhatIsWritten() throws {
        let json: JSON = ["a": [1, 2.5, "x\"\u{1}\n😀"], "b": [:], "c": .null]
        XCTAssertEqual(json.text(), #"{"a":[1,2.5,"x\"\u0001\n😀"],"b":{},"c":null}"#)
        XCTAssertEqual(try JSON(parsing: json.text(indent: 2)), json)
        XCTAssertEqual(json.text(indent: 2).split(separator: "\n").first { $0.contains("2.5") }, "    2.5,")
    }

    func testErrorsHaveAPlace() {
        let cases: [(String, String, Int, Int)] = [
            ("", "the text ends where a value was expected", 1, 1),
            ("{\"a\": 1,\n \"b\" 2}", "expected ':' after the key", 2, 6),
            ("[1, 2", "the text ends inside an array", 1, 6),
            ("[1 2]", "expected ',' or ']', found '2'", 1, 4),
            ("[1,]", "unexpected ']' where a value was expected", 1, 4),
            ("{\"a\":1,}", "expected a key in quotes", 1, 8),
            ("01", "a malformed number", 1, 1),
            ("-", "a malformed number", 1, 1),
            ("1.e3", "a malformed number", 1, 1),
            ("nul", "expected 'null'", 1, 1),
            ("\"abc", "a string that is never closed", 1, 1),
            ("\"a\\", "a string that is never closed", 1, 1),
            ("\"\\x\"", "an unknown escape in a string", 1, 2),
            ("\"\\u+123\"", "a malformed \\u escape", 1, 2),
            ("\"\\ud800x\"", "half of a surrogate pair", 1, 2),
            ("\"a\tb\"", "a control character inside a string", 1, 3),
            ("1 2", "unexpected text after the end of the JSON value", 1, 3),
        ]
        for (text, message, line, column) in cases {
            XCTAssertThrowsError(try JSON(parsing: text), text) { error in
                let error = error as? JSONError
                XCTAssertEqual(error?.message, message, text)
                XCTAssertEqual([error?.line, error?.column], [line, column], text)
            }
        }
    }

    func testDeepNestingAndBadUTF8AreErrorsNotCrashes() {
        XCTAssertThrowsError(try JSON(parsing: String(repeating: "[", count: 100_000))) {
            XCTAssertEqual(($0 as? JSONError)?.message, "nested deeper than 512 levels")
        }
        XCTAssertThrowsError(try JSON(parsing: Data([0x22, 0xFF, 0x22]))) {
            XCTAssertEqual(($0 as? JSONError)?.message, "a string that is not UTF-8")
        }
    }
}
