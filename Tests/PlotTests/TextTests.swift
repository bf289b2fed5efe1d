import Foundation
import Plot
import TestSupport
import XCTest

/// Texts come out as they went in.
final class TextTests: XCTestCase {
    private static let texts = [
        "plain", "under_score^up", "{braces}", "it's 'quoted'", "\"double\"", "back\\slash \\n \\alpha", "@ & ~ &{x}",
        "`date`", "$0 $data %d %s", "# comment; print 1", "ünï 中文 😀 ‖z′‖", "two\nlines", "", "''", "<b>&amp;</b>",
    ]

    func testGnuplotReadsQuotedTextsAsTheyWere() throws {
        for text in Self.texts {
            let output = try Gnuplot.run { _ in "set encoding utf8\nset print '-'\nprint \(text.gnuplotQuoted)\n" }
            XCTAssertEqual(String(decoding: output.text, as: UTF8.self), text + "\n")
        }
    }

    func testControlCharactersAreDropped() {
        XCTAssertEqual("a\u{1b}[31mb\u{0}c\td".gnuplotQuoted, "'a[31mbc    d'")
    }

    /// Titles are bold through markup, everything else is literal: both show the same text.
    func testDrawnTextsAreTheTextsOfTheFigure() throws {
        let folder = TemporaryFolder(self)
        for text in Self.texts where !text.isEmpty && !text.contains("\n") {
            let figure = Figure.line([Line(y: [1, 2], name: text)], title: text, x: Axis(text), y: Axis(text))
            try figure.write(to: folder["text"], formats: [.svg])
            let svg = try String(contentsOfFile: folder["text.svg"], encoding: .utf8)
            let shown = svg.matches(of: /<text[^>]*>(.*?)<\/text>/).map { match in
                String(match.1).replacing(/<[^>]*>/, with: "").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
                    .replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
            }
            XCTAssertGreaterThanOrEqual(shown.count { $0 == text }, 4, "'\(text)' in \(shown.prefix(12))")
        }
    }

    func testTicksAreRoundAndReadWell() {
        XCTAssertEqual(Ticks.linear(0, 1, count: 5).map(\.label), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        XCTAssertEqual(Ticks.linear(-0.3, 0.31, count: 3).map(\.label), ["−0.2", "0.0", "0.2"])
        XCTAssertEqual(Ticks.linear(0, 3, count: 8, wholeNumbers: true).map(\.label), ["0", "1", "2", "3"])
        XCTAssertEqual(Ticks.linear(0, 2e7, count: 2).map(\.label), ["0", "10⁷", "2×10⁷"])
        XCTAssertEqual(Ticks.linear(0, 3e-5, count: 3).map(\.label), ["0", "10⁻⁵", "2×10⁻⁵", "3×10⁻⁵"])
        XCTAssertEqual(Ticks.linear(1000, 1000.02, count: 2).map(\.label), ["1000.00", "1000.01", "1000.02"])
        XCTAssertEqual(
            Ticks.logarithmic(0.01, 100, count: 8).filter { !$0.isMinor }.map(\.label),
            ["0.01", "0.1", "1", "10", "100"])
        XCTAssertEqual(
            Ticks.logarithmic(1e-9, 1, count: 4).filter { !$0.isMinor }.map(\.label), ["10⁻⁹", "10⁻⁶", "10⁻³", "10⁰"])
        XCTAssertEqual(Ticks.logarithmic(3, 60, count: 8).filter { !$0.isMinor }.map(\.label), ["5", "10", "20", "50"])
        XCTAssertEqual(Ticks.linear(.nan, 1, count: 4), [])
    }

    func testNumbersAreShort() {
        XCTAssertEqual(NumberText.short(0.5), "0.5")
        XCTAssertEqual(NumberText.short(-12.3456), "−12.35")
        XCTAssertEqual(NumberText.short(1.25e-7), "1.25×10⁻⁷")
        XCTAssertEqual(NumberText.short(.nan), "–")
        XCTAssertEqual(NumberText.fixed(-0.0001, decimals: 2), "0.00")
    }
}
