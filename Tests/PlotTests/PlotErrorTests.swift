import Foundation
import Plot
import TestSupport
import XCTest

final class PlotErrorTests: XCTestCase {
    private func failure(_ body: () throws -> Void, file: StaticString = #filePath, line: UInt = #line) -> PlotError? {
        do { try body() } catch let error as PlotError { return error } catch {}
        XCTFail("no PlotError was thrown", file: file, line: line)
        return nil
    }

    func testMissingGnuplotIsNamedWithWhatToInstall() throws {
        let folder = TemporaryFolder(self)
        let error = withPath(folder.path) { failure { try Gallery.line.write(to: folder["figure"]) } }
        XCTAssertEqual(error, .gnuplotMissing)
        XCTAssertTrue(error?.hint.contains("gnuplot-nox") == true)
        XCTAssertEqual(folder.names, [], "something is left of the figure")
    }

    func testAGnuplotErrorIsQuoted() throws {
        let error = failure { _ = try Gnuplot.run { _ in "set terminal dumb\nset nonsense 3\n" } }
        guard case .gnuplotFailed(let status, let diagnostics) = error else {
            return XCTFail("\(String(describing: error))")
        }
        XCTAssertNotEqual(status, 0)
        XCTAssertEqual(diagnostics, "unrecognized option - see 'help set'. in 'set nonsense 3'")
        // Within a block the whole block is one line to gnuplot.
        let inBlock = failure {
            _ = try Gnuplot.run { _ in "do for [i=1:2] {\n  a = i\n  set nonsense 3\n  b = i\n}\n" }
        }
        XCTAssertTrue(inBlock?.message.hasSuffix("in 'set nonsense 3'") == true, inBlock?.message ?? "")
    }

    func testAGnuplotThatDiesOrSaysNothingIsAnError() throws {
        let folder = TemporaryFolder(self)
        try folder.program("gnuplot", "kill -9 $$")
        let killed = withPath("\(folder.path):/usr/bin:/bin") { failure { _ = try Gnuplot.run { _ in "plot x" } } }
        guard case .gnuplotFailed(137, _) = killed else { return XCTFail("\(String(describing: killed))") }
        // More commands than a pipe holds, to a process that reads none: no signal, no wait without end.
        try folder.program("gnuplot", "echo 'cannot open display' >&2; exit 3")
        let long = String(repeating: "# nothing\n", count: 50_000)
        XCTAssertEqual(
            withPath("\(folder.path):/usr/bin:/bin") { failure { _ = try Gnuplot.run { _ in long } } },
            .gnuplotFailed(status: 3, diagnostics: "cannot open display"))
    }

    /// gnuplot succeeds, but the file ends too early. The older figure stays.
    func testAnIncompleteFileIsAnErrorAndLeavesTheOlderFigure() throws {
        let folder = TemporaryFolder(self)
        try Gallery.line.write(to: folder["figure"])
        let before = try folder.bytes("figure.png")
        let programs = TemporaryFolder(self)
        try programs.program(
            "gnuplot", "file=$(sed -n \"s/^png_file = '\\(.*\\)'$/\\1/p\"); printf '\\211PNG half' > \"$file\"")
        let error = withPath("\(programs.path):/usr/bin:/bin") {
            failure { try Gallery.band.write(to: folder["figure"]) }
        }
        XCTAssertEqual(error, .incomplete(.png))
        XCTAssertEqual(try folder.bytes("figure.png"), before)
        XCTAssertEqual(folder.names, ["figure.gp", "figure.png"])
    }

    /// A limit on the size of files stands in for a full disk.
    func testAFullDiskLeavesNothingHalfWritten() throws {
        let folder = TemporaryFolder(self)
        let drawn = try Gallery.line.draw()
        try drawn.write(to: folder["figure"])
        let before = try folder.bytes("figure.png")
        var old = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        let handler = signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 4096, rlim_max: old.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        defer {
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
            signal(SIGXFSZ, handler)
        }
        let error = failure { try drawn.write(to: folder["figure"]) }
        guard case .unwritable(_, "File too large") = error else { return XCTFail("\(String(describing: error))") }
        XCTAssertEqual(folder.names, ["figure.gp", "figure.png"])
        XCTAssertEqual(try folder.bytes("figure.png"), before)
    }

