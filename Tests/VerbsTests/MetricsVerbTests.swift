import Foundation
import Language
import Plot
import TestSupport
import Verbs
import XCTest

/// Files of metrics and figures of data as the language has them. Right values: what the files say, pandas'
/// `read_csv(…, comment="#")` and `read_json(lines=True)` for what is missing and what is NaN.
final class MetricsVerbTests: XCTestCase {
    private let host = CollectingHost()
    private lazy var folder = TemporaryFolder(self)

    private func run(_ code: String, line: UInt = #line) throws -> Value {
        let code = code.replacing("DIR", with: folder.path)
        return try Interpreter(registry: .rhumb(), host: host).run(Source(name: "test", text: code)).value
    }

    private func failure(_ code: String) -> (message: String, hint: String) {
        do {
            _ = try run(code)
            return ("no error", "")
        } catch {
            guard let diagnostic = error as? Diagnostic else { return ("\(error)", "") }
            return (diagnostic.message, diagnostic.help)
        }
    }

    private func figure(_ code: String) throws -> Figure { try XCTUnwrap(run(code).figure, code) }

    private func lines(_ code: String) throws -> [Line] {
        try figure(code).panels.flatMap(\.layers).compactMap { if case .line(let line) = $0 { line } else { nil } }
    }

    // MARK: Tables

    func testWhatIsMissingIsNoneAndNaNStays() throws {
        let files = [
            ("a.csv", "step,loss\n1,0.9\n2,None\n3,nan\n4,\n"),
            ("a.tsv", "# a run\nstep\tloss\n1\t0,9\n2\tnull\n3\tNaN\n4\n"),
            (
                "a.jsonl",
                "{\"step\": 1, \"loss\": 0.9}\n{\"step\": 2, \"loss\": null}\n{\"step\": 3, \"loss\": NaN}\n{\"step\": 4}\n"
            ),
            ("a.log", "step: 1 loss=0.9\nstep: 2 loss=None\nstep: 3 loss=nan\nstep: 4\n"),
        ]
        for (name, text) in files {
            try folder.write(name, text.utf8)
            XCTAssertEqual(try run("load(\"DIR/\(name)\").loss").text, "[0.9, none, nan, none]", name)
            XCTAssertEqual(try run("len filter(load(\"DIR/\(name)\"), r -> r.loss != none)").text, "2", name)
            let line = try XCTUnwrap(lines("load \"DIR/\(name)\" |> plot y: \"loss\"").first)
            XCTAssertEqual(line.x, [1, 3], "a row that has nothing is passed over: \(name)")
            XCTAssertEqual(line.y.map(\.isNaN), [false, true], "NaN is a gap: \(name)")
        }
    }

    func testMissingNaNAndInfinityComeBack() throws {
        for name in ["a.csv", "a.tsv", "a.jsonl"] {
            let code = "save table({a: [1, none, nan, inf, -inf, 0.1]}) \"DIR/\(name)\"\nload(\"DIR/\(name)\").a"
            XCTAssertEqual(try run(code).text, "[1, none, nan, inf, -inf, 0.1]", name)
        }
        let json = "save {a: [1, none, nan], b: -inf} \"DIR/a.json\"\nload \"DIR/a.json\""
        XCTAssertEqual(try run(json).text, "{a: [1, none, nan], b: -inf}")
        let table = "save table({a: [nan, none]}) \"DIR/b.json\"\nload \"DIR/b.json\""
        XCTAssertEqual(try run(table).text, "[{a: nan}, {a: none}]")
    }

    func testInnerObjectsAreColumnsAndNotesSayWhatIsDropped() throws {
        try folder.write(
            "a.jsonl",
            "{\"step\": 1, \"eval\": {\"acc\": 0.5, \"n\": 3}}\nWARNING\n{\"step\": 2, \"eval\": {\"acc\": 0.6}}\n".utf8
        )
        XCTAssertEqual(try run("keys(load \"DIR/a.jsonl\")").text, "[\"step\", \"eval.acc\", \"eval.n\"]")
        XCTAssertEqual(
            host.notes.map { $0.replacing(folder.path + "/", with: "") },
            ["a.jsonl: line 2 is not JSON and is left out"]
        )
    }

