import Language
import TestSupport
import XCTest

final class CodeSpanTests: XCTestCase {
    /// Kind and text of each span.
    private func spans(_ text: String) -> [String] {
        let source = Source(name: "t", text: text)
        return source.spans { ["plot", "print"].contains($0) }.filter { $0.kind != .symbol }.map {
            "\($0.kind.rawValue) \(source.slice($0.range))"
        }
    }

    func testEveryKind() {
        XCTAssertEqual(
            spans("param n = 3 \"help\"  # why\nif not n { t |> plot y: 'a' }"),
            [
                "keyword param", "number 3", "string \"help\"", "comment # why", "keyword if", "keyword not",
                "verb plot", "label y", "string 'a'",
            ])
    }

    func testCodeInsideStrings() {
        XCTAssertEqual(
            spans("print \"a {plot + 1:.2f} b\""),
            ["verb print", "string \"a {", "verb plot", "number 1", "string :.2f} b\""])
        XCTAssertEqual(
            spans("\"{plot:.2f} {len {plot: plot}:>4}\""),
            [
                "string \"{", "verb plot", "string :.2f} {", "label plot", "verb plot", "string :>4}\"",
            ], "a format is no label's colon")
        XCTAssertEqual(spans("\"{}\" # {"), ["string \"{", "string }\"", "comment # {"])
    }

    func testWordsThatAreNamesElsewhere() {
        XCTAssertEqual(spans("time = 1"), ["number 1"])
        XCTAssertEqual(spans("time plot"), ["keyword time", "verb plot"])
        XCTAssertEqual(spans("x.plot"), [])
    }

    func testNamesThatHoldValues() {
        let text =
            "param n = 1\na, b = [1, 2]\nfunc f(x, y: 2) { z = x }\nfor i in [1] { print i }\nmap(xs, e -> e)\nt.k = 1"
        let names = Source(name: "t", text: text).declaredNames
        XCTAssertTrue(names.isSuperset(of: ["n", "b", "f", "x", "y", "z", "i", "e"]), "\(names)")
        XCTAssertTrue(names.isDisjoint(with: ["print", "map", "xs", "k", "t"]), "\(names)")
    }

    func testWhatIsNoCodeIsLeftPlain() {
        XCTAssertEqual(spans("x = \"open\nprint 2 # é"), ["verb print", "number 2", "comment # é"])
        XCTAssertEqual(spans("§ 1\n3"), ["number 3"])
    }

    func testSpansAreInOrderAndApart() {
        let source = Source(name: "t", text: "a = {b: \"{x[\"k\"]:.1f} {y}\"} # \"\nexpect a ≈ 1 within 0.1")
        let ranges = source.spans { _ in true }.map(\.range)
        for (left, right) in zip(ranges, ranges.dropFirst()) {
            XCTAssertLessThanOrEqual(left.upperBound, right.lowerBound)
        }
        XCTAssertEqual(spans(source.text).last, "number 0.1")
    }
}
