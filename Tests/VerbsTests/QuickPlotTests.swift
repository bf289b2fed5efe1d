import Basics
import Files
import Foundation
import Language
import Plot
import TestSupport
import Verbs
import XCTest

/// `rhumb plot`.
final class QuickPlotTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = temporaryFolder().path
    }

    private func write(_ text: String, to name: String = "m.csv") throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    private var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    func testAFileIsDrawnShownAndSaved() throws {
        try write("step,reward,kl\n1,0.5,1e-4\n2,0.6,2e-4\n3,0.7,4e-4\n")
        var smooth = MetricsView(y: ["reward"])
        smooth.smoothing = .movingAverage(3)
        let plot = try QuickPlot(paths: ["\(folder)/m.csv"], view: smooth, output: "\(folder)/r.svg")
        let shown = try plot.run(on: Terminal(graphics: .blocks, depth: .full))
        XCTAssertTrue(shown.drawing.contains("reward (mean of 3)"))
        XCTAssertEqual(shown.remark, "\(folder)/m.csv: 3 rows; \(folder)/r.svg")
        XCTAssertEqual(files, ["m.csv", "r.gp", "r.svg"])
        XCTAssertEqual(try plot.run(on: .none).drawing, "")
        XCTAssertTrue(try plot.run(on: Terminal(graphics: .kitty, depth: .full)).drawing.hasPrefix("\u{1b}_G"))
        XCTAssertEqual(files, ["m.csv", "r.gp", "r.svg"], "the picture for the terminal leaves no file")
    }

    func testTheFigureIsNamedAfterTheFile() throws {
        XCTAssertEqual(try QuickPlot(paths: ["logs/run.one.jsonl"]).output.stem, "run.one-plot")
        XCTAssertEqual(try QuickPlot(paths: ["-"]).output.stem, "metrics-plot")
        XCTAssertEqual(try QuickPlot(paths: ["m.csv"], output: "a/b.PDF").output.format, .pdf)
        XCTAssertThrowsError(try QuickPlot(paths: ["m.csv"], output: "b.jpg"))
    }

    func testErrorsComeThrough() throws {
        try write("a,b\n1,x\n")
        let plot = try QuickPlot(paths: ["\(folder)/m.csv"], view: MetricsView(y: ["b"]), output: "\(folder)/out.png")
        XCTAssertThrowsError(try plot.run(on: .none)) { XCTAssertEqual($0 as? MetricsError, .textColumn("b")) }
        XCTAssertEqual(files, ["m.csv"], "nothing is left of a figure that failed")
    }

    func testAGrowingFileIsDrawnAgain() throws {
        let plot = try QuickPlot(paths: ["\(folder)/m.csv"], output: "\(folder)/out")
        var remarks: [String] = []
        try plot.watch(
            on: Terminal(graphics: .blocks, depth: .full), every: 0.01, isInterrupted: { remarks.count == 3 }
        ) {
            remarks.append($0.remark)
            XCTAssertEqual($0.drawing.isEmpty, remarks.count == 1)
            let text = "step,reward\n1,0.5\n2,0.6\n" + (remarks.count == 2 ? "3,0.7\n" : "")
            try? self.write(text)
        }
        XCTAssertEqual(
            remarks.map { $0.replacing(folder + "/", with: "") },
            ["m.csv: waiting for the first row", "m.csv: 2 rows; out.png", "m.csv: 3 rows; out.png"])
    }

    // MARK: Several files

    func testSeveralFilesAreALineEachNamedByWhatDiffers() throws {
        for run in ["a", "b"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(run)", withIntermediateDirectories: true)
            try write("step,loss\n1,0.5\n2,0.4\n", to: "\(run)/metrics.csv")
        }
        let plot = try QuickPlot(
            paths: ["a", "b"].map { "\(folder)/\($0)/metrics.csv" }, view: MetricsView(y: ["loss"]),
            output: "\(folder)/o.png")
        let drawing = try plot.run(on: Terminal(graphics: .blocks, depth: .none)).drawing
        XCTAssertTrue(drawing.contains("━ a   ━ b"), drawing)
    }

    func testAMistypedColumnIsAnsweredWithTheOneThatIsMeant() throws {
        try write("step,loss\n1,0.5\n2,0.4\n")
        let plot = try QuickPlot(paths: ["\(folder)/m.csv"], view: MetricsView(y: ["los"]), output: "\(folder)/o.png")
        XCTAssertThrowsError(try plot.run(on: .none)) {
            let error = $0 as? RhumbError
            XCTAssertEqual(error?.message, "there is no column 'los'")
            XCTAssertEqual(error?.hint, "did you mean 'loss'?")
        }
    }

    func testAPartOfANameAFolderAndATextAmongNumbersAreAnsweredWithWhatToType() throws {
        try write("power.draw [W],loss\n1,0.5\n2,n.v.\n3,0.4\n")
        func failure(_ paths: [String], _ view: MetricsView) -> RhumbError? {
            do {
                _ = try QuickPlot(paths: paths, view: view, output: "\(folder)/o.png").run(on: .none)
                return nil
            } catch { return error as? RhumbError }
        }
        XCTAssertEqual(failure(["\(folder)/m.csv"], MetricsView(y: ["power"]))?.hint, "did you mean 'power.draw [W]'?")
        XCTAssertEqual(failure([folder], MetricsView())?.hint, "name a file in it: m.csv")
        let shown = try QuickPlot(paths: ["\(folder)/m.csv"], output: "\(folder)/o.png").run(on: .none)
        XCTAssertTrue(
            shown.remark.hasSuffix("\n'loss' is not drawn: \(folder)/m.csv:3 has 'n.v.' for a number"), shown.remark)
        try write("step,loss\n1,0.5\n2,n.v.\n", to: "t.csv")
        XCTAssertThrowsError(try QuickPlot(paths: ["\(folder)/t.csv"], output: "\(folder)/o.png").run(on: .none)) {
            guard case .notANumber(_, "loss", "n.v.")? = $0 as? MetricsError else { return XCTFail("\($0)") }
        }
    }

    func testAFlatLineIsHintedAtAndASecondAxisTakesIt() throws {
        try write("step,reward,kl\n1,0.5,1e-6\n2,0.6,2e-6\n3,0.7,4e-6\n")
        let both = MetricsView(y: ["reward", "kl"])
        let together = try QuickPlot(paths: ["\(folder)/m.csv"], view: both, output: "\(folder)/o.png")
        XCTAssertTrue(try together.run(on: .none).remark.contains("'kl' is flat beside 'reward'"))
        var right = MetricsView(y: ["reward"])
        right.right = ["kl"]
        let apart = try QuickPlot(paths: ["\(folder)/m.csv"], view: right, output: "\(folder)/o.png")
        let shown = try apart.run(on: Terminal(graphics: .blocks, depth: .none))
        XCTAssertFalse(shown.remark.contains("flat"), shown.remark)
        XCTAssertTrue(shown.drawing.contains("├ 4×10⁻⁶"), shown.drawing)
    }
}
