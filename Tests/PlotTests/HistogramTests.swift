import Plot
import TestSupport
import XCTest

final class HistogramTests: XCTestCase {
    /// numpy.histogram(v, bins='fd') of NumPy 2.4.6: v = [0.1, 0.4, 0.45, 0.5, 0.52, 0.6, 0.61, 0.7, 0.9, 1.3]
    func testAutomaticBinsAreThoseOfNumPy() {
        let values = [0.1, 0.4, 0.45, 0.5, 0.52, 0.6, 0.61, 0.7, 0.9, 1.3]
        let edges = Histogram.Bins.automatic.edges(for: values)
        let numpy = [0.1, 0.27142857, 0.44285714, 0.61428571, 0.78571429, 0.95714286, 1.12857143, 1.3]
        assertClose(edges, numpy, .absolute(1e-8))
        XCTAssertEqual(Histogram(values).heights(edges: edges), [1, 1, 5, 1, 1, 0, 1])
    }

    func testWholeNumbersGetABinEach() {
        let edges = Histogram.Bins.automatic.edges(for: [1, 2, 2, 5])
        XCTAssertEqual(edges, [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
        XCTAssertEqual(Histogram([1, 2, 2, 5]).heights(edges: edges), [1, 2, 0, 0, 1])
    }

    func testChosenBins() {
        XCTAssertEqual(Histogram.Bins.count(4).edges(for: [0, 8]), [0, 2, 4, 6, 8])
        XCTAssertEqual(Histogram.Bins.width(0.5).edges(for: [0.7, 1.6]), [0.5, 1, 1.5, 2])
        XCTAssertEqual(Histogram.Bins.edges([0, 1, 5]).edges(for: [9]), [0, 1, 5])
        XCTAssertEqual(Histogram.Bins.automatic.edges(for: [.nan]), [])
        XCTAssertEqual(Histogram.Bins.automatic.edges(for: [3, 3]), [2.5, 3.5])
        XCTAssertEqual(Histogram.Bins.width(1e-9).edges(for: [0, 1]).count, 502, "no more than 500 bins")
    }

    func testMeasures() {
        let values = [0.5, 1.5, 1.5, 4.0, .nan, 9]
        let edges = [0.0, 1, 2, 4]
        XCTAssertEqual(Histogram(values).heights(edges: edges), [1, 2, 1])
        XCTAssertEqual(Histogram(values, measure: .fraction).heights(edges: edges), [0.25, 0.5, 0.25])
        XCTAssertEqual(Histogram(values, measure: .density).heights(edges: edges), [0.25, 0.5, 0.125])
    }

    func testKindsAreChosenByTheData() throws {
        func kind(_ data: PlotData) throws -> String {
            let layer = try Figure.automatic(for: data).panels[0].layers[0]
            return String("\(layer)".prefix { $0 != "(" })
        }
        XCTAssertEqual(try kind(.numbers([0.1, 0.2, 0.15])), "line")
        XCTAssertEqual(try kind(.numbers((0..<60).map { Double($0 % 4) })), "histogram")
        XCTAssertEqual(try kind(.numbers((0..<60).map { Double($0) })), "line")
        XCTAssertEqual(try kind(.pairs(x: [1, 2, 3], y: [3, 1, 2])), "line")
        XCTAssertEqual(try kind(.pairs(x: [1, 3, 2], y: [3, 1, 2])), "scatter")
        XCTAssertEqual(try kind(.matrix([1, 2, 3, 4, 5, 6], rows: 3, columns: 2)), "scatter")
        XCTAssertEqual(try kind(.matrix([1, 2, 3, 4, 5, 6], rows: 2, columns: 3)), "heatmap")
        XCTAssertEqual(try kind(.matrix([1, 2, 3], rows: 3, columns: 1)), "line")
        XCTAssertEqual(try kind(.named(["a", "b"], [1, 2])), "bars")
        XCTAssertEqual(try kind(.images([Gallery.picture(0, width: 4, height: 4)], captions: [])), "images")
        XCTAssertEqual(try kind(.series([.init("a", [1, 2]), .init("b", [2, 3])])), "line")
    }
}
