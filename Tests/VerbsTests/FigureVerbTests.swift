import CLIP
import Foundation
import Language
import Plot
import Tensor
import TestSupport
import Verbs
import World
import XCTest

/// The verbs of the family `figures`.
final class FigureVerbTests: XCTestCase {
    private let host = CollectingHost()

    private func run(_ code: String) throws -> Value {
        try Interpreter(registry: .rhumb(), host: host).run(Source(name: "test", text: code)).value
    }

    /// The summary of the figure that code makes.
    private func figure(_ code: String) throws -> String { try run(code).summary }

    private func failure(_ code: String) -> String {
        do throws(Diagnostic) {
            _ = try Interpreter(registry: .rhumb(), host: host).run(Source(name: "test", text: code))
            return "no error"
        } catch { return error.message }
    }

    func testExamples() {
        let registry = Registry.rhumb()
        let names = ["plot", "scatter", "histogram", "bars", "heatmap", "grid"]
        for verb in names.compactMap({ registry[$0] }).flatMap(\.variants) where verb.family == "figures" {
            for example in verb.examples {
                host.output = ""
                XCTAssertEqual(failure(example.code), "no error", example.code)
                if let gives = example.gives { XCTAssertEqual(host.output, gives + "\n", example.code) }
            }
        }
    }

    func testPlotLooksAtTheData() throws {
        let cases = [
            ("plot 0..5", "figure 1 line"), ("plot [1, none, 3]", "figure 1 line"),
            ("plot [1, 2, 3] [4, 2, 5]", "figure 1 line"), ("plot [1, 3, 2] [4, 2, 5]", "figure 3 points"),
            ("plot [1, 2, 3] [4, 2, 5] [1, 1, 1]", "figure 2 lines"),
            ("plot [3, 1, 2] kind: \"scatter\"", "figure 3 points"),
            ("plot [[1, 2], [3, 4], [5, 6]]", "figure 3 points"), ("plot [[1, 2, 3], [3, 4, 5]]", "figure heatmap 2×3"),
            ("plot [[1, 2, 3], [3, 4, 5]] kind: \"line\"", "figure 2 lines"),
            ("plot {a: [1, 2], b: [2, 1]} kind: \"histogram\"", "figure 2 histograms"),
            ("plot {a: [1, 2]} smooth: 5 title: \"s\"", "figure \"s\": 2 lines"),
            ("plot [plot([1]), plot([2])]", "figure 2 panels"),
            ("plot plot([1], title: \"old\") title: \"new\"", "figure \"new\": 1 line"),
        ]
        for (code, summary) in cases { XCTAssertEqual(try figure(code), summary, code) }
    }

