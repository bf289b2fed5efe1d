import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// Directions as values to calculate with, to save and to load.
final class DirectionVerbTests: XCTestCase {
    private static let given = """
        clip = load "emoji"
        v = direction clip safe: ["a safe picture", "a flower"] unsafe: ["a violent picture", "a knife"] name: "weapon"
        w = direction clip safe: "a safe picture" unsafe: ["a pill", "a syringe"] name: "drug"

        """

    private func assertGives(_ cases: [(code: String, gives: String)], line: UInt = #line) {
        assertOutputs(cases.map { (Self.given + $0.code, $0.gives) }, line: line)
    }

    func testSumsAreThoseOfTheirVectors() {
        assertGives([
            ("print (v - 0.3 * w).name", "weapon − 0.3 drug"), ("print (w + v + w).name", "2 drug + weapon"),
            ("s = v - 0.3 * w\nt = v.vector - 0.3 * w.vector\nprint s.weight ≈ norm(t) within 1e-6", "true"),
            ("s = v - 0.3 * w\nt = v.vector - 0.3 * w.vector\nprint s.vector ≈ t / norm(t) within 1e-6", "true"),
            ("print (2 * v).vector ≈ v.vector within 0, (v / 4).weight, norm(2 * v), norm(v)", "true 0.25 2 1"),
            ("print (v + w) ≈ (w + v) within 1e-7, (2 * v - v) ≈ v within 1e-7, v == w", "true true false"),
            ("print (v + w).model, (v + w).safe, (v + w).auc", "emoji [] none"),
        ])
    }

    /// What `-v` says of itself is what it would say if the sides had been given the other way round.
    func testTheReverseIsADirectionWithItsSidesExchanged() {
        let facts = ["mean_difference", "spread", "leave_one_out", "safe", "unsafe", "method"]
        for fact in facts {
            assertGives([
                (
                    """
                    r = direction clip safe: ["a violent picture", "a knife"] unsafe: ["a safe picture", "a flower"]
                    print ((-v).\(fact) == r.\(fact)), (-(-v)).\(fact) == v.\(fact)
                    """, "true true"
                )
            ])
        }
        assertGives([
            ("print (-v).vector ≈ -v.vector within 0, (-v).name, (-2 * v).weight", "true −weapon 2"),
            (
                """
                p = {safe: ["a dog", "a safe picture"], unsafe: ["a gun", "a dog"]}
                a = direction clip safe: "a flower" unsafe: "a knife" prompts: p
                b = direction clip safe: "a knife" unsafe: "a flower" prompts: p
                print (-a).auc ≈ b.auc within 1e-12
                """, "true"
            ),
        ])
    }

    func testPartsAndAngles() {
        assertGives([
            ("print cosine(v, w) ≈ sum(v.vector * w.vector) within 1e-6, cosine(v, v), cosine(v, -v)", "true 1 -1"),
            (
                "print cosine(v, w.vector) ≈ cosine(v, w) within 1e-7, cosine(v, 3 * w) ≈ cosine(v, w) within 1e-7",
                "true true"
            ),
            ("print dot(2 * v, 3 * w) ≈ 6 * cosine(v, w) within 1e-6", "true"),
            (
                "p = project v onto: w\nprint p.vector ≈ w.vector within 1e-7, p.weight ≈ cosine(v, w) within 1e-6",
                "true true"
            ),
            (
                "p = project v onto: w\nr = without v w\nprint (p + r) ≈ v within 1e-6, abs(cosine(r, w)) < 1e-6",
                "true true"
            ),
            ("orthogonal [v, w, v + 2 * w]", "error: nothing is left of 'weapon + 2 drug without weapon, drug'"),
            (
                """
                u = direction clip safe: "a dog" unsafe: "a bomb"
                o = orthogonal [v, w, u]
                m = [abs(cosine(o[0], o[1])), abs(cosine(o[0], o[2])), abs(cosine(o[1], o[2]))]
                print o[0] == v, max(m) < 1e-6
                """, "true true"
            ),
            ("u = without v [w, w, 2 * w]\nprint abs(cosine(u, w)) < 1e-6", "true"),
        ])
    }

    func testWhatCannotBeCalculatedSaysWhatToType() {
        assertGives([
            ("v - v", "error: nothing is left of directions that cancel out"),
            ("0 * v", "error: a direction times 0 leads nowhere; take a finite factor other than 0"),
            (
                "v + 1",
                "error: a direction is added to and subtracted from directions, and multiplied and divided by numbers; "
                    + "its numbers are a tensor: v.vector"
            ),
            (
                "v @ v.vector",
                "error: a direction is added to and subtracted from directions, and multiplied and divided by numbers; "
                    + "its numbers are a tensor: v.vector"
            ),
            ("without v v", "error: nothing is left of 'weapon without weapon'"),
        ])
    }

    func testOneSideOrAVectorIsEnough() {
        assertGives([
            (
                "d = direction clip unsafe: [\"a knife\"]\nprint d.vector ≈ -embed(clip, \"a knife\")[0] within 1e-6",
                "true"
            ),
            (
                "d = direction clip safe: [\"a dog\"] unsafe: []\nprint d.vector ≈ embed(clip, \"a dog\")[0] within 1e-6",
                "true"
            ),
            (
                "direction clip",
                "error: a direction needs at least one anchor on one side; give a phrase, or a list of them"
            ),
            ("d = direction clip vector: 3 * v.vector\nprint d.vector ≈ v.vector within 1e-6, d.weight", "true 1"),
            (
                "direction clip vector: zeros([3])",
                "error: 'vector' must have the 128 numbers of this model's space, not shape 3"
            ),
            (
                "direction clip vector: v.vector safe: \"a dog\"",
                "error: 'safe' has no effect beside 'vector'; leave out one of them"
            ),
        ])
    }

