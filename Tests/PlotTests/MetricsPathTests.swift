import Files
import Foundation
import Plot
import TestSupport
import XCTest

/// What is missing joins, what is NaN leaves a gap, and nothing that is there is invisible.
final class MetricsPathTests: XCTestCase {
    private func table(_ text: String) throws -> MetricsTable {
        var reader = MetricsReader(name: "m.csv")
        try reader.read(Array(text.utf8))
        try reader.finish()
        return reader.table
    }

    private func lines(_ text: String, _ view: MetricsView) throws -> [Line] {
        try Figure.metrics([MetricsSource("m", table(text))], view).figure.panels.flatMap(\.layers).compactMap {
            if case .line(let line) = $0 { line } else { nil }
        }
    }

    /// A step that falls back begins a new piece; a quantity that wanders to and fro is followed.
    func testOnlyASeldomFallBreaksALine() throws {
        let resumed = MetricsPath(x: [1, 2, 3, 2, 3, 4], y: [1, 1, 1, 2, 2, 2])
        XCTAssertEqual(resumed.x, [1, 2, 3, 3, 2, 3, 4])
        XCTAssertEqual(resumed.rows, [0, 1, 2, nil, 3, 4, 5])
        XCTAssertEqual(resumed.falls, 1)
        for x: [Double?] in [[5, 4, 3, 2, 1], [1, 3, 2, 4, 3], [1, nil, 0]] {
            let path = MetricsPath(x: x, y: x.map { _ in 1 })
            XCTAssertEqual(path.rows, Array(x.indices), "\(x)")
            XCTAssertEqual(path.falls, 0)
        }
    }

    func testPanelsShareTheirXAxis() throws {
        let text = "step,loss,eval\n0,1,\n5,2,0.5\n10,3,\n"
        let panels = try Figure.metrics([MetricsSource("m", table(text))]).figure.panels
        XCTAssertEqual(panels.map(\.x.lower), [0, 0])
        XCTAssertEqual(panels.map(\.x.upper), [10, 10])
        var view = MetricsView()
        view.xRange = (2, nil)
        let cut = try Figure.metrics([MetricsSource("m", table(text))], view).figure.panels
        XCTAssertEqual(cut.map(\.x.lower), [2, 2])
        XCTAssertEqual(cut.map(\.x.upper), [10, 10])
    }

    func testALineJoinsAcrossRowsThatHaveNothing() throws {
        let sparse =
            "step,train,val\n"
            + (0..<200).map { "\($0),\(1.0 / Double($0 + 1)),\($0 % 50 == 49 ? "0.5" : "")\n" }.joined()
        let line = try XCTUnwrap(lines(sparse, MetricsView(y: ["val"])).first)
        XCTAssertEqual(line.x, [49, 99, 149, 199])
        XCTAssertEqual(line.y, [0.5, 0.5, 0.5, 0.5])
        // The last point of an export from W&B.
        XCTAssertEqual(
            try lines("Step,reward\n0,0.5\n10,0.6\n20,\n30,0.7\n", MetricsView(y: ["reward"]))[0].y, [0.5, 0.6, 0.7])
    }

    func testANaNOfATrainingThatDivergedIsAGap() throws {
        let line = try lines("step,loss\n1,0.5\n2,nan\n3,\n4,0.6\n", MetricsView(y: ["loss"]))[0]
        XCTAssertEqual(line.x, [1, 2, 4])
        XCTAssertEqual(line.y.map(\.isNaN), [false, true, false])
    }

    func testSmoothingIsOverThePresentValues() throws {
        var view = MetricsView(y: ["val"])
        view.smoothing = .movingAverage(3)
        let smooth = try lines("step,val\n1,1\n2,\n3,\n4,2\n5,\n6,6\n", view)[1]
        XCTAssertEqual(smooth.x, [1, 4, 6])
        XCTAssertEqual(smooth.y, [1.5, 3, 4])
    }

    func testAFallingStepBeginsANewPiece() throws {
        let text = "step,loss\n1,1\n2,0.5\n3,0.3\n2,0.6\n3,0.4\n4,0.2\n"
        let (figure, notes) = try Figure.metrics([MetricsSource("m", table(text))])
        XCTAssertEqual(figure.panels[0].x.label, "step")
        guard case .line(let line) = figure.panels[0].layers[0] else { return XCTFail() }
        XCTAssertEqual(line.x, [1, 2, 3, 3, 2, 3, 4])
        XCTAssertEqual(line.y.map(\.isNaN), [false, false, false, true, false, false, false])
        XCTAssertEqual(notes, ["'step' falls back, as after a resume: a new piece of line begins there"])
        for name in ["_step", "trainer/global_step", "global_step", "Step"] {
            XCTAssertEqual(try table("a,\(name)\n5,0\n4,10\n").usualX, name)
        }
        XCTAssertEqual(try table("step,global_step,a\n0,0,1\n1,1,2\n0,2,3\n1,3,4\n").usualX, "global_step")
    }

    func testRowsWithoutAPositionStandAtTheOneBefore() throws {
        let line = try lines("step,a,b\n1,5,\n,,7\n2,6,\n", MetricsView(x: "step", y: ["b"]))[0]
        XCTAssertEqual(line.x, [1])
        XCTAssertEqual(line.y, [7])
    }

    /// A value between two gaps is drawn: in the script as a point, in the text as a mark.
    func testALoneValueGetsAMark() throws {
        for y in [[1, .nan, 2, .nan, 3], [.nan, 2], [2]] as [[Double]] {
            let figure = Figure.line([Line(y: y)])
            XCTAssertTrue(try figure.script().contains("$lone1"), "\(y)")
            XCTAssertEqual(try figure.text().count { $0 == "•" }, y.count(where: \.isFinite), "\(y)")
        }
        XCTAssertFalse(try Figure.line([Line(y: [1, 2, .nan, 3, 4])]).script().contains("$lone1"))
        // On a logarithmic axis zero is a gap.
        XCTAssertTrue(try Figure.line([Line(y: [0, 1, 0])], y: Axis(isLogarithmic: true)).script().contains("$lone1"))
    }

    func testAResumedLineIsThinnedPieceByPiece() {
        let x = (0..<100_000).map(Double.init) + (50_000..<150_000).map(Double.init)
        let thin = Line(x: x, y: x.map { sin($0 / 1000) }).thinned(stretches: 900)
        XCTAssertLessThan(thin.x.count, 6000)
        XCTAssertEqual([thin.x.first, thin.x.last], [0, 149_999])
    }
}
