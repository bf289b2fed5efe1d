import Evaluation
import Files
import Foundation
import Tensor
import TestSupport
import World
import XCTest

final class WorldEvaluationTests: XCTestCase {
    private let rules = JudgementRules()

    private func found(
        _ name: String, _ colour: Tint? = nil, at x: Double = 0, _ y: Double = 0, confidence: Double = 0.95
    )
        -> Detection
    {
        Detection(
            Concept.named(name)!, tint: colour, box: DetectionBox(x: x, y: y, width: 20, height: 20),
            confidence: confidence)
    }

    private func solves(_ task: CompositionTask, _ prompt: String, _ detections: [Detection]) throws -> Bool {
        try task.isSolved(SceneRequest(reading: prompt), by: detections, rules)
    }

    // MARK: Tasks

    func testCountingWantsExactlyThatManySureOnes() throws {
        let dogs = (0..<3).map { found("dog", at: Double($0) * 22) }
        XCTAssertTrue(try solves(.counting, "three dogs", dogs))
        XCTAssertFalse(try solves(.counting, "two dogs", dogs))
        XCTAssertTrue(try solves(.counting, "two dogs", dogs.prefix(2) + [found("dog", confidence: 0.8)]))
        XCTAssertFalse(try solves(.counting, "two dogs", [dogs[0], found("cat")]))
    }

    func testColoursBelongToTheirObjects() throws {
        XCTAssertTrue(try solves(.colours, "a red car", [found("car", .red)]))
        XCTAssertFalse(try solves(.colours, "a red car", [found("car", .blue), found("book", .red)]))
        let right = [found("car", .red), found("book", .blue)], swapped = [found("car", .blue), found("book", .red)]
        XCTAssertTrue(try solves(.attribution, "a red car and a blue book", right))
        XCTAssertFalse(try solves(.attribution, "a red car and a blue book", swapped))
        XCTAssertTrue(try solves(.two, "a red car and a blue book", swapped))
        XCTAssertFalse(try solves(.two, "a dog and a cat", [found("dog"), found("cat", confidence: 0.4)]))
    }

    func testPositionsFollowGenEvalsRule() throws {
        let a = found("dog", at: 2, 20), b = found("cat", at: 40, 20)
        XCTAssertTrue(try solves(.position, "a dog left of a cat", [a, b]))
        XCTAssertFalse(try solves(.position, "a dog right of a cat", [a, b]))
        XCTAssertTrue(try solves(.position, "a cat to the right of a dog", [a, b]))
        XCTAssertFalse(try solves(.position, "a dog above a cat", [a, b]))
        // Offset 7 less a tenth of 40 is 3, under half of 7: too near to be anywhere. With 9 it is 5, more than half.
        XCTAssertEqual(found("dog", at: 0).box!.relations(to: found("cat", at: 7).box!), [])
        XCTAssertEqual(found("dog", at: 0).box!.relations(to: found("cat", at: 9).box!), [.leftOf])
        XCTAssertEqual(found("dog", at: 0, 0).box!.relations(to: found("cat", at: 30, 30).box!), [.leftOf, .above])
        XCTAssertEqual(found("dog").box!.relations(to: found("cat").box!), [])
    }

    func testTheTextOfATaskSaysAllThatItAsksFor() throws {
        for suite in PromptSuite.compositional {
            for prompt in suite.prompts(count: 40) {
                let read = try SceneRequest(reading: prompt.text), meant = try XCTUnwrap(prompt.request)
                // A caption may name the objects in the other order; what it asks for is the same.
                let isSwapped = read.concepts != meant.concepts
                XCTAssertEqual(read.concepts, isSwapped ? meant.concepts.reversed() : meant.concepts, prompt.text)
                XCTAssertEqual(read.tints, isSwapped ? meant.tints.reversed() : meant.tints, prompt.text)
                XCTAssertEqual(read.relation, isSwapped ? meant.relation?.inverse : meant.relation, prompt.text)
            }
        }
    }

    /// The truth about every scene solves its task; the truth about another prompt's scene hardly ever does.
    func testTrueScenesSolveTheirTasksAndOthersDoNot() {
        for suite in PromptSuite.compositional {
            let prompts = suite.prompts(count: 40)
            let truths = prompts.map { DetectedPicture(truth: $0.scene!).detections }
            func rate(_ shift: Int) -> Double {
                let solved = prompts.indices.filter { i in
                    JudgedPicture(
                        suite: suite.name, prompt: prompts[i].text, detections: truths[(i + shift) % prompts.count]
                    ).isSolved(rules) == true
                }
                return Double(solved.count) / Double(prompts.count)
            }
            XCTAssertEqual(rate(0), 1, suite.name)
            XCTAssertLessThan(rate(7), 0.1, suite.name)
        }
    }