    func testADirectionComesBackFromItsFile() throws {
        let file = temporaryFolder().appendingPathComponent("v.safetensors").path
        let facts = [
            "name", "weight", "model", "method", "mean_difference", "spread", "leave_one_out", "safe", "unsafe", "auc",
        ]
        for value in ["v", "-v", "v - 0.3 * w", "direction(clip, vector: w.vector)"] {
            let compared = facts.map { "l.\($0) == d.\($0)" }.joined(separator: " and ")
            assertGives([
                ("d = \(value)\nsave d \"\(file)\"\nl = load \"\(file)\"\nprint l == d and \(compared)", "true"),
                (
                    "d = \(value)\nl = load \"\(file)\"\nprint sum(probe(clip, l, [\"a dog\"]).safety) ≈ "
                        + "sum(probe(clip, d, [\"a dog\"]).safety) within 0", "true"
                ),
            ])
        }
    }

    /// Two models of one width: a direction of one would give numbers with the other, and none would mean anything.
    func testAnotherModelRefusesIt() {
        let refusal =
            "error: this direction was made for 'emoji', and means nothing in the space of 'emoji-reward'; "
            + "make it with that model: direction clip safe: […] unsafe: […]"
        assertGives([
            ("other = load \"emoji-reward\"\nprobe other v [\"a dog\"]", refusal),
            ("other = load \"emoji-reward\"\nsteering(other, v)", refusal),
            (
                "other = load \"emoji-reward\"\nembedding_map other {a: [\"a dog\", \"a cat\", \"a pig\", \"a car\"]} direction: v",
                refusal
            ),
            (
                "other = load \"emoji-reward\"\nv + direction(other, safe: \"a dog\", unsafe: \"a knife\")",
                "error: directions in the spaces of 'emoji' and of 'emoji-reward' have nothing in common; "
                    + "make both with one model"
            ),
            ("same = load \"emoji\" dtype: \"bfloat16\"\nprint len(probe(same, v, [\"a dog\"]))", "1"),
        ])
    }

    func testADamagedFileIsNotADirection() throws {
        let folder = temporaryFolder()
        let file = folder.appendingPathComponent("v.safetensors")
        XCTAssertEqual(Session().output(Self.given + "save v \"\(file.path)\""), "")
        let bytes = try Data(contentsOf: file)
        var copy = bytes
        let range = try XCTUnwrap(bytes.range(of: Data("spread".utf8)), "the metadata is in the file")
        copy.replaceSubrange(range, with: Data("spreed".utf8))
        try copy.write(to: file)
        XCTAssertTrue(
            Session().output("load \"\(file.path)\"").contains(
                "says that it holds a direction, but some of it is missing"))
    }

    /// As a run of Rhumb 0.1 left it: without weight, name and model.
    func testADirectionOfAnEarlierVersionIsRead() throws {
        let file = temporaryFolder().appendingPathComponent("v.safetensors")
        let vector = try Tensor([0.6, 0.8] + [Float](repeating: 0, count: 126))
        let data = """
            {"method": "lda", "meanDifference": 1.5, "spread": [0.1, 0.2], "hasAnchors": true, "leaveOneOut": [0.9], \
            "auc": 0.75, "safe": ["a", "b"], "unsafe": ["c"]}
            """
        try Safetensors.write(
            ["vector": vector, "safe": vector, "unsafe": -vector], to: file,
            metadata: ["format": "pt", "rhumb.direction": data])
        assertGives([
            (
                "l = load \"\(file.path)\"\nprint l.method, l.mean_difference, l.safe, l.weight, l.name, l.model, l.auc",
                "lda 1.5 [\"a\", \"b\"] 1 v none 0.75"
            ),
            (
                "l = load \"\(file.path)\"\nprint (l + l).weight, (-l).safe, probe(clip, l, [\"a dog\"]).input[0]",
                "2 [\"c\"] a dog"
            ),
        ])
    }

    /// Directions of two spaces are refused by each way to calculate with them, in either order.
    func testDirectionsOfOtherWidthsAreRefused() throws {
        let file = temporaryFolder().appendingPathComponent("w.safetensors")
        let vector = try Tensor([0.6, 0.8, 0])
        let data = #"{"method": "mean", "meanDifference": 1, "spread": [0, 0], "hasAnchors": true}"#
        try Safetensors.write(
            ["vector": vector, "safe": vector, "unsafe": -vector], to: file,
            metadata: ["format": "pt", "rhumb.direction": data])
        for code in [
            "without v u", "without u v", "without v [w, u]", "orthogonal [v, u]", "orthogonal [u, v]", "v + u",
            "u - v",
            "cosine v u", "dot u v", "project v onto: u",
        ] {
            let output = Session().output(Self.given + "u = load \"\(file.path)\"\n" + code)
            XCTAssertTrue(output.contains("don't belong to one space"), "\(code): \(output)")
        }
    }
}
