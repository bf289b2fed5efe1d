import Console
import Language
import Notebook
import TestSupport
import XCTest

final class LiveViewTests: XCTestCase {
    private func view(_ kind: LiveView.Kind, preview: @escaping LiveView.Preview = { _, _, _ in nil }) -> LiveView {
        LiveView(kind, palette: Palette(isOn: false), preview: preview)
    }

    private func step(
        _ done: Int, of total: Int? = 100, _ label: String = "train", detail: String = "",
        part: StepProgress.Part? = nil,
        rewards: [Double] = [], pictures: LivePictures? = nil
    ) -> StepProgress {
        StepProgress(
            label, done: done, total: total, detail: detail, part: part,
            curve: rewards.isEmpty ? nil : .init("reward", rewards), attachment: pictures)
    }

    private func sheet(_ grey: UInt8 = 0) -> LivePictures {
        LivePictures {
            PictureSheet(width: 4, height: 4, rgb: [UInt8](repeating: grey, count: 48), columns: 1, rows: 1)
        }
    }

    // MARK: one line

    func testShortWorkShowsNothing() {
        var bar = view(.bar)
        XCTAssertEqual(bar.update(step(0), now: 0, columns: 80), "")
        XCTAssertEqual(bar.update(step(50), now: 0.2, columns: 80), "")
        XCTAssertEqual(bar.update(step(100), now: 0.25, columns: 80), "")
    }

    func testRateAndRemainingTime() {
        var bar = view(.bar)
        _ = bar.update(step(0), now: 0, columns: 80)
        let text = bar.update(step(40, detail: "loss 0.31"), now: 10, columns: 80)
        XCTAssertTrue(text.hasPrefix("\r\u{1B}[2Ktrain  ━"), text)
        XCTAssertTrue(text.hasSuffix("40/100  4.00/s  ETA 0:15  loss 0.31"), text)
    }

    func testResumedWorkCountsItsOwnStepsOnly() {
        var bar = view(.bar)
        _ = bar.update(step(90), now: 0, columns: 80)
        XCTAssertTrue(bar.update(step(95), now: 10, columns: 80).contains("2.00 s each  ETA 0:10"))
    }

    func testAFewRedrawsASecond() {
        var bar = view(.full)
        _ = bar.update(step(0), now: 0, columns: 80)
        let drawn = (1...99).count { !bar.update(step($0), now: 1 + Double($0) * 0.01, columns: 80).isEmpty }
        XCTAssertTrue((3...5).contains(drawn), "\(drawn)")
    }

    func testEndClearsTheLine() {
        var bar = view(.bar)
        var terminal = FakeTerminal(columns: 80)
        terminal.send("before\n")
        terminal.send(bar.update(step(0), now: 0, columns: 80) + bar.update(step(50), now: 1, columns: 80))
        XCTAssertEqual(terminal.shown.count, 2)
        terminal.send(bar.update(step(100), now: 2, columns: 80))
        XCTAssertEqual(terminal.shown, ["before"])
        XCTAssertEqual(bar.clear(columns: 80), "")
    }

    func testElsewherePlainLinesNowAndThen() {
        var bar = view(.log)
        var lines = ""
        for second in 0..<60 {
            lines += bar.update(
                step(second, part: .init("round 1: sample", done: 1, total: 2), rewards: [1, 2], pictures: sheet()),
                now: Double(second), columns: 80)
        }
        XCTAssertEqual(lines.split(separator: "\n").count, 5)
        XCTAssertTrue(lines.hasPrefix("train  10/100  1.00/s  ETA 1:30\n"), lines)
        XCTAssertFalse(lines.contains("\u{1B}"))
    }

    func testLinesOfLongWorkBecomeSparse() {
        var bar = view(.log)
        let lines = (0..<10 * 3600).reduce(0) { count, second in
            count + (bar.update(step(second, of: 36_000), now: Double(second), columns: 80).isEmpty ? 0 : 1)
        }
        XCTAssertTrue((100...250).contains(lines), "\(lines) in ten hours")
    }