    func testSmoothedLinesKeepApart() throws {
        guard
            let value = try run("plot {a: [1, 2, 3], b: [3, 2, 1]} smooth: 2").object(as: AnyObject.self)
                as? any ObjectValue,
            case .string(let script) = try XCTUnwrap(value.member("script"))
        else { return XCTFail("no figure") }
        // Each line and the smoothed one over it have one colour, and the two series have two.
        let colours = script.split(separator: "\n").filter { $0.contains("with lines") }
            .compactMap { $0.firstMatch(of: #/#[0-9a-fA-F]{6,8}/#).map { $0.output.suffix(6) } }
        XCTAssertEqual(colours.count, 4, script)
        XCTAssertEqual(Set(colours).count, 2, script)
    }

    func testPlotReadsTables() throws {
        let sweep = """
            t = table {group: ["safe", "safe", "unsafe", "unsafe"], alpha: [0, 1, 0, 1], mean: [1, 2, 3, 4],
                       low: [0, 1, 2, 3], high: [2, 3, 4, 5]}

            """
        guard let value = try run(sweep + "plot t ylabel: \"safety\"").object(as: AnyObject.self) as? any ObjectValue,
            case .string(let script) = try XCTUnwrap(value.member("script"))
        else { return XCTFail("no figure") }
        for part in [
            "$band1 << EOD\n0 0 2\n1 1 3\n", "$line2 << EOD\n0 3\n1 4\n", "title 'unsafe'", "'alpha'", "'safety'",
        ] {
            XCTAssertTrue(script.contains(part), part)
        }
        XCTAssertEqual(try figure(sweep + "plot t \"low\" kind: \"histogram\""), "figure 1 histogram")
        let metrics = "t = table {step: [1, 2, 3], reward: [1, 2, 3], kl: [3, 2, 1], note: [\"a\", \"b\", \"c\"]}\n"
        XCTAssertEqual(try figure(metrics + "plot t"), "figure 2 panels")
        XCTAssertEqual(try figure(metrics + "plot t \"reward\" \"kl\""), "figure 2 lines")
        XCTAssertEqual(try figure(metrics + "t |> plot \"reward\" smooth: 2"), "figure 2 lines")
        XCTAssertEqual(try figure(metrics + "plot t x: \"kl\" y: \"reward\" kind: \"scatter\""), "figure 3 points")
        let probe = "t = table {input: [\"a dog\", \"a knife\"], safety: [0.4, -0.2], cosine: [1, 0.9]}\n"
        XCTAssertEqual(try figure(probe + "plot t \"safety\""), "figure 2 bars")
        XCTAssertEqual(try figure(probe + "bars t"), "figure 4 bars")
        XCTAssertEqual(try figure(probe + "heatmap t"), "figure heatmap 2×2")
    }

    func testAFigureHasAllItsForms() throws {
        guard
            let figure = try run("plot [1, 2, 4] title: \"growth\" xlabel: \"day\"").object(as: AnyObject.self)
                as? any ObjectValue,
            let attachment = try figure.attachment()
        else { return XCTFail("no figure") }
        XCTAssertEqual(attachment.title, "growth: 1 line against day")
        XCTAssertEqual(
            attachment.forms.map(\.type),
            ["image/png", "image/svg+xml", "text/x-gnuplot", "text/plain", "text/x-ansi; colours=256", "text/x-ansi"]
                + [58, 46, 38, 30].map { "text/x-ansi; colours=256; columns=\($0)" })
        let png = try XCTUnwrap(Bitmap(png: attachment.forms[0].bytes))
        XCTAssertGreaterThan(png.width, 900)
        let text = String(decoding: attachment.forms[3].bytes, as: UTF8.self)
        XCTAssertTrue(text.contains("growth") && text.contains("day") && !text.contains("\u{1b}"))

        XCTAssertEqual(attachment.inline(on: .none), "")
        XCTAssertTrue(attachment.inline(on: Terminal(graphics: .kitty, depth: .full)).hasPrefix("\u{1b}_G"))
        XCTAssertTrue(attachment.inline(on: Terminal(graphics: .sixel, depth: .full)).hasPrefix("\u{1b}P"))
        XCTAssertTrue(attachment.inline(on: Terminal(graphics: .blocks, depth: .full)).contains("growth"))
        // Half blocks of a figure can't be read: a narrow terminal gets a text that fits, with colours and without.
        for (columns, width) in [(78, 58), (60, 58), (58, 46), (45, 38), (38, 30), (31, 30)] {
            let narrow = attachment.inline(on: Terminal(graphics: .blocks, depth: .none, columns: columns))
            XCTAssertTrue(narrow.contains("growth") && !narrow.contains("▀") && !narrow.contains("\u{1b}"), narrow)
            XCTAssertTrue(narrow.contains { ("\u{2801}"..."\u{28ff}").contains($0) }, narrow)
            let longest = narrow.split(separator: "\n").map(\.count).max() ?? 0
            XCTAssertTrue(longest <= width && longest > width - 10, "\(longest) of \(columns)")
            let coloured = attachment.inline(on: Terminal(graphics: .blocks, depth: .full, columns: columns))
            XCTAssertTrue(coloured.contains(";38;5;"))
        }
    }

    /// On a small model with random weights: both methods, with and without v.
    func testEmbeddingMaps() throws {
        var text = TextConfiguration()
        (text.vocabSize, text.hiddenSize, text.intermediateSize) = (Vocabulary.count, 16, 32)
        (text.numHiddenLayers, text.numAttentionHeads, text.maxPositionEmbeddings) = (1, 2, Vocabulary.positions)
        text.eosTokenID = Vocabulary.endIdentifier
        var vision = VisionConfiguration()
        (vision.hiddenSize, vision.intermediateSize, vision.numHiddenLayers) = (16, 32, 1)
        (vision.numAttentionHeads, vision.imageSize, vision.patchSize) = (2, 16, 8)
        let model = try CLIPModel(CLIPConfiguration(projectionDim: 12, text: text, vision: vision), seed: 3)
        let tokenizer = try Tokenizer(json: Vocabulary.tokenizer, configuration: Vocabulary.tokenizerConfiguration)
        let interpreter = Interpreter(registry: .rhumb(), host: host)
        interpreter["clip"] = .clip(
            try CLIPEmbedder(model: model, tokenizer: tokenizer, preprocessing: Preprocessing(imageSize: 16)),
            name: "tiny")
        func panel(_ code: String) throws -> Panel {
            let setUp = """
                v = direction clip safe: "a dog" unsafe: "a knife"
                g = {safe: ["a dog", "a cat", "an apple", "a cake"], unsafe: ["a knife", "a gun", "a sword", "an axe"]}

                """
            let value = try interpreter.run(Source(name: "test", text: setUp + code)).value
            return try XCTUnwrap(value.figure, code).panels[0]
        }
        func arrows(_ panel: Panel) -> [Arrow] {
            panel.layers.compactMap { if case .arrow(let arrow) = $0 { arrow } else { nil } }
        }
        let pca = try panel("embedding_map clip v g labels: true title: \"map\"")
        XCTAssertEqual(pca.layers.count, 4)
        XCTAssertTrue(pca.hasEqualUnits)
        XCTAssertTrue(pca.x.label.hasPrefix("first component ("), pca.x.label)
        guard case .scatter(let safe) = pca.layers[0], case .scatter(let unsafe) = pca.layers[1] else {
            return XCTFail()
        }
        XCTAssertEqual(safe.labels, ["a dog", "a cat", "an apple", "a cake"])
        // v leads from the unsafe anchor, which is among the points, to the safe one.
        let v = try XCTUnwrap(arrows(pca).first)
        XCTAssertGreaterThan(
            (v.to.x - v.from.x) * (safe.x[0] - unsafe.x[0]) + (v.to.y - v.from.y) * (safe.y[0] - unsafe.y[0]), 0)
        XCTAssertTrue(v.label.hasSuffix("% in this plane)"), v.label)

        let tsne = try panel("embedding_map clip v g method: \"tsne\" perplexity: 2")
        XCTAssertEqual(tsne.x.ticks, .none)
        XCTAssertTrue(arrows(tsne)[0].label.hasPrefix("v (R² = "))
        XCTAssertEqual(arrows(try panel("embedding_map clip none g")), [])
        XCTAssertThrowsError(try panel("embedding_map clip v [\"a\", \"b\"]"))
    }

    func testASavedFigureIsThere() throws {
        let folder = temporaryFolder().path
        for (name, files) in [
            ("a.svg", ["a.gp", "a.svg"]), ("b.PNG", ["b.gp", "b.png"]), ("c.pdf", ["c.gp", "c.pdf"]),
            ("d.gp", ["d.gp"]),
        ] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            _ = try run("f = plot [1, 2]\nsave f \"\(folder)/\(name)\"")
            XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder).sorted(), files)
            try FileManager.default.removeItem(atPath: folder)
        }
        XCTAssertEqual(
            failure("save (plot [1, 2]) \"x\""), "'save' can't write a figure as a name without suffix")
        XCTAssertEqual(failure("save (plot [1, 2]) \"x.jpg\""), "'save' can't write a figure as '.jpg'")
    }

    func testErrorsSayWhatWasExpected() {
        for (code, message) in [
            ("plot \"text\"", "can't plot the string \"text\""), ("plot {a: \"x\"}", "can't plot this record"),
            (
                "plot {a: [1, 2], b: [2, 3]} [0, 5]", "rows beside a record have no effect"
            ),
            ("plot [1, 2] size: [100]", "'size' must be a width and a height, not 1 numbers"),
            ("plot [1, 2] xrange: [1]", "'xrange' must be two numbers, or none for an open end"),
            ("plot [1, 2] \"x\"", "'more' of 'plot' must be rows of numbers, not the string \"x\""),
            ("plot (table {a: [1, 2]}) \"b\"", "the table has no column 'b'"),
            ("scatter [1, 2] [1, 2, 3]", "2 positions along x and 3 along y don't pair up"),
            ("scatter [1, 2] [1, 2] labels: [\"a\"]", "2 points need 2 labels, not 1"),
            ("histogram {a: 1, b: \"x\"}", "'data' of 'histogram' must be numbers or a record of rows, not a record"),
            ("heatmap [[1, 2], [3, 4]] limits: [2, 1]", "'limits' must be two rising numbers"),
            ("grid [1, 2]", "'items' of 'grid' must be images or figures, not a list of 2"),
            ("bars {a: [1, 2]} errors: {b: [1, 2]}", "there is no series 'b' for these errors"),
        ] { XCTAssertEqual(failure(code), message, code) }
    }
}
