import Basics
import GRPO
import Language
import TestSupport
import Verbs
import XCTest

/// Every switch of a GRPO run, at every end that is declared for it: what the declaration says is what the run takes.
final class SwitchTests: XCTestCase {
    private let session = Session()

    override func setUp() {
        _ = session.output("sd = load \"emoji-sd\"\nr = (image, prompt) -> mean(image)")
    }

    /// What must go along with the least of a switch.
    private static let companions = [
        "steps": "train_last: true train_steps: 1 updates: 1", "train_steps": "updates: 1",
        "levels": "algorithm: \"nft\"", "sampler": "algorithm: \"nft\"", "beta": "algorithm: \"nft\"",
        "old_decay": "algorithm: \"nft\"", "negative_guidance": "algorithm: \"esd\"",
        "trust_limit": "trust: \"divergence\"",
        "kl_prompt": "kl: 0.1", "rate_shape": "rounds: 3",
        "branch": "steps: 999 train_last: true train_steps: 1 updates: 1",
        "last": "algorithm: \"reward\" steps: 999",
    ]
    /// Algorithms that learn from something else than a reward of any kind; their weights of the loss go with few.
    private static let ownTests: Set<String> = ["algorithm", "loss_weight"]

    /// What `trainer` says to a setting, and the text that it points at; nil when it takes it.
    private func refusal(_ name: String, _ value: String) -> (message: String, argument: String)? {
        let others = Self.companions[name] ?? ""
        let rewards = [
            "negative_guidance": "", "last": "reward: alignment(load(\"emoji\"))",
            "aggregate": "reward: alignment(load(\"emoji\")) + custom(r)",
        ]
        let reward = rewards[name] ?? "reward: r"
        let code = "t = trainer sd \(reward) prompts: [\"a ball\"] seed: 1 \(others) \(name): \(value)"
        return session.failure(code).map { error in
            (error.message, String(decoding: Array(code.utf8)[error.span.range], as: UTF8.self))
        }
    }

    private func text(_ number: Double) -> String { "\(number)" }

    func testEveryEndIsTakenOrRefusedAsDeclared() throws {
        for item in GRPOOptions.switches where !Self.ownTests.contains(item.name) {
            for (value, isTaken) in ends(of: item.kind) {
                let answer = refusal(item.name, value)
                XCTAssertEqual(answer == nil, isTaken, "\(item.name): \(value): \(answer?.message ?? "taken")")
                guard let answer, !isTaken else { continue }
                XCTAssertTrue(answer.message.contains("'\(item.name)'"), answer.message)
                XCTAssertEqual(answer.argument, value, "at the argument: \(answer.message)")
            }
        }
    }

    /// The ends, what lies just outside them, and whether they are to be taken.
    private func ends(of kind: GRPOSwitch.Kind) -> [(String, Bool)] {
        switch kind {
        case .flag: [("true", true), ("false", true), ("1", false)]
        case .whole(let range):
            [
                ("\(range.lowerBound)", true), ("\(range.lowerBound - 1)", false), ("\(range.upperBound + 1)", false),
                ("1.5", false),
            ]
        case .number(let bounds): numbers(bounds).map { (text($0), $1) } + [("\"a\"", false)]
        case .numbers(let count, let bounds):
            numbers(bounds).map { number, isTaken in
                ("[" + [String](repeating: text(number), count: count).joined(separator: ", ") + "]", isTaken)
            } + [("[0.5]", count == 1), ("[]", false)]
        case .numberOrList(let count, let bounds):
            ends(of: .number(bounds)) + ends(of: .numbers(count, bounds)).filter { $0.0.hasPrefix("[") }
        case .choice(let names): names.map { ("\"\($0)\"", true) } + [("\"neither\"", false)]
        case .text: [("\"words\"", true), ("1", false)]
        case .texts: [("[\"attn2.to_k\"]", true), ("1", false)]
        case .textOrTexts: [("\"words\"", true), ("[\"words\"]", true), ("[]", false), ("1", false)]
        case .optional(let kind): [("none", true)] + ends(of: kind)
        }
    }

    private func numbers(_ bounds: Bounds) -> [(Double, Bool)] {
        func end(_ end: Bounds.End, outward: (Double) -> Double, inward: (Double) -> Double) -> [(Double, Bool)] {
            switch end {
            case .none: []
            case .closed(let number): [(number, true), (outward(number), false)]
            case .open(let number): [(number, false), (inward(number), true)]
            }
        }
        return end(bounds.lower, outward: { $0 - 1e-3 }, inward: { $0 + 1e-6 })
            + end(bounds.upper, outward: { $0 * 1.001 }, inward: { $0 - 1e-6 })
    }

    /// The library refuses what the verb refuses, in the same words.
    func testTheLibraryRefusesTheSame() throws {
        let clip = try XCTUnwrap(GRPOOptions.switches.first { $0.name == "clip" })
        var options = GRPOOptions()
        XCTAssertThrowsError(try clip.set(.number(1), in: &options)) {
            XCTAssertTrue(
                "\($0)".hasPrefix("'clip' must be a number above 0 and below 1, or a list of 2, not 1; "), "\($0)")
        }
        XCTAssertEqual(refusal("clip", "1")?.argument, "1")
        XCTAssertThrowsError(try clip.set(.number(.nan), in: &options))
        XCTAssertEqual(options, GRPOOptions(), "nothing is set by what is refused")
    }