    func testOtherWorkTakesThePlaceOfTheLast() {
        var view = view(.full)
        var terminal = FakeTerminal(columns: 60)
        let first = step(0, of: 8, "round 1: sample")
        terminal.send(
            view.update(first, now: 0, columns: 60)
                + view.update(step(3, of: 8, "round 1: sample"), now: 1, columns: 60))
        XCTAssertEqual(view.update(step(0, of: 2, "round 1: decode"), now: 1.1, columns: 60), "", "nothing flickers")
        terminal.send(view.update(step(1, of: 2, "round 1: decode"), now: 1.4, columns: 60))
        XCTAssertEqual(terminal.shown.count, 1)
        XCTAssertTrue(terminal.shown[0].hasPrefix("round 1: decode"), terminal.shown[0])
        terminal.send(view.finish(columns: 60))
        XCTAssertEqual(terminal.shown, [])
    }

    func testTheFirstStepOfALogTellsItsParts() {
        var bar = view(.log)
        _ = bar.update(step(0), now: 0, columns: 80)
        XCTAssertEqual(
            bar.update(step(0, part: .init("round 1: sample", done: 3, total: 8)), now: 30, columns: 80),
            "train  0/100  round 1: sample  3/8\n")
    }

    func testNeverWiderThanTheTerminal() {
        var bar = view(.full)
        for width in [10, 30, 40, 60] {
            var terminal = FakeTerminal(columns: width)
            _ = bar.update(step(0, "sample 漢字漢字"), now: 0, columns: width)
            terminal.send(
                bar.update(
                    step(
                        7, "sample 漢字漢字", detail: "loss 1.25 kl 0.1",
                        part: .init("round 1: sampling", done: 1, total: 9),
                        rewards: (0..<200).map(Double.init)), now: 5, columns: width))
            XCTAssertEqual(terminal.shown.count, 3)
            for line in terminal.shown { XCTAssertLessThan(line.displayWidth, width, line) }
            _ = bar.finish(columns: width)
        }
    }

    func testUnknownTotal() {
        var bar = view(.log)
        _ = bar.update(step(0, of: nil), now: 0, columns: 80)
        XCTAssertEqual(bar.update(step(30, of: nil), now: 75, columns: 80), "train  30  2.50 s each  1:15\n")
    }

    // MARK: everything

    func testPicturesBarPartAndCurve() {
        var view = view(.full) { sheet, columns, rows in
            XCTAssertEqual([columns, rows, sheet.width], [59, 12, 4])
            return LivePicture(lines: ["AAAA", "AAAA"], width: 4)
        }
        var terminal = FakeTerminal(columns: 60)
        terminal.send("before\n")
        _ = view.update(step(0, of: 8), now: 0, columns: 60)
        terminal.send(
            view.update(
                step(
                    4, of: 8, part: .init("round 5: decode", done: 2, total: 4), rewards: [1, 2, 4, 8],
                    pictures: sheet()),
                now: 8, columns: 60))
        XCTAssertEqual(
            terminal.shown,
            [
                "before", "AAAA", "AAAA", "train  ━━━━━━━━━━━━────────────  4/8  2.00 s each  ETA 0:08",
                "  round 5: decode  2/4", "  reward  ▁▂▄█  8",
            ])
        // The next step has no part yet: the lines stay where they are.
        terminal.send(view.update(step(5, of: 8, rewards: [1, 2, 4, 8, 2]), now: 10, columns: 60))
        XCTAssertEqual(Array(terminal.shown.dropFirst(4)), ["  round 5: decode  2/4", "  reward  ▁▂▄█▂  2"])
        terminal.send(view.clear(columns: 60) + "printed\n")
        XCTAssertEqual(terminal.shown, ["before", "printed"])
        terminal.send(view.update(step(6, of: 8), now: 12, columns: 60))
        XCTAssertEqual(Array(terminal.shown.prefix(4)), ["before", "printed", "AAAA", "AAAA"])
        terminal.send(view.finish(columns: 60))
        XCTAssertEqual(terminal.shown, ["before", "printed"])
    }

