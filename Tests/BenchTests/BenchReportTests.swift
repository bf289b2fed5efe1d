import Bench
import XCTest

final class BenchReportTests: XCTestCase {
    private func text(_ report: BenchReport, _ timings: [Timing]) -> String {
        var report = report
        let rows = timings.map { report.append($0) }
        return report.header + rows.joined() + report.closing
    }

    func testReportGivesRatiosAndTheirMean() {
        let report = BenchReport(works: ["loop", "calls", "rest"], peers: ["CPython 3.11"])
        XCTAssertEqual(
            text(
                report,
                [
                    Timing(work: "loop", ours: 0.010, peers: [0.040]),
                    Timing(work: "calls", ours: 0.0005, peers: [0.0005]),
                    Timing(work: "rest", ours: 2.0, peers: [.notDone]),
                ]),
            """
                               Rhumb   CPython 3.11   ratio
            loop             10.0 ms        40.0 ms   4.00×
            calls             500 µs         500 µs   1.00×
            rest              2.00 s              –       –
            geometric mean                            2.00×

            CPython 3.11: the mean of 2 of 3 rows

            """)
    }

    func testReportShowsMediansAndLimitsWhereAskedFor() throws {
        let report = BenchReport(works: ["tower"], peers: ["PyTorch"], medians: true, limits: true)
        let ours = try XCTUnwrap(Timing.Sample([0.030, 0.010, 0.020, 0.040]))
        XCTAssertEqual(
            text(report, [Timing(work: "tower", ours: ours, peers: [0.020], limit: 0.008)]),
            """
                                         Rhumb             PyTorch   ratio     limit
            tower            10.0 ms (25.0 ms)   20.0 ms (20.0 ms)   2.00×   8.00 ms

            limit: the least time for the arithmetic at the measured peak of these cores, 3×3 convolutions by \
            Winograd's algorithm (a quarter of the products)

            """)
    }

    func testRowOfAPeerThatFailedSaysSo() {
        let report = BenchReport(works: ["tower", "round"], peers: ["PyTorch", "OpenVINO"])
        XCTAssertEqual(
            text(
                report,
                [
                    Timing(work: "tower", ours: 0.010, peers: [.failed, .different]),
                    Timing(work: "round", ours: 0.010, peers: [.notDone, 0.030]),
                ]),
            """
                               Rhumb   PyTorch   ratio   OpenVINO   ratio
            tower            10.0 ms    failed       –    differs       –
            round            10.0 ms         –       –    30.0 ms   3.00×
            geometric mean                           –              3.00×

            OpenVINO: the mean of 1 of 2 rows

            """)
    }

    /// The header is out before any time is known.
    func testColumnsAreAsWideAsAnyTimeFromTheStart() throws {
        var report = BenchReport(works: ["a", "a longer row"], peers: ["P"], medians: true)
        let wide = try XCTUnwrap(Timing.Sample([0.9994, 0.9994, 0.9994]))
        let lines = [report.header, report.append(Timing(work: "a longer row", ours: wide, peers: [.time(wide)]))]
        XCTAssertTrue(lines[1].contains("999 ms (999 ms)"), lines[1])
        XCTAssertEqual(lines[0].dropLast().count, lines[1].dropLast().count)
        let narrow = report.append(Timing(work: "a", ours: 0.000_001, peers: [0.000_002]))
        XCTAssertEqual(narrow.count, lines[1].count)
    }

    func testMemoryIsShown() {
        let report = BenchReport(works: ["UNet", "rest"], peers: ["PyTorch"])
        let text = text(
            report,
            [
                Timing(work: "UNet", ours: 0.010, peers: [0.020], memory: [1_200_000_000, 3_450_000_000]),
                Timing(work: "rest", ours: 0.010, peers: [.notDone], memory: [1_200_000, nil]),
            ])
        XCTAssertTrue(
            text.hasSuffix(
                """

                peak memory     Rhumb   PyTorch
                UNet          1.20 GB   3.45 GB

                """), text)
    }

    func testNeighboursAreComparedByMedians() throws {
        let report = NeighboursReport(works: ["miniature UNet"], peers: ["PyTorch 2", "OpenVINO 1"])
        let alone = Timing(
            work: "miniature UNet", ours: try XCTUnwrap(.init([0.010, 0.020, 0.030])), peers: [0.050, .failed])
        let beside = Timing(
            work: "miniature UNet", ours: try XCTUnwrap(.init([0.010, 0.050, 0.070])), peers: [0.200, .failed])
        XCTAssertEqual(
            report.header + report.lines(alone: alone, beside: beside),
            """
                               alone    beside    ratio
            miniature UNet
              Rhumb          20.0 ms   50.0 ms    2.50×
              PyTorch 2      50.0 ms    200 ms    4.00×
              OpenVINO 1      failed    failed        –

            """)
    }
}
