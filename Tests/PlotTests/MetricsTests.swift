import Files
import Foundation
import Plot
import TestSupport
import XCTest

/// Smoothing, and figures of files of metrics.
final class MetricsTests: XCTestCase {
    private func read(_ text: String, name: String = "m.csv") throws -> MetricsTable {
        let folder = TemporaryFolder(self)
        try folder.write(text, to: name)
        return try MetricsTable(contentsOf: folder[name])
    }

    func testSmoothing() {
        XCTAssertEqual(Smoothing.movingAverage(3)([1, 2, 6, 4]), [1.5, 3, 4, 5])
        XCTAssertEqual(Smoothing.movingAverage(1)([1, 5]), [1, 5])
        XCTAssertEqual(Smoothing.movingAverage(3)([1, .nan, 5, 5]), [1, 3, 5, 5])
        XCTAssertTrue(Smoothing.movingAverage(1)([.nan])[0].isNaN)
        XCTAssertEqual(Smoothing.movingAverage(4)([]), [])
        let average = Smoothing.exponential(decay: 0.5)([4, 8, .nan, 8])
        assertClose(average, [4, 20.0 / 3, 20.0 / 3, 52.0 / 7], .absolute(1e-12))
    }

    func testColumnsOfATableAreDrawn() throws {
        let table = try read("step,reward,kl,note\n1,0.5,1e-4,a\n2,0.6,2e-4,b\n")
        func draw(_ table: MetricsTable, _ view: MetricsView = MetricsView()) throws -> Figure {
            try Figure.metrics([MetricsSource("m.csv", table)], view).figure
        }
        let all = try draw(table)
        XCTAssertEqual(all.panels.map(\.title), ["reward", "kl"])
        XCTAssertEqual(all.panels[0].x.label, "step")
        guard case .line(let line) = all.panels[1].layers[0] else { return XCTFail() }
        XCTAssertEqual(line.x, [1, 2])
        XCTAssertEqual(line.y, [1e-4, 2e-4])
        var smooth = MetricsView(x: "kl", y: ["reward", "step"])
        smooth.smoothing = .movingAverage(5)
        let one = try draw(table, smooth)
        XCTAssertEqual(one.panels.count, 1)
        XCTAssertEqual(one.panels[0].layers.count, 4)
        XCTAssertThrowsError(try draw(table, MetricsView(y: ["rewards"]))) {
            XCTAssertEqual(
                $0 as? MetricsError, .unknownColumn("rewards", known: ["step", "reward", "kl", "note"]))
        }
        XCTAssertThrowsError(try draw(table, MetricsView(y: ["note"]))) {
            XCTAssertEqual($0 as? MetricsError, .textColumn("note"))
        }
    }

    func testAColumnSpoiledByATextNamesItsPlace() throws {
        let table = try read("a,b\n1,2\n3,x\n")
        XCTAssertThrowsError(try Figure.metrics([MetricsSource("m", table)], MetricsView(y: ["b"]))) {
            guard case .notANumber(let place, "b", "x")? = $0 as? MetricsError else { return XCTFail("\($0)") }
            XCTAssertTrue(place.hasSuffix("m.csv:3"), place)
        }
    }
}