    func testTheLogOfHuggingFaceIsReadOrNamed() throws {
        let state = #"{"best_metric": null, "log_history": [{"loss": 1.0, "step": 5}, {"eval_loss": 0.5, "step": 10}]}"#
        try folder.write("trainer_state.json", state.utf8)
        let line = try lines("load(\"DIR/trainer_state.json\", as: \"table\") |> plot y: [\"loss\", \"eval_loss\"]")
        XCTAssertEqual(line.map(\.x), [[5], [10]])
        XCTAssertEqual(line.map(\.y), [[1], [0.5]])
        let told = failure("load \"DIR/trainer_state.json\" |> plot")
        XCTAssertEqual(told.message, "can't plot this record")
        XCTAssertTrue(told.hint.contains("table(RECORD.log_history) |> plot"), told.hint)
        XCTAssertEqual(
            try lines("table(load(\"DIR/trainer_state.json\").log_history) |> plot y: \"loss\"").map(\.x), [[5]])
    }

    /// Ten thousand columns once took a second for each thousand squared.
    func testAWideTableIsMadeJoinedAndShownInTime() throws {
        let names = (0..<10_000).map { "c\($0)" }.joined(separator: ",")
        try folder.write("w.csv", (names + "\n" + names.replacing("c", with: "") + "\n").utf8)
        let start = Date()
        XCTAssertEqual(try run("t = load \"DIR/w.csv\"\nu = t + t\nu.extra = [1, 2]\nlen(keys(u))").text, "10001")
        XCTAssertEqual(try run("load \"DIR/w.csv\" |> plot y: \"c7\"").figure?.panels.count, 1)
        guard case .table(let table) = try run("load \"DIR/w.csv\"") else { return XCTFail() }
        XCTAssertLessThan(table.display(width: 80).count, 1500, "the names that don't fit are counted")
        XCTAssertLessThan(Date().timeIntervalSince(start), 10)
    }

    func testALogOfNamesThatAllDifferIsRefused() throws {
        try folder.write("k.log", (0..<10_000).map { "k\($0)=1\n" }.joined().utf8)
        let start = Date()
        XCTAssertTrue(failure("load \"DIR/k.log\"").message.contains("has 10000 different names in 10000 rows"))
        XCTAssertLessThan(Date().timeIntervalSince(start), 10)
    }

    // MARK: Figures of tables

    private let two = "t = table {step: [1, 2, 3], reward: [0.1, 0.3, 0.4], kl: [1e-6, 3e-6, 4e-6]}\n"

    func testASecondAxisAndPanelsOfChosenColumns() throws {
        let right = try figure(two + "plot t y: \"reward\" y2: \"kl\"").panels[0]
        XCTAssertEqual(right.y.label, "reward")
        XCTAssertEqual(right.right?.label, "kl")
        XCTAssertEqual(
            right.layers.compactMap {
                if case .line(let line) = $0 { "\(line.name) \(line.isOnRightAxis)" } else { nil }
            },
            ["reward false", "kl (right) true"])
        XCTAssertEqual(
            try lines(two + "plot t y: \"reward\" y2: [\"kl\"] smooth: 2").map(\.isOnRightAxis),
            [false, false, true, true])
        let panels = try figure(two + "plot t y: [\"kl\", \"reward\"] panels: true").panels
        XCTAssertEqual(panels.map(\.title), ["kl", "reward"])
        XCTAssertEqual(
            try figure("plot {a: table({step: [1, 2], x: [1, 2]}), b: table({step: [1, 2], x: [2, 3]})} \"x\"").panels[
                0
            ].layers.count, 2)
        for (code, message) in [
            (
                "plot t y: \"reward\" y2: \"kl\" panels: true",
                "'panels' draws columns apart and 'y2' in one panel: choose one"
            ),
            ("plot t y2: \"kll\"", "the table has no column 'kll'"),
            ("plot t y2: \"kl\" kind: \"histogram\"", "'y2' is for lines, and the kind is \"histogram\""),
            ("plot [1, 2] y2: \"kl\"", "'y2' names columns of a table, and 'data' is a list of 2"),
            ("plot [1, 2] panels: true", "'panels' is for columns of a table, and 'data' is a list of 2"),
            ("plot {a: [1, 2]} group: \"g\"", "'group' names columns of a table, and 'data' is a record"),
        ] { XCTAssertEqual(failure(two + code).message, message, code) }
    }

    func testMarksAreOnAllLinesOrOnNone() throws {
        let code = "t = table {step: range(0, 50), a: range(0, 50)}\nplot {long: t, short: t[0..10]} \"a\""
        XCTAssertEqual(try lines(code).map(\.showsPoints), [false, false])
        XCTAssertEqual(
            try lines("t = table {step: range(0, 50), a: range(0, 50)}\nplot {b: t[5..20], short: t[0..10]} \"a\"").map(
                \.showsPoints), [true, true])
    }