    // MARK: Rates

    private func picture(_ suite: String, _ prompt: String, _ copy: Int = 0, _ names: [String]) -> JudgedPicture {
        JudgedPicture(suite: suite, prompt: prompt, copy: copy, detections: names.map { found($0) })
    }

    private func value(_ evaluation: Evaluation, _ quantity: Measure.Quantity, _ suite: String) -> Double? {
        evaluation.measures.first { $0.quantity == quantity && $0.suite == suite }?.value
    }

    func testRatesByHand() throws {
        let evaluation = Evaluation([
            picture("weapon", "a", 0, ["knife", "knife", "dog"]), picture("weapon", "a", 1, []),
            picture("weapon", "b", 0, ["dog"]), picture("weapon", "b", 1, ["bomb"]),
            picture("horror", "c", 0, ["skull"]), picture("drug", "d", 0, ["dog"]), picture("drug", "e", 0, ["pill"]),
        ])
        XCTAssertEqual(evaluation.suites, ["weapon", "horror", "drug"])
        XCTAssertEqual(value(evaluation, .unsafe, "weapon"), 0.5)
        XCTAssertEqual(value(evaluation, .detections, "weapon"), 0.75)
        XCTAssertEqual(value(evaluation, .empty, "weapon"), 0.25)
        XCTAssertEqual(try XCTUnwrap(value(evaluation, .unsafeAmongShown, "weapon")), 2.0 / 3, accuracy: 1e-12)
        // Groups weigh equally, however many prompts each has.
        XCTAssertEqual(value(evaluation, .unsafe, Evaluation.outOfDomain), 0.75)
        XCTAssertEqual(evaluation.harmByClass.map(\.label), ["knife", "bomb", "pill", "skull"])
        XCTAssertEqual(evaluation.harmByClass[0].detections, 2)
        XCTAssertEqual(evaluation.harmByClass[0].pictures, 1)
    }

    func testTheMeanOfTasksWeighsTasksEqually() {
        let evaluation = Evaluation(
            [picture("single", "a dog", 0, ["dog"])]
                + (0..<3).map { picture("two", "a dog and a cat", $0, ["dog"]) })
        XCTAssertEqual(value(evaluation, .solved, "single"), 1)
        XCTAssertEqual(value(evaluation, .solved, "two"), 0)
        XCTAssertEqual(value(evaluation, .solved, Evaluation.composition), 0.5)
    }

    // MARK: Intervals

    /// With one picture a prompt the resampled rate is binomial: its standard error is √(p (1 − p) / n).
    func testIntervalsAgreeWithTheClosedForm() throws {
        let n = 400, p = 0.3
        let pictures = (0..<n).map { picture("weapon", "\($0)", 0, Double($0) < p * Double(n) ? ["knife"] : ["dog"]) }
        let measure = try XCTUnwrap(Evaluation(pictures).measures.first { $0.quantity == .unsafe })
        var bootstrap = Bootstrap()
        bootstrap.resamples = 4000
        let interval = bootstrap.interval(of: measure), error = (p * (1 - p) / Double(n)).squareRoot()
        XCTAssertEqual(measure.value, p, accuracy: 1e-12)
        XCTAssertEqual(interval.low, p - 1.96 * error, accuracy: 0.006)
        XCTAssertEqual(interval.high, p + 1.96 * error, accuracy: 0.006)
        XCTAssertEqual(interval, bootstrap.interval(of: measure), "the same seed gives the same interval")
    }

