import Language
import Console
import XCTest

final class ProgressBarTests: XCTestCase {
    private func bar(isTerminal: Bool) -> ProgressBar {
        ProgressBar(isTerminal: isTerminal, palette: Palette(isOn: false))
    }

    private func step(_ done: Int, of total: Int? = 100, _ label: String = "train", detail: String = "") -> StepProgress {
        StepProgress(label, done: done, total: total, detail: detail)
    }

    func testShortWorkShowsNothing() {
        var bar = bar(isTerminal: true)
        XCTAssertEqual(bar.update(step(0), now: 0, width: 80), "")
        XCTAssertEqual(bar.update(step(50), now: 0.2, width: 80), "")
        XCTAssertEqual(bar.update(step(100), now: 0.25, width: 80), "")
    }

    func testRateAndRemainingTime() {
        var bar = bar(isTerminal: true)
        _ = bar.update(step(0), now: 0, width: 80)
        let text = bar.update(step(40, detail: "loss 0.31"), now: 10, width: 80)
        XCTAssertTrue(text.hasPrefix("\r\u{1B}[2Ktrain  ━"), text)
        XCTAssertTrue(text.hasSuffix("40/100  4.00/s  ETA 0:15  loss 0.31"), text)
    }

    func testResumedWorkCountsItsOwnStepsOnly() {
        var bar = bar(isTerminal: true)
        _ = bar.update(step(90), now: 0, width: 80)
        XCTAssertTrue(bar.update(step(95), now: 10, width: 80).contains("2.00 s each  ETA 0:10"))
    }

    func testAtMostTenRedrawsASecond() {
        var bar = bar(isTerminal: true)
        _ = bar.update(step(0), now: 0, width: 80)
        let drawn = (1...99).count { !bar.update(step($0), now: 1 + Double($0) * 0.01, width: 80).isEmpty }
        XCTAssertLessThanOrEqual(drawn, 10)
        XCTAssertGreaterThan(drawn, 5)
    }

    func testEndClearsTheLine() {
        var bar = bar(isTerminal: true)
        _ = bar.update(step(0), now: 0, width: 80)
        _ = bar.update(step(50), now: 1, width: 80)
        XCTAssertEqual(bar.update(step(100), now: 2, width: 80), "\r\u{1B}[2K")
        XCTAssertEqual(bar.clear(), "")
    }

    func testElsewherePlainLinesNowAndThen() {
        var bar = bar(isTerminal: false)
        var lines = ""
        for second in 0..<60 { lines += bar.update(step(second), now: Double(second), width: 80) }
        XCTAssertEqual(lines.split(separator: "\n").count, 5)
        XCTAssertTrue(lines.hasPrefix("train  10/100  1.00/s  ETA 1:30\n"), lines)
        XCTAssertFalse(lines.contains("\u{1B}"))
    }

    func testNeverWiderThanTheTerminal() {
        var bar = bar(isTerminal: true)
        for width in [10, 30, 60] {
            _ = bar.update(step(0, "sample 漢字漢字"), now: 0, width: width)
            let text = bar.update(step(7, "sample 漢字漢字", detail: "loss 1.25 kl 0.1"), now: 5, width: width)
            XCTAssertLessThan(text.dropFirst(5).displayWidth, width, text)
            _ = bar.finish()
        }
    }

    func testUnknownTotal() {
        var bar = bar(isTerminal: false)
        _ = bar.update(step(0, of: nil), now: 0, width: 80)
        XCTAssertEqual(bar.update(step(30, of: nil), now: 75, width: 80), "train  30  2.50 s each  1:15\n")
    }
}