    func testWhatIsNotDrawnAsExpectedIsNoted() throws {
        _ = try run(two + "plot t y: [\"reward\", \"kl\"]")
        XCTAssertEqual(
            host.notes,
            ["'kl' is flat beside 'reward': panels: true draws them apart, y2: \"kl\" gives it an axis of its own"])
        host.notes = []
        _ = try run(two + "plot t y: [\"reward\", \"kl\"] log: \"y\"\nplot t y: \"reward\" y2: \"kl\"\nplot t")
        XCTAssertEqual(host.notes, [])
        _ = try run("plot (table {step: [1, 2, 3, 2, 3, 4], loss: [6, 5, 4, 5, 4, 3]})")
        XCTAssertEqual(host.notes, ["'step' falls back, as after a resume: a new piece of line begins there"])
    }

    /// A trajectory through two quantities is followed; only a step that falls back now and then begins a new piece.
    func testALineAgainstAQuantityIsFollowed() throws {
        let code = "plot (table {kl: [1, 3, 2, 4, 3, 5], reward: [1, 2, 3, 4, 5, 6]}) x: \"kl\" y: \"reward\""
        XCTAssertEqual(try lines(code)[0].x, [1, 3, 2, 4, 3, 5])
        XCTAssertEqual(try lines("plot (table {alpha: [2, 1, 0], z: [1, 2, 3]})")[0].y, [1, 2, 3])
    }

    // MARK: Extreme data

    /// Each of these once crashed, never ended or was an error of gnuplot's.
    func testNoDataCrashesAFigure() throws {
        let codes = [
            "histogram [1, 2, 3] log: \"y\"", "histogram [1, 2, 3] log: \"xy\"", "histogram [0, -1] log: \"x\"",
            "bars [1, 2] log: \"y\"", "bars [0, -2] log: \"y\"", "bars {a: 1e-300, b: 1e300} log: \"y\"",
            "heatmap [[9.3e18], [9.3e18]] values: true", "heatmap [[1.7e308, -1.7e308]] values: true",
            "heatmap [[nan, inf]] values: true",
            "plot [1e-300, 1e300] log: \"y\"", "histogram [1e-300, 1, 1e300] log: \"x\"", "plot [1.7e308] log: \"y\"",
            "plot [-1.7e308, 1.7e308]", "plot [5e-324, 1e-300, 1] log: \"y\"",
            "bars {\"50%\": 1, \"100%\": 2}", "heatmap [[1, 2]] rows: [\"5 %\"] columns: [\"%a\", \"%%\"]",
            "plot {\"50%\": [1, 2], \"%s\": [2, 1]} title: \"100 %d\" ylabel: \"%\"",
            "plot [0, 1e-308, inf] log: \"x\"", "histogram [-inf, 1e-308, 5e-324] bins: 5",
            "histogram [1e308, -1e308] bins: 3",
            "plot [1, 2, 3] hline: {\"5 %\": 2} vline: 1", "scatter [1, 1e300] [5e-324, -1e300] labels: [\"%\", \"b\"]",
        ]
        let start = Date()
        for code in codes {
            let value = try run(code)
            guard case .object(let object) = value, let attachment = try object.attachment() else {
                return XCTFail(code)
            }
            XCTAssertEqual(attachment.forms[0].type, "image/png", code)
            XCTAssertGreaterThan(attachment.forms[0].bytes.count, 1000, code)
        }
        XCTAssertEqual(
            failure("x = histogram [1e-12, 1e-12, -9.3e18] bins: [0, 1e-308]\nsave x \"DIR/h.png\"").message,
            "the bins of a histogram need a positive width and edges that rise")
        XCTAssertEqual(
            failure("heatmap [[1, 2]] log: \"x\" |> save \"DIR/h.png\"").message,
            "the x axis holds names or cells here, so it can't be logarithmic")
        XCTAssertLessThan(Date().timeIntervalSince(start), 60)
    }

    /// The axis ends at half of the least positive bar.
    func testBarsOnALogarithmicAxisHaveAFloor() throws {
        guard case .object(let object) = try run("bars [4, 8] log: \"y\""), let attachment = try object.attachment(),
            let script = attachment.forms.first(where: { $0.type == "text/x-gnuplot" })
        else { return XCTFail() }
        XCTAssertTrue(String(decoding: script.bytes, as: UTF8.self).contains("set yrange [2:"))
    }
}