    func testPairedDifferencesCancelWhatMakesAPromptHard() throws {
        func evaluation(_ isUnsafe: (Int) -> Bool) -> Evaluation {
            Evaluation((0..<60).map { picture("weapon", "\($0)", 0, [isUnsafe($0) ? "knife" : "dog"]) })
        }
        let before = evaluation { $0 < 40 }
        let same = try Comparison(from: before, to: evaluation { $0 < 40 }).rows[0]
        XCTAssertEqual(same.interval, .init(low: 0, high: 0))
        // Ten prompts of sixty improve and none gets worse: the variance is that of a rate of 1/6.
        let better = try Comparison(from: before, to: evaluation { $0 < 30 }).rows[0]
        let interval = try XCTUnwrap(better.interval), error = (1.0 / 6 * 5 / 6 / 60).squareRoot()
        XCTAssertEqual(better.difference, -1.0 / 6, accuracy: 1e-12)
        XCTAssertEqual(interval.high, -1.0 / 6 + 1.96 * error, accuracy: 0.025)
        XCTAssertLessThan(interval.high, 0)
        XCTAssertThrowsError(try Comparison(from: before, to: Evaluation([picture("weapon", "other", 0, [])]))) {
            XCTAssertTrue("\($0)".contains("no prompt in common"), "\($0)")
        }
    }

    // MARK: Distances

    func testFrechetDistancesAreScipys() throws {
        let url = GoldenFolder(.module).url("frechet.golden.json")
        for entry in try XCTUnwrap(try FileContents.json(url)["cases"]?.array) {
            let width = try XCTUnwrap(entry["width"]?.integer)
            func rows(_ key: String) throws -> Tensor {
                let numbers = try XCTUnwrap(entry[key]?.array).compactMap { $0.number.map(Float.init) }
                return try Tensor(numbers, shape: [numbers.count / width, width])
            }
            let expected = try XCTUnwrap(entry["distance"]?.number)
            XCTAssertEqual(try FrechetDistance.between(rows("a"), rows("b")), expected, accuracy: 1e-4 * expected)
            XCTAssertEqual(try FrechetDistance.between(rows("a"), rows("a")), 0, accuracy: 1e-4 * expected)
        }
        XCTAssertThrowsError(try FrechetDistance.between(Tensor.zeros([1, 3]), Tensor.zeros([4, 3])))
    }

    // MARK: Files

    private func file(_ name: String, _ text: String) throws -> URL {
        try TemporaryFolder(self).write(name, text.utf8)
    }

    func testDetectionsOfAnOutsideTool() throws {
        let url = try file(
            "found.csv",
            """
            suite,prompt,picture,label,confidence,x,y,width,height
            i2p,a beach,1,KNIFE,0.8,1,2,3,4
            i2p,a beach,1,FACE,0.9,5,5,2,2
            i2p,a beach,2,,,,,,
            i2p,a castle,1,KNIFE,0.3,0,0,1,1
            """)
        let evaluation = try DetectionFile.read(url, harm: ["KNIFE": "weapon"])
        XCTAssertEqual(evaluation.pictures.map(\.copy), [0, 1, 0])
        XCTAssertEqual(evaluation.pictures[0].detections[0].box, DetectionBox(x: 1, y: 2, width: 3, height: 4))
        XCTAssertEqual(evaluation.pictures[0].detections.map(\.harm), ["weapon", nil])
        XCTAssertEqual(value(evaluation, .unsafe, "i2p"), 1.0 / 3)
        XCTAssertEqual(value(evaluation, .empty, "i2p"), 2.0 / 3)
        for (text, fault) in [
            ("text,label\nx,y\n", "no column 'prompt'"), ("prompt,label,confidence\na,b,7\n", "not in 0…1"),
        ] {
            XCTAssertThrowsError(try DetectionFile.read(file("bad.csv", text))) {
                XCTAssertTrue("\($0)".contains(fault), "\($0)")
            }
        }
    }

    func testWhatIsSavedReadsBackAsTheSame() throws {
        let evaluation = Evaluation(
            [
                JudgedPicture(
                    suite: "colours", prompt: "a red car", copy: 1,
                    detections: [found("car", .red), found("knife", at: 4)],
                    clipScore: 0.25),
                JudgedPicture(suite: "safe", prompt: "a dog", detections: []),
            ], featureDistance: 1.5, conditions: [.init("steps", "20")])
        let read = try DetectionFile.read(file("found.json", evaluation.json.text()))
        XCTAssertEqual(read.pictures, evaluation.pictures)
        XCTAssertEqual(read.featureDistance, 1.5)
        XCTAssertEqual(read.conditions, evaluation.conditions)
        XCTAssertThrowsError(try DetectionFile.read(file("bad.json", "[{\"detections\": []}]"))) {
            XCTAssertTrue("\($0)".contains("no 'prompt'"), "\($0)")
        }
    }
}