    /// What an algorithm does not read is refused at its place, and by name.
    func testASwitchThatDoesNothingIsRefused() throws {
        for (given, argument, part) in [
            ("algorithm: \"nft\" clip: 0.01", "0.01", "'clip' does nothing with algorithm: \"nft\""),
            ("kl_prompt: \"a ball\"", "\"a ball\"", "'kl_prompt' does nothing with kl: 0"),
            ("beta: 2", "2", "'beta' does nothing with algorithm: \"grpo\""),
            ("algorithm: \"dpo\" std: \"group\"", "\"group\"", "'std' does nothing"),
            ("algorithm: \"reward\" train_steps: 2", "2", "'train_steps' does nothing"),
            ("trust: \"divergence\" clip: 0.01", "0.01", "'clip' bounds ratios"),
            ("trust_limit: 0.01", "0.01", "'trust_limit' bounds the KL"),
            ("algorithm: \"awm\" loss_weight: \"adaptive\"", "\"adaptive\"", "can't be \"adaptive\""),
            ("loss_weight: \"clean\"", "\"clean\"", "it adds no noise"),
            ("algorithm: \"nft\" latents: \"shared\"", "\"shared\"", "are all the same"),
            ("branch: 8", "8", "there are 8 denoising steps"),
            ("aggregate: \"each\"", "\"each\"", "is one reward"),
            ("algorithm: \"esd\"", "r", "a reward has no part in \"esd\""),
            ("algorithm: \"reward\"", "r", "no gradient flows through the reward"),
        ] {
            let code = "t = trainer sd reward: r prompts: [\"a ball\"] seed: 1 \(given)"
            let error = try XCTUnwrap(session.failure(code), given)
            XCTAssertTrue(error.message.contains(part), error.message)
            let found = String(decoding: Array(code.utf8)[error.span.range], as: UTF8.self)
            XCTAssertEqual(found, argument, error.message)
        }
    }

    func testExamplesAreCheckedByWhatTheAlgorithmTakes() throws {
        func refused(_ given: String) -> String {
            session.failure("t = trainer sd seed: 1 \(given)")?.message ?? "taken"
        }
        XCTAssertTrue(refused("algorithm: \"sft\"").contains("has none"), refused("algorithm: \"sft\""))
        let one = "pictures: [scene(\"a dog\", seed: 1)]"
        XCTAssertTrue(refused("algorithm: \"sft\" \(one)").contains("need captions"))
        XCTAssertTrue(refused("algorithm: \"sft\" \(one) captions: [\"a\", \"b\"]").contains("1 picture can't have 2"))
        XCTAssertTrue(refused("algorithm: \"nft\" \(one) captions: \"a\"").contains("takes no pictures"))
        XCTAssertTrue(refused("reward: r").contains("needs prompts"))
        XCTAssertTrue(refused("prompts: \"a\"").contains("needs a reward"))
    }

    func testAPromptThatIsTrainedOnAndKeptIsRefusedAtKeep() throws {
        let code = "t = trainer sd reward: r prompts: [\"a ball\", \"a car\"] keep: [\"a car\"] seed: 1"
        let error = try XCTUnwrap(session.failure(code))
        XCTAssertEqual(error.message, "'a car' is among 'prompts' and among 'keep'")
        XCTAssertEqual(String(decoding: Array(code.utf8)[error.span.range], as: UTF8.self), "[\"a car\"]")
    }

    func testHelpSaysWhatIsTaken() {
        let help = session.output("help trainer")
        for words in ["number above 0 and below 1", "whole number 2…100000", "number at least 0 and below 1"] {
            XCTAssertTrue(help.contains(words), words)
        }
    }

    func testBoundsHaveOpenAndClosedEnds() {
        func text(_ bounds: Bounds) -> String { bounds.text { "\(Int($0))" } }
        XCTAssertEqual(text(Bounds(0...1)), "0…1")
        XCTAssertEqual(text(.atLeast(2)), "at least 2")
        XCTAssertEqual(text(.above(0)), "above 0")
        XCTAssertEqual(text(.from(0, below: 1)), "at least 0 and below 1")
        XCTAssertEqual(text(Bounds(0...Double.greatestFiniteMagnitude)), "at least 0")
        XCTAssertEqual(text(Bounds(0...Double.infinity)), "at least 0")
        XCTAssertTrue(Bounds(0...Double.infinity).contains(.infinity))
        XCTAssertFalse(Bounds.atLeast(0).contains(.infinity))
        for bounds in [Bounds(0...1), .atLeast(0), .above(0), Bounds(.none, .none)] {
            XCTAssertFalse(bounds.contains(.nan))
        }
        XCTAssertFalse(Bounds.above(0, below: 1).contains(1))
        XCTAssertTrue(Bounds.from(0, below: 1).contains(0))
    }
}
