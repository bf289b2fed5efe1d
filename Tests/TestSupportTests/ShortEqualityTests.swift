import Foundation
import TestSupport
import XCTest

/// What XCTAssertEqual says of large things is short, and it lets nothing pass that == would not.
final class ShortEqualityTests: XCTestCase {
    func testShortThingsAreShownWhole() {
        XCTAssertEqual(inequality([1, 2], [1, 3]) ?? "", "[1, 2] is not equal to [1, 3]")
        XCTAssertEqual(inequality(["a"], []) ?? "", "[\"a\"] is not equal to []")
        XCTAssertEqual(inequality("a", "b") ?? "", "(\"a\") is not equal to (\"b\")")
        XCTAssertNil(inequality([1, 2], [1, 2]))
        XCTAssertNil(inequality([Float](), []))
        XCTAssertNil(inequality("é", "e\u{301}"), "as ==, which knows Unicode")
    }

    func testAMillionNumbersMakeAShortMessage() throws {
        let zeros = [Float](repeating: 0, count: 1_000_000)
        for (found, expected) in [(zeros, zeros.map { $0 + 1 }), (zeros, Array(zeros.dropLast()))] {
            let message = try XCTUnwrap(inequality(found, expected))
            XCTAssertLessThan(message.count, 500, message)
        }
        let nested = try XCTUnwrap(inequality([zeros, zeros], [zeros, zeros.map { $0 + 1 }]))
        XCTAssertTrue(nested.contains("1000000 of 2000000 numbers differ:\n  [1][0] is 0.0, not 1.0\n"), nested)
        XCTAssertLessThan(nested.count, 500)
        let words = (0..<100_000).map { String(repeating: "long ", count: $0 % 100 + 50) }
        let message = try XCTUnwrap(inequality(words, words.map { $0 + "!" }))
        XCTAssertTrue(message.contains("100000 of 100000 elements differ"), message)
        XCTAssertLessThan(message.count, 3000)
    }

    func testLongTextsNameTheLine() throws {
        let lines = (0..<10_000).map { "line \($0)" }
        var changed = lines
        changed[4321] += ", changed"
        let message = try XCTUnwrap(inequality(changed.joined(separator: "\n"), lines.joined(separator: "\n")))
        XCTAssertTrue(message.hasPrefix("line 4322 of 10000 is 'line 4321, changed', not 'line 4321'"), message)
        let cut = try XCTUnwrap(inequality(lines.dropLast().joined(separator: "\n"), lines.joined(separator: "\n")))
        XCTAssertTrue(cut.hasPrefix("line 10000 of 9999 is at its end, not 'line 9999'"), cut)
        let one = String(repeating: "x", count: 1_000_000)
        let long = try XCTUnwrap(inequality(one + "a" + one, one + "b" + one))
        XCTAssertTrue(long.contains("xxa") && long.contains("xxb") && long.count < 1000, long)
    }

    func testLargeDataNamesTheBytes() throws {
        var bytes = Data(repeating: 7, count: 1_000_000)
        let before = bytes
        bytes[500_000] = 9
        XCTAssertTrue(try XCTUnwrap(inequality(bytes, before)).contains("[500000] is 9.0, not 7.0"))
        XCTAssertTrue(try XCTUnwrap(inequality(before.dropLast(), before)).contains("999999 numbers, not 1000000"))
        XCTAssertNil(inequality(before, Data(repeating: 7, count: 1_000_000)))
    }

    /// Swift's == of two arrays with the same memory looks at no element.
    func testANaNEqualsNothingNotEvenItself() {
        let broken = [1, Float.nan], many = [Float](repeating: .nan, count: 100)
        XCTAssertTrue(broken == broken, "if this fails, Swift has become stricter")
        XCTAssertNotNil(inequality(broken, broken))
        XCTAssertNotNil(inequality(many, many))
        XCTAssertNotNil(inequality([[1], broken], [[1], broken]))
    }
}
