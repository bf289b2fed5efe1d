import Files
import Foundation
import Language
import Plot
import TestSupport
import Verbs
import XCTest

/// Maps, labelled prompts from a table, and directions of other models.
final class MapVerbTests: XCTestCase {
    private static let given = """
        clip = load "emoji"
        v = direction clip safe: "a safe picture" unsafe: ["a violent picture", "a knife"]
        t = table {prompt: ["a dog", "a cat", "an apple", "a cake", "a knife", "a gun", "a sword", "an axe"],
                   kind: ["animal", "animal", "food", "food", "weapon", "weapon", "weapon", "weapon"],
                   score: [1, 2, 3, 4, 5, 6, 7, none]}

        """

    private func assertGives(_ cases: [(code: String, gives: String)], line: UInt = #line) {
        assertOutputs(cases.map { (Self.given + $0.code, $0.gives) }, line: line)
    }

    private func panel(_ code: String, line: UInt = #line) throws -> Panel {
        let session = Session()
        XCTAssertNil(session.failure(Self.given + "m = " + code)?.message, code, line: line)
        return try XCTUnwrap(try XCTUnwrap(session.interpreter["m"]).figure?.panels.first, line: line)
    }

    private func scatters(_ panel: Panel) -> [Scatter] {
        panel.layers.compactMap { if case .scatter(let scatter) = $0 { scatter } else { nil } }
    }

    private func arrows(_ panel: Panel) -> [Arrow] {
        panel.layers.compactMap { if case .arrow(let arrow) = $0 { arrow } else { nil } }
    }

    // MARK: Maps

    func testAColumnColoursAMap() throws {
        let kinds = scatters(try panel("embedding_map clip v t colour: \"kind\" labels: true"))
        XCTAssertEqual(kinds.map(\.name), ["animal", "food", "weapon", ""])
        XCTAssertEqual(kinds[2].labels, ["a knife", "a gun", "a sword", "an axe"])
        let scores = scatters(try panel("embedding_map clip v t colour: \"score\""))
        XCTAssertEqual(scores.map(\.name), (1...6).map { "score \($0) … \($0 + 1)" } + ["no score"])
        XCTAssertEqual(scores.map(\.x.count), [1, 1, 1, 1, 1, 2, 1])
        XCTAssertEqual(Set(scores.map(\.colour)).count, 7)
        XCTAssertEqual(scatters(try panel("embedding_map clip v t")).map(\.name), ["all"])
    }

    /// By principal components an embedding that is steered is where its steered self is projected.
    func testArrowsLeadToTheSteeredEmbeddings() throws {
        let map = try panel("embedding_map clip v t colour: \"kind\" alpha: [0.5, 2]")
        let ways = arrows(map)
        XCTAssertEqual(ways.count, 8 * 2 + 1)
        for (first, second) in zip(ways.dropLast(), ways.dropLast().dropFirst()) where first.colour == second.colour {
            // Two arrows of one embedding follow each other.
            if first.to == second.from { XCTAssertNotEqual(first.from, second.to) }
        }
        let session = Session()
        XCTAssertNil(
            session.failure(
                Self.given + "p = pca(embed(clip, t.prompt), 2)\nz = steer(clip, v, \"a knife\", alpha: 2)\n"
                    + "c = matmul(z - mean(embed(clip, t.prompt), 0), transpose(p.components))\nx = c[0, 0]\ny = c[0, 1]"
            )?.message)
        guard case .number(let x)? = session.interpreter["x"], case .number(let y)? = session.interpreter["y"] else {
            return XCTFail("no numbers")
        }
        // "a knife" is the first weapon, after two animals and two foods with two arrows each.
        let end = ways[9].to
        XCTAssertEqual(end.x, x, accuracy: 1e-4)
        XCTAssertEqual(end.y, y, accuracy: 1e-4)
        XCTAssertTrue(scatters(map).contains { $0.name == "weapon, α = 2" && $0.shape == .diamond })
    }

    /// Ablation has no strength: one step, to where nothing is left along v.
    func testAModeWithoutStrengthIsOneStep() throws {
        let map = try panel("embedding_map clip v t colour: \"kind\" mode: \"ablation\"")
        XCTAssertEqual(arrows(map).count, 8 + 1)
        XCTAssertTrue(scatters(map).contains { $0.name == "food, ablation" })
    }

