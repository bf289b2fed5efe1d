import Basics
import Evaluation
import Tensor
import TestSupport
import XCTest

/// A generator of plain colours: a prompt's own in red, what its noise begins with in blue.
private final class Colours: PictureGenerator {
    let name = "colours"
    func summary(seed: UInt64) -> String { "plain, seed \(seed)" }
    /// What each picture began with, in order.
    private(set) var requests: [PictureRequest] = []
    var starts: [UInt64] { requests.map(\.seed) }

    func pictures(
        of requests: [PictureRequest], steps: UInt64, progress: @escaping (Int, Int) throws -> Void
    ) throws -> [Image] {
        try progress(1, 2)
        XCTAssertEqual(Set(requests.map(\.setting)).count, 1)
        self.requests += requests
        return try requests.map { request in
            let red: Float = request.prompt.contains("red") ? 1 : 0
            return try Image(Tensor([red, red, red, red] + [Float](repeating: 0, count: 8), shape: [3, 2, 2]))
        }
    }
}

/// Sees harm in all that is red.
private struct RedJudge: Judge {
    let summary = "an eye for red"
    func identity() -> String { summary }
    func comparisonSummary(_ count: Int) -> String { "means to \(count) blue pictures" }

    /// Pictures that it leaves out.
    var blindness = 0

    func detections(in images: [Image], above floor: Double) throws -> [[Detection]] {
        images.dropLast(blindness).map { $0.tensor.floats[0] > 0.5 ? [Detection(label: "red", harm: "colour")] : [] }
    }

    func features(_ images: [Image]) throws -> Tensor {
        try Tensor(images.flatMap { [$0.tensor.floats[0], 1] }, shape: [images.count, 2])
    }

    func trueFeatures(_ count: Int) throws -> Tensor {
        try Tensor((0..<count).flatMap { _ -> [Float] in [0, 1] }, shape: [count, 2])
    }
}

private struct Lists: Benchmark {
    let suites = ["calm", "loud", "task"]
    let harmful: Set<String> = ["loud"]
    let outOfDomain: [String] = []
    let tasks = ["task"]
    let safe = "calm"
    func isSolved(_ picture: JudgedPicture, _ rules: JudgementRules) -> Bool? {
        picture.suite == "task" ? picture.isUnsafe(rules) : nil
    }
    func harm(of label: String) -> String? { label == "red" ? "colour" : nil }
}

private final class Watcher: EvaluationObserver {
    var stopAfter = Int.max
    private(set) var notes: [String] = []
    private(set) var standings: [String] = []

    func progressed(_ progress: EvaluationProgress, part: (what: String, done: Int, total: Int)?) {
        if part == nil { standings.append(progress.standing) }
    }
    var isInterrupted: Bool { standings.count >= stopAfter }
    func note(_ text: String) { notes.append(text) }
}

/// Any generator against any judge, on any lists.
final class EvaluationRunTests: XCTestCase {
    private let lists: [(suite: String, prompts: [String])] = [
        ("loud", ["red", "blue"]), ("calm", ["green"]), ("task", ["red", "grey"]),
    ]

    private func judge() -> PictureJudge { PictureJudge(RedJudge(), of: Lists(), keeping: 1) }

    func testEveryPictureIsJudgedAndMeasured() throws {
        let judge = judge(), watcher = Watcher()
        let run = EvaluationRun(Colours(), lists: lists, copies: 2, seed: 3)
        let made = try run.fill(judge, observer: watcher)
        let evaluation = try judge.evaluation(made + judge.conditions)
        XCTAssertEqual(evaluation.suites, ["calm", "loud", "task"])
        func value(_ suite: String, _ quantity: Measure.Quantity) -> Double? {
            evaluation.measures.first { $0.suite == suite && $0.quantity == quantity }?.value
        }
        XCTAssertEqual(value("loud", .unsafe), 0.5)
        XCTAssertEqual(value("calm", .unsafe), 0)
        XCTAssertEqual(value("task", .solved), 0.5)
        XCTAssertNil(value("task", .unsafe))
        XCTAssertEqual(try XCTUnwrap(evaluation.featureDistance), 0, accuracy: 1e-6)
        XCTAssertEqual(watcher.standings, ["loud  unsafe 0.5", "calm  unsafe 0", "task  solved 0.5"])
        XCTAssertEqual(judge.shown.map(\.prompt), ["red", "green", "red"])
        XCTAssertEqual(
            evaluation.conditions.map(\.text),
            [
                "colours", "plain, seed 3", "calm 1, loud 2, task 2", "10, up to 2 a prompt",
                "an eye for red, confidence ≥ 0.5, counting ≥ 0.9",
                "Fréchet distance of means to 256 blue pictures",
            ])
    }

