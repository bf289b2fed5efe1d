import Foundation
import Plot
import TestSupport
import XCTest

/// No data crashes a figure or keeps it from ending.
final class ExtremeFigureTests: XCTestCase {
    private let log = Axis(isLogarithmic: true)

    func testBarsAndHistogramsOnLogarithmicAxes() throws {
        let figures: [Figure] = [
            .histogram([Histogram([1, 2, 3])], y: log), .histogram([Histogram([1, 10, 100, 0, -5])], x: log),
            .histogram([Histogram([0, -1])], x: log, y: log), .histogram([Histogram([1, 2, 2, 3])], x: log, y: log),
            .bars(Bars(categories: ["a", "b"], series: [.init([1, 2])]), y: log),
            .bars(Bars(categories: ["a", "b"], series: [.init([0, -2])], showsValues: true), y: log),
            .bars(
                Bars(categories: ["a", "b"], series: [.init([1, 1000], errors: [2, 5])], isHorizontal: true), x: log),
        ]
        for figure in figures {
            XCTAssertNoThrow(try figure.draw([.png]))
            XCTAssertFalse(try figure.text().isEmpty)
        }
        // The axis ends at half of the least bar, which has a height then.
        XCTAssertTrue(try figures[4].script().contains("(0.5):3"))
        XCTAssertThrowsError(
            try Figure.bars(Bars(categories: ["a"], series: [.init([1])], isHorizontal: true), y: log).text()
        ) {
            XCTAssertEqual(($0 as? PlotError)?.hint, "for the values: log: \"x\"")
        }
        XCTAssertThrowsError(try Figure.heatmap(Heatmap(values: [1], rows: 1, columns: 1), x: log).text())
    }

    /// A column of pictures, or many panels of them, higher than Cairo can hold at the usual resolution.
    func testAFigureHigherThanAPNGCanBeIsDrawnSmaller() throws {
        let red = try XCTUnwrap(Bitmap(width: 2, height: 2, pixels: [255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0]))
        let column = Figure.images([Bitmap](repeating: red, count: 20), columns: 1)
        for figure in [
            Figure.images([Bitmap](repeating: red, count: 140), columns: 1),
            .grid([Figure](repeating: column, count: 7), columns: 1),
        ] {
            let png = try XCTUnwrap(Bitmap(png: try XCTUnwrap(figure.draw([.png])[.png])))
            XCTAssertEqual(png.height, 32_000)
            // The last picture is there: red stands near the lower edge.
            let lower = png.pixels.suffix(200 * png.width * 3)
            XCTAssertTrue(
                stride(from: lower.startIndex, to: lower.endIndex, by: 3).contains {
                    lower[$0] > 200 && lower[$0 + 1] < 50 && lower[$0 + 2] < 50
                })
        }
    }

    func testPercentSignsInNames() throws {
        _ = try Figure.bars(Bars(categories: ["50%", "100%d"], series: [.init([1, 2])], showsValues: true)).draw([.png])
        _ = try Figure.bars(Bars(categories: ["%s", "%"], series: [.init([1, 2])], isHorizontal: true)).draw([.svg])
        _ = try Figure.heatmap(
            Heatmap(values: [1, 2], rows: 1, columns: 2, rowLabels: ["5 %"], columnLabels: ["%a", "%%"], label: "%")
        ).draw([.png])
        let svg = try XCTUnwrap(Figure.bars(Bars(categories: ["50%"], series: [.init([1])])).draw([.svg])[.svg])
        XCTAssertTrue(String(decoding: svg, as: UTF8.self).contains(">50%<"))
    }

    /// Long numbers are written with a power of ten, tiny ones are not all zero, and each value is looked at once.
    func testValuesOfAHeatMapCanBeRead() throws {
        let large = try Figure.heatmap(Heatmap(values: [9.3e18, 1], rows: 1, columns: 2, showsValues: true)).text(
            columns: 60)
        XCTAssertTrue(large.contains("9.3×10¹⁸ ") && !large.contains("930"), large)
        let small = try Figure.heatmap(Heatmap(values: [2e-5, 1e-6], rows: 1, columns: 2)).text(columns: 60)
        XCTAssertTrue(small.contains("2×10⁻⁵") && small.contains("10⁻⁶"), small)
        let start = Date()
        let values = (0..<90_000).map { Double($0 % 777) / 77 }
        _ = try Figure.heatmap(Heatmap(values: values, rows: 300, columns: 300)).script()
        XCTAssertLessThan(Date().timeIntervalSince(start), 10)
    }