    func testManyEmbeddingsHaveTheWaysOfTheirMeans() throws {
        let session = Session()
        let code =
            "m = embedding_map clip v {safe: prompts(\"safe\", count: 40), weapon: prompts(\"weapon\", count: 40)} alpha: 1"
        XCTAssertNil(session.failure(Self.given + code))
        let map = try XCTUnwrap(session.interpreter["m"]?.figure?.panels.first)
        XCTAssertEqual(arrows(map).count, 2 + 1)
        XCTAssertTrue(session.host.notes.contains { $0.contains("the ways are those of the groups' means") })
    }

    func testUMAPIsAMap() throws {
        let map = try panel("embedding_map clip v t colour: \"kind\" method: \"umap\" neighbours: 3 alpha: 1")
        XCTAssertEqual(map.x.ticks, .none)
        XCTAssertTrue(arrows(map).last?.label.hasPrefix("v (R² = ") == true)
        let again = try panel("embedding_map clip v t colour: \"kind\" method: \"umap\" neighbours: 3 alpha: 1")
        XCTAssertEqual(map, again, "the same seed gives the same map")
        let other = try panel("embedding_map clip v t colour: \"kind\" method: \"umap\" neighbours: 3 alpha: 1 seed: 2")
        XCTAssertNotEqual(map, other)
    }

    func testAMapIsSavedAsAPage() throws {
        let session = Session()
        let folder = temporaryFolder()
        let path = folder.appendingPathComponent("deep/map.html").path
        XCTAssertNil(
            session.failure(
                Self.given
                    + "embedding_map clip v t colour: \"kind\" alpha: [1, 2] title: \"Eight prompts\" |> save \"\(path)\""
            )?
            .message)
        let page = try String(contentsOfFile: path, encoding: .utf8)
        XCTAssertTrue(page.contains("\"n\":24"), "before, and after at two strengths")
        XCTAssertTrue(page.contains("\"stages\":[\"before\",\"α = 1\",\"α = 2\"]"))
        XCTAssertTrue(page.contains("\"groups\":[\"animal\",\"food\",\"weapon\"]"))
        XCTAssertTrue(page.contains("\"measured\":\"safety\""))
        assertGives([
            (
                "save (plot [1, 2]) \"x.html\"",
                "error: only embedding maps are saved as .html; a figure is saved as .png, .svg, .pdf or .gp"
            )
        ])
    }

    func testOptionsWithoutEffectAreRefused() {
        assertGives([
            (
                "embedding_map clip v t perplexity: 5",
                "error: 'perplexity' has no effect with method \"pca\"; it is for method: \"tsne\""
            ),
            (
                "embedding_map clip v t method: \"tsne\" neighbours: 5",
                "error: 'neighbours' has no effect with method \"tsne\"; it is for method: \"umap\""
            ),
            (
                "embedding_map clip v t mode: \"projection\"",
                "error: 'mode' has no effect without strengths; alpha: [0.5, 1, 2]"
            ),
            (
                "embedding_map clip none t alpha: 1",
                "error: steering needs a direction; embedding_map clip v …"
            ),
            (
                "embedding_map clip v t mode: \"ablation\" alpha: 1",
                "error: 'alpha' has no effect in mode \"ablation\"; leave it out"
            ),
            ("embedding_map clip v t alpha: []", "error: 'alpha' lists no strength; alpha: [0.5, 1, 2]"),
            ("embedding_map clip v t colour: \"knd\"", "error: there is no column 'knd'"),
            (
                "embedding_map clip v {a: t.prompt} colour: \"kind\"",
                "error: 'colour' names a column of a table of prompts; a record of groups has a colour for each already"
            ),
        ])
    }

    // MARK: Labelled prompts