    func testPicturesAreLaidOutOnceAndNotTooOften() {
        var made = 0
        var view = view(.full) { _, _, _ in
            made += 1
            return LivePicture(lines: ["\(made)"], width: 1, erasing: "<gone>")
        }
        let first = sheet()
        _ = view.update(step(0), now: 0, columns: 60)
        for second in 1...5 { _ = view.update(step(second, pictures: first), now: Double(second), columns: 60) }
        XCTAssertEqual(made, 1, "the same pictures are not laid out again")
        var written = ""
        for tenth in 0..<40 {
            written += view.update(step(6 + tenth, pictures: sheet()), now: 6 + Double(tenth) / 10, columns: 60)
        }
        XCTAssertEqual(made, 3, "new ones every two seconds at most")
        XCTAssertTrue(written.contains("<gone>"), "what does not go by itself is taken away")
    }

    func testOnlyLinesThatChangedAreWritten() {
        var view = view(.full) { _, _, _ in LivePicture(lines: ["AAAA", "AAAA"], width: 4) }
        let pictures = sheet()
        _ = view.update(step(0, pictures: pictures), now: 0, columns: 60)
        _ = view.update(step(1, pictures: pictures), now: 1, columns: 60)
        let text = view.update(step(2, pictures: pictures), now: 2, columns: 60)
        XCTAssertFalse(text.contains("A\u{1B}") || text.contains("AAAA"), text)
    }

    func testATerminalThatBecomesNarrower() {
        var view = view(.full) { _, columns, _ in
            LivePicture(
                lines: [String](repeating: String(repeating: "A", count: min(70, columns)), count: 2),
                width: min(70, columns))
        }
        var terminal = FakeTerminal(columns: 80)
        terminal.send("before\n")
        let pictures = sheet()
        _ = view.update(step(0), now: 0, columns: 80)
        terminal.send(
            view.update(
                step(10, detail: "loss 0.31  accuracy 0.5", rewards: [3, 1, 2], pictures: pictures), now: 5, columns: 80
            ))
        terminal = terminal.narrowed(to: 40)
        terminal.send(
            view.update(
                step(20, detail: "loss 0.31  accuracy 0.5", rewards: [3, 1, 2, 2], pictures: pictures), now: 10,
                columns: 40))
        XCTAssertEqual(
            terminal.shown,
            [
                "before", String(repeating: "A", count: 39), String(repeating: "A", count: 39),
                "train  20/100  2.00/s  ETA 0:40",
                "  reward  █▁▅▅  2",
            ])
        terminal.send(view.finish(columns: 40))
        XCTAssertEqual(terminal.shown, ["before"])
    }

    // MARK: curves

    func testSparkline() {
        XCTAssertEqual(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█")
        XCTAssertEqual(Sparkline.text([2, 2, 2]), "▅▅▅", "no change is in the middle")
        XCTAssertEqual(Sparkline.text([.nan, 1, .infinity, 2]), " ▁ █")
        XCTAssertEqual(Sparkline.text([]), "")
        XCTAssertEqual(Sparkline.text([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude]), "▁█")
    }

    func testLongCurvesAreThinnedToMeansAndTheLastValue() {
        let curve = StepProgress.Curve("loss", [1, 3, 2, .nan, 5, 7, 9])
        XCTAssertEqual(curve.thinned(to: 4).values, [2, 2, 6, 9])
        XCTAssertEqual(curve.thinned(to: 7), curve)
        XCTAssertTrue(StepProgress.Curve("loss", [.nan, .nan, 1]).thinned(to: 2).values[0].isNaN)
    }

    func testPrefixOfASheet() throws {
        let size = (2 + PictureSheet.gap) * 3 - PictureSheet.gap
        let rgb = (0..<size * size).flatMap { place -> [UInt8] in [UInt8(place % size), UInt8(place / size), 0] }
        let sheet = try XCTUnwrap(PictureSheet(width: size, height: size, rgb: rgb, columns: 3, rows: 3))
        let part = sheet.prefix(columns: 2, rows: 1)
        XCTAssertEqual([part.width, part.height, part.columns, part.rows], [6, 2, 2, 1])
        XCTAssertEqual(Array(part.rgb.suffix(3)), [5, 1, 0])
        XCTAssertNil(PictureSheet(width: 5, height: 5, rgb: [UInt8](repeating: 0, count: 75), columns: 2, rows: 1))
    }
}
