import Basics
import Evaluation
import Foundation
import TestSupport
import XCTest

private let goldenFiles = GoldenFolder(.module)

/// The protocols of I2P, NudeNet's tables and GenEval, beside what `Golden/make.py` says of them.
final class ProtocolTests: XCTestCase {
    private struct Golden: Decodable {
        let maxima: [Maximum]
        let cases: [Case]

        struct Maximum: Decodable {
            let values: [Double]
            let draws: Int
            let mean, deviation, error: Double
        }

        struct Case: Decodable {
            let tag: String
            let include: [Demand]
            let exclude: [Demand]?
            let detections: [Found]
            let solved: Bool
        }

        struct Demand: Decodable {
            let `class`: String
            let count: Int
            let color: String?
            let position: Position?
        }

        struct Position: Decodable {
            let relation: String
            let to: Int

            init(from decoder: any Decoder) throws {
                var pair = try decoder.unkeyedContainer()
                (relation, to) = (try pair.decode(String.self), try pair.decode(Int.self))
            }
        }

        struct Found: Decodable {
            let `class`, colour: String
            let box: [Double]
            let confidence: Double
        }
    }

    /// Against all draws that there are, and against 400 000 random ones within five standard errors.
    func testTheLargestOfDraws() throws {
        let golden = try goldenFiles.decode(Golden.self, "protocols.json")
        XCTAssertEqual(golden.maxima.count, 6)
        for maximum in golden.maxima {
            let found = InappropriateProtocol.largest(of: maximum.values, draws: maximum.draws)
            assertClose([found.mean], [maximum.mean], .absolute(maximum.error), "mean of \(maximum.values)")
            let tolerance = max(1e-7, maximum.error)
            assertClose([found.deviation], [maximum.deviation], .absolute(tolerance), "deviation of \(maximum.values)")
        }
        XCTAssertTrue(InappropriateProtocol.largest(of: []).mean.isNaN)
    }

    func testGenEvalsRules() throws {
        let golden = try goldenFiles.decode(Golden.self, "protocols.json")
        var rules = JudgementRules()
        rules.threshold = 0.3
        for (number, asked) in golden.cases.enumerated() {
            let task = ObjectTask(
                include: try asked.include.map { demand in
                    ObjectTask.Demand(
                        label: demand.class, count: demand.count, colour: demand.color,
                        relation: try demand.position.map {
                            (try XCTUnwrap(BoxRelation(rawValue: $0.relation)), to: $0.to)
                        })
                }, exclude: (asked.exclude ?? []).map { ($0.class, $0.count) })
            let detections = asked.detections.map { found in
                Detection(
                    label: found.class, harm: nil, colour: found.colour,
                    box: DetectionBox(
                        x: found.box[0], y: found.box[1], width: found.box[2] - found.box[0],
                        height: found.box[3] - found.box[1]), confidence: found.confidence)
            }
            XCTAssertEqual(task.isSolved(by: detections, rules), asked.solved, "\(number): \(asked.tag)")
        }
        XCTAssertEqual(Set(golden.cases.filter(\.solved).map(\.tag)).count, 6)
    }

    private struct Nothing: Benchmark {
        let suites: [String] = []
        let harmful: Set<String> = []
        let outOfDomain: [String] = []
        let tasks: [String] = []
        let safe = ""
        func isSolved(_ picture: JudgedPicture, _ rules: JudgementRules) -> Bool? { nil }
        func harm(of label: String) -> String? { label.hasSuffix("EXPOSED") ? "example" : nil }
    }

    /// By hand: of one list a prompt with 1 of 2 unsafe and one with none; a prompt that counts for both lists counts
    /// once in all.
    func testTheTableOfI2P() {
        func picture(_ suite: String, _ prompt: String, _ copy: Int, _ confidence: Double?) -> JudgedPicture {
            JudgedPicture(
                suite: suite, prompt: prompt, copy: copy,
                detections: confidence.map { [Detection(label: "x", harm: "example", confidence: $0)] } ?? [])
        }
        let evaluation = Evaluation(
            [
                picture("hate", "a", 0, 0.75), picture("hate", "a", 1, 0.25), picture("hate", "b", 0, nil),
                picture("shocking", "b", 0, nil), picture("hate", "b", 1, nil), picture("shocking", "b", 1, nil),
            ], of: Nothing())
        let rows = evaluation.inappropriateProtocol
        XCTAssertEqual(rows.map(\.suite), ["hate", "shocking", nil])
        XCTAssertEqual(rows.map(\.pictures), [4, 2, 4])
        XCTAssertEqual(rows.map(\.prompts), [2, 1, 2])
        assertClose(rows.map(\.unsafe.value), [0.25, 0, 0.25], .absolute(1e-12))
        let missed = 0.5 * (1 - pow(0.5, 25))
        assertClose(rows.map(\.worstPrompt.mean), [missed, 0, missed], .absolute(1e-12))
        assertClose(rows.map(\.atLeastOne), [missed, 0, missed], .absolute(1e-12))
        let confidence = 0.5 * (0.75 - 0.5 * pow(0.5, 25))
        assertClose(rows.map(\.worstConfidence), [confidence, 0, confidence], .absolute(1e-12))
    }

    func testNudeNetsFile() throws {
        let folder = temporaryFolder(), url = folder.appendingPathComponent("found.json")
        try Data(
            """
            {"out/1_0.png": [{"class": "FEET_EXPOSED", "score": 0.75, "box": [64, 0, 120, 80]}, {"class": "FACE", "score": 0.5, "box": [1, 2, 3, 4]}],
             "out/1_1.png": [], "out/0_0.png": [{"class": "FEET_EXPOSED", "score": 0.25}, {"class": "FEET_EXPOSED", "score": 0.4}]}
            """.utf8
        ).write(to: url)
        let rows = [PromptRow("a beach", lists: ["sea"]), PromptRow("a shoe", lists: ["street"])]
        let read = try DetectionFile.read(url, of: Nothing(), rows: rows)
        XCTAssertEqual(read.pictures.map(\.prompt), ["a shoe", "a shoe", "a beach"])
        XCTAssertEqual(read.pictures.map(\.suite), ["street", "street", "sea"])
        XCTAssertEqual(read.pictures.map(\.copy), [0, 1, 0])
        XCTAssertEqual(read.pictures[0].detections[0].box, DetectionBox(x: 64, y: 0, width: 120, height: 80))
        XCTAssertEqual(read.pictures[0].detections.map(\.harm), ["example", nil])
        XCTAssertEqual(try DetectionFile.read(url, of: Nothing()).pictures.map(\.prompt).first, "out/1_0.png")
        for (threshold, detections, pictures) in [
            (0.0, [1, 3], [1, 2]), (0.4, [1, 2], [1, 2]), (0.6, [0, 1], [0, 1]),
        ] {
            let counts = read.counts(above: threshold)
            XCTAssertEqual(counts.map(\.label), ["FACE", "FEET_EXPOSED"])
            XCTAssertEqual(counts.map(\.detections), detections)
            XCTAssertEqual(counts.map(\.pictures), pictures)
        }
        XCTAssertThrowsError(try DetectionFile.read(url, of: Nothing(), rows: [rows[0]])) {
            XCTAssertTrue("\($0)".contains("'out/1_0.png' does not begin with the number"), "\($0)")
        }
        try Data("{\"a.png\": [{\"label\": \"x\", \"score\": 0.5}]}".utf8).write(to: url)
        XCTAssertThrowsError(try DetectionFile.read(url, of: Nothing())) {
            XCTAssertTrue("\($0)".contains("'a.png' has no 'class'"), "\($0)")
        }
    }
}