    func testADirectionComesStraightFromATable() {
        assertGives([
            (
                "w = direction clip prompts: t by: \"kind\" safe: [\"animal\", \"food\"] unsafe: \"weapon\"\n"
                    + "u = direction clip safe: t.prompt[0..4] unsafe: t.prompt[4..]\n"
                    + "print w ≈ u within 0, w.safe == u.safe, w.unsafe == u.unsafe", "true true true"
            ),
            (
                "w = direction clip safe: where(t, \"kind\", \"food\") unsafe: where(t, \"kind\", \"weapon\")\nprint w.safe",
                "[\"an apple\", \"a cake\"]"
            ),
            // The mean of the areas over folds in which the direction is made without the ones it is judged by.
            (
                """
                w = direction clip prompts: t by: "kind" safe: ["animal", "food"] unsafe: "weapon"
                s = t.prompt[0..4]
                u = t.prompt[4..]
                total = 0
                for k in 0..4 {
                  d = direction(clip, safe: s[..k] + s[k + 1..], unsafe: u[..k] + u[k + 1..], prompts: {safe: [s[k]], unsafe: [u[k]]})
                  total += d.auc
                }
                print w.auc ≈ total / 4 within 1e-12
                """, "true"
            ),
            (
                "direction clip prompts: t by: \"kind\"",
                "error: column 'kind' has no label \"safe\"; it has \"animal\", \"food\", \"weapon\": safe: \"…\" says which"
            ),
            (
                "direction clip prompts: t by: \"kind\" safe: \"a safe picture\" unsafe: \"weapon\"",
                "error: column 'kind' has no label \"a safe picture\"; it has \"animal\", \"food\", \"weapon\"; phrases are "
                    + "judged by a table so: prompts: {safe: where(t, \"kind\", \"…\"), unsafe: where(t, \"kind\", \"…\")}"
            ),
            (
                "direction clip prompts: t",
                "error: 'prompts' is a table, and nothing says which column tells safe from unsafe; by: \"…\", one of prompt, "
                    + "kind, score"
            ),
            (
                "direction clip safe: \"a dog\" unsafe: \"a gun\" by: \"kind\"",
                "error: 'by' names a column of a table of prompts; prompts: t by: \"category\""
            ),
            (
                "direction clip prompts: t by: \"kind\" safe: \"food\" unsafe: [\"weapon\", \"food\"]",
                "error: the label \"food\" can't be both safe and unsafe"
            ),
        ])
        let session = Session()
        XCTAssertNil(
            session.failure(Self.given + "w = direction clip prompts: t by: \"kind\" safe: \"food\" unsafe: \"weapon\"")
        )
        XCTAssertEqual(
            session.host.notes.last,
            "made from 2 safe and 4 unsafe prompts by 'kind'; left out: animal (2); its AUC is that of prompts held out"
        )
    }

    // MARK: Transport

    func testADirectionGoesToAnotherModel() throws {
        let session = Session()
        let code = """
            other = load "emoji-reward"
            using = prompts("train", count: 60) + prompts("train safe", count: 60)
            w = transport v from: clip to: other using: using
            h = {safe: prompts("safe", count: 24), unsafe: prompts("weapon", count: 24)}
            auc = direction(other, vector: w.vector, prompts: h)
            print w.model w.vector.shape
            """
        XCTAssertEqual(session.output(Self.given + code), "emoji-reward [\(try width(of: "emoji-reward"))]")
        let note = try XCTUnwrap(session.host.notes.first { $0.hasPrefix("transport (ridge, λ ") })
        XCTAssertTrue(note.contains("held out the cosine is 0."), note)
        assertGives([
            (
                "other = load \"emoji-reward\"\ntransport v from: other to: clip using: [\"a\"]",
                "error: this direction was made for 'emoji', not for 'emoji-reward'; from: the model that it was made with"
            ),
            (
                "transport v from: clip to: clip using: [\"a\", \"b\", \"a\"]",
                "error: a map between two spaces is learned from at least 13 different prompts, not 2; hundreds of all kinds "
                    + "are better: using: prompts(\"train\") + prompts(\"train safe\")"
            ),
            (
                "transport v from: clip to: clip using: [\"a\"] method: \"procrustes\" ridge: 1",
                "error: 'ridge' has no effect with method \"procrustes\""
            ),
        ])
    }

    private func width(of model: String) throws -> Int {
        let session = Session()
        XCTAssertNil(session.failure("w = load(\"\(model)\").width"))
        return try XCTUnwrap(session.interpreter["w"]?.whole)
    }
}