    /// Every kind of layer with every kind of number, on every kind of axis: a script and a text come out, or an error.
    func testNumbersAtTheEndsOfTheirRange() throws {
        let odd: [Double] = [
            0, -0.0, 1, -1, 1e-308, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1.7e308, -1.7e308, 9.3e18, -9.3e18,
            1e300, 1e-300, .infinity, -.infinity, .nan, 0x1p53, 1e-12, 1e15 + 0.125,
        ]
        var state: UInt64 = 7
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        func value() -> Double { odd[next(odd.count)] }
        let start = Date()
        for _ in 0..<1500 {
            let values = (0..<(1 + next(5))).map { _ in value() }
            let x = values.map { _ in value() }
            let bins: Histogram.Bins = [.automatic, .count(5), .width(value()), .edges([value(), value(), value()])][
                next(4)]
            let layer: Layer =
                switch next(6) {
                case 0: .line(Line(x: x, y: values, band: .init(lower: x, upper: values)))
                case 1: .scatter(Scatter(x: x, y: values, labels: values.map { "\($0)" }))
                case 2: .histogram(Histogram(values, bins: bins, measure: Histogram.Measure.allCases[next(3)]))
                case 3:
                    .bars(
                        Bars(
                            categories: values.map { "\($0)" }, series: [.init(values, errors: x)],
                            isHorizontal: next(2) == 0, showsValues: true))
                case 4: .heatmap(Heatmap(values: values, rows: values.count, columns: 1, showsValues: true))
                default: .arrow(Arrow(from: Point(value(), value()), to: Point(value(), value()), label: "v"))
                }
            func axis() -> Axis {
                Axis(
                    lower: next(8) == 0 ? value() : nil, upper: next(8) == 0 ? value() : nil,
                    isLogarithmic: next(3) == 0)
            }
            let figure = Figure(Panel([layer], x: axis(), y: axis()))
            // What can't be drawn is an error, which is well.
            _ = try? figure.script()
            _ = try? figure.text(depth: .indexed)
        }
        XCTAssertLessThan(Date().timeIntervalSince(start), 60)
    }

    func testAGnuplotThatHangsIsStopped() throws {
        let folder = TemporaryFolder(self)
        try folder.write("#!/bin/sh\nexec sleep 1000\n", to: "gnuplot")
        chmod(folder["gnuplot"], 0o755)
        let path = String(cString: getenv("PATH"))
        setenv("PATH", folder.path + ":" + path, 1)
        setenv("RHUMB_GNUPLOT_SECONDS", "0.5", 1)
        defer {
            setenv("PATH", path, 1)
            unsetenv("RHUMB_GNUPLOT_SECONDS")
        }
        let start = Date()
        XCTAssertThrowsError(try Figure.line([Line(y: [1, 2])]).draw()) {
            XCTAssertEqual($0 as? PlotError, .gnuplotTooSlow(seconds: 0.5))
        }
        XCTAssertLessThan(Date().timeIntervalSince(start), 20)
    }

    func testALineThatLeavesTheRangeIsCutAtIt() throws {
        let text = try Figure.line([Line(y: [0, 10])], y: Axis(lower: 0, upper: 5)).text(columns: 60, rows: 12)
        XCTAssertGreaterThan(text.unicodeScalars.count { (0x2801...0x28ff).contains($0.value) }, 10)
    }

    func testNoColoursStillShowFigures() {
        XCTAssertEqual(Terminal.graphics(["TERM": "xterm-256color", "NO_COLOR": "1"]), .blocks)
        XCTAssertEqual(Terminal.graphics(["TERM": "dumb"]), .blocks)
        XCTAssertEqual(Terminal.depth(["TERM": "xterm", "NO_COLOR": "1"]), ColourDepth.none)
        let plain = Terminal(graphics: .blocks, depth: .none, columns: 40)
        let drawing = plain.inline(Figure.line([Line(y: [1, 2, 4])]), png: [])
        XCTAssertFalse(drawing.isEmpty)
        XCTAssertFalse(drawing.contains("\u{1b}"))
        XCTAssertLessThanOrEqual(drawing.split(separator: "\n").map(\.count).max() ?? 99, 40)
    }
}