    func testAFolderThatCannotBeWrittenIsNamed() throws {
        let folder = TemporaryFolder(self)
        try folder.write("", to: "file")
        let inTheWay = failure { try Gallery.line.write(to: folder["file/figure"]) }
        XCTAssertEqual(
            inTheWay, .unwritable(path: folder["file"], reason: "a file of that name is in the way"))
        // Even for root nothing can be made there.
        let denied = failure { try Gallery.line.write(to: "/proc/figures/figure") }
        guard case .unwritable(let path, _) = denied else { return XCTFail("\(String(describing: denied))") }
        XCTAssertTrue(path.hasPrefix("/proc/figures"))
    }

    func testDescriptionsThatCannotBeDrawnAreRefused() {
        func script(_ figure: Figure) -> PlotError? { failure { _ = try figure.script() } }
        XCTAssertEqual(script(Figure(panels: [])), .emptyFigure)
        XCTAssertEqual(script(.line([])), .emptyFigure)
        XCTAssertEqual(
            script(.line([Line(x: [1, 2, 3], y: [1, 2])])),
            .mismatch(what: "positions", count: 3, other: "values", expected: 2))
        XCTAssertEqual(
            script(.line([Line(y: [1, 2], band: .init(lower: [1], upper: [2, 3]))])),
            .mismatch(what: "lower edges of the band", count: 1, other: "values", expected: 2))
        XCTAssertEqual(
            script(.heatmap(Heatmap(values: [1, 2, 3], rows: 2, columns: 2))),
            .mismatch(what: "values", count: 3, other: "cells", expected: 4))
        XCTAssertEqual(
            script(.bars(Bars(categories: ["a"], series: [.init([1, 2])]))),
            .mismatch(what: "values", count: 2, other: "categories", expected: 1))
        XCTAssertEqual(
            script(.line([Line(y: [1])], y: Axis(lower: 2, upper: 1))), .badRange(axis: "y", lower: 2, upper: 1))
        XCTAssertEqual(
            script(.line([Line(y: [1])], y: Axis(lower: 0, isLogarithmic: true))), .notPositive(axis: "y", value: 0))
        XCTAssertEqual(script(.histogram([Histogram([1, 2], bins: .edges([1, 1]))])), .badBins)
        XCTAssertEqual(script(.histogram([Histogram([1, 2], bins: .width(0))])), .badBins)
        XCTAssertEqual(script(.images([])), .emptyFigure)
        XCTAssertEqual(
            script(Figure(Panel([.line(Line(y: [1]))]), size: FigureSize(width: 10, height: 400))),
            .tooSmall(what: "width", least: 80, value: 10))
        XCTAssertEqual(
            PlotError.badRange(axis: "y", lower: 2, upper: 1).message,
            "the range of the y axis must rise and be finite, not go from 2 to 1")
    }

    /// Values that gnuplot would stumble over are drawn.
    func testOddValuesAreDrawn() throws {
        let folder = TemporaryFolder(self)
        let odd: [Figure] = [
            .line([Line(y: [])]), .line([Line(y: [5])]), .line([Line(y: [3, 3, 3])]),
            .line([Line(y: [.nan, .infinity])]),
            .line([Line(y: [0, -1, -2])], y: Axis(isLogarithmic: true)), .line([Line(y: [1e300, -1e300])]),
            .line([Line(y: [.leastNonzeroMagnitude, .leastNormalMagnitude])]), .line([Line(x: [.nan, 1], y: [1, 2])]),
            .scatter(x: [], y: []), .histogram([Histogram([])]), .histogram([Histogram([2, 2, 2])]),
            .bars(Bars(categories: [], series: [])), .bars(Bars(categories: ["a"], series: [.init([.nan])])),
            .bars(Bars(categories: ["a", "b"], series: [.init([0, 0])], isHorizontal: true, showsValues: true)),
            .heatmap(Heatmap(values: [.nan], rows: 1, columns: 1)),
            .heatmap(Heatmap(values: [2, 2], rows: 1, columns: 2)),
        ]
        for (index, figure) in odd.enumerated() {
            XCTAssertNoThrow(try figure.write(to: folder["odd"]), "figure \(index)")
            XCTAssertNoThrow(try figure.text(), "figure \(index)")
        }
    }
}