    /// The noise of a picture depends on neither the length of its list nor the other lists.
    func testALongerListBeginsAsAShorterOneDoes() throws {
        func starts(_ lists: [(suite: String, prompts: [String])], seed: UInt64 = 3) throws -> [UInt64] {
            let generator = Colours()
            _ = try EvaluationRun(generator, lists: lists, copies: 1, seed: seed).fill(judge(), observer: Watcher())
            return generator.starts
        }
        let long = (0..<40).map { "green \($0)" }
        let whole = try starts([("calm", long)])
        XCTAssertEqual(Set(whole).count, 40)
        XCTAssertEqual(try starts([("calm", Array(long.prefix(5)))]), Array(whole.prefix(5)))
        XCTAssertEqual(try Array(starts([("loud", ["red"]), ("calm", long)]).dropFirst()), whole)
        XCTAssertTrue(Set(try starts([("calm", long)], seed: 4)).isDisjoint(with: whole))
    }

    /// Rows say what they are drawn with; those of one size and guidance are drawn together, and a row counts for each
    /// of its lists.
    func testRowsAreDrawnAsTheySay() throws {
        var plain = PromptRow("red", lists: ["loud"]), own = PromptRow("red hat", lists: ["loud", "calm"])
        (own.seed, own.guidance, own.pictures) = (9, 3, 3)
        var wide = PromptRow("blue", lists: ["loud"])
        (wide.width, wide.height) = (16, 8)
        plain.guidance = nil
        let generator = Colours(), judge = judge(), watcher = Watcher()
        _ = try EvaluationRun(generator, rows: [plain, own, wide, plain], copies: 2, seed: 3)
            .fill(judge, observer: watcher)
        XCTAssertEqual(
            generator.requests.map(\.prompt),
            ["red", "red", "red", "red", "red hat", "red hat", "red hat", "blue", "blue"])
        XCTAssertEqual(generator.requests.map(\.draw), [0, 0, 0, 0, 0, 1, 2, 0, 0])
        XCTAssertEqual(generator.requests[4...6].map(\.seed), [9, 9, 9])
        XCTAssertEqual(Set(generator.starts).count, 7)
        XCTAssertEqual(generator.requests[4].setting.guidance, 3)
        XCTAssertEqual([generator.requests[7].setting.width, generator.requests[7].setting.height], [16, 8])
        XCTAssertEqual(generator.requests[0].setting, .init())
        XCTAssertEqual(judge.pictures.count { $0.suite == "loud" }, 9)
        XCTAssertEqual(judge.pictures.filter { $0.suite == "calm" }.map(\.copy), [0, 1, 2])
        XCTAssertEqual(watcher.standings.count, 3)
    }

    func testAJudgeThatLeavesPicturesOutIsRefused() throws {
        let judge = PictureJudge(RedJudge(blindness: 1), of: Lists())
        XCTAssertThrowsError(
            try EvaluationRun(Colours(), lists: lists, copies: 1, seed: 0).fill(judge, observer: Watcher())
        ) { XCTAssertTrue("\($0)".contains("said it of 1 of 2"), "\($0)") }
        XCTAssertEqual(judge.pictures, [])
    }

    func testAnInterruptedEvaluationIsOfWhatWasJudged() throws {
        let judge = judge(), watcher = Watcher()
        watcher.stopAfter = 1
        let made = try EvaluationRun(Colours(), lists: lists, copies: 2, seed: 3).fill(judge, observer: watcher)
        XCTAssertEqual(judge.pictures.map(\.suite), [String](repeating: "loud", count: 4))
        XCTAssertEqual(watcher.notes, ["stopped after 4 of 10 pictures: the evaluation is of those"])
        XCTAssertEqual(made[1].text, "plain, seed 3; stopped after 4 of 10 pictures")

        let early = Watcher()
        early.stopAfter = 0
        XCTAssertThrowsError(
            try EvaluationRun(Colours(), lists: lists, copies: 2, seed: 3).fill(self.judge(), observer: early)
        ) { XCTAssertTrue($0 is Interruption, "\($0)") }
    }
}
