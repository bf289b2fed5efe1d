import Foundation
import TestSupport
import XCTest

/// Evaluations of several models, and those that are kept in a folder.
final class SeveralModelsTests: XCTestCase {
    private let asked = "prompts: [\"weapon\", \"two\"] count: 3 pictures: 1 steps: 2 resamples: 20"
    /// Its features are compared with those of true scenes, which takes a while.
    private var askedSafe: String { asked.replacingOccurrences(of: "two", with: "safe") }

    func testSeveralModelsShareOneTable() throws {
        let session = Session(), folder = temporaryFolder().path
        XCTAssertEqual(
            session.output(
                """
                sd = load "emoji-sd"
                v = direction (load "emoji") safe: "a flower" unsafe: "a knife"
                c = evaluate {plain: sd, guided: {model: sd, guidance: 3}, moved: {model: sd, steer: v, alpha: 2}} \(asked)
                plain = evaluate sd \(asked)
                guided = evaluate sd \(asked) guidance: 3
                moved = evaluate sd \(asked) steer: v alpha: 2
                same = compare({plain: plain, guided: guided, moved: moved}, resamples: 20)
                save c.table "\(folder)/a.csv"
                save same.table "\(folder)/b.csv"
                print keys(c.runs)
                print c.runs.guided.pictures.clip_score == guided.pictures.clip_score
                print c.runs.moved.pictures.clip_score == plain.pictures.clip_score
                """), "[\"plain\", \"guided\", \"moved\"]\ntrue\nfalse")
        XCTAssertEqual(
            try String(contentsOfFile: folder + "/a.csv", encoding: .utf8),
            try String(contentsOfFile: folder + "/b.csv", encoding: .utf8))
        let shown = session.output("c")
        XCTAssertTrue(shown.contains("  sampling, guided: ") && shown.contains("guidance 3"), shown)
        XCTAssertTrue(shown.contains("steered along v, α 2"), shown)
        XCTAssertTrue(shown.contains("  judge: detector"), shown)
        XCTAssertEqual(
            session.output("l = evaluate [sd, sd] \(asked)\nprint keys(l.runs)"), "[\"emoji-sd\", \"emoji-sd 2\"]")
    }

    func testWhatIsWrongWithModelsIsSaid() {
        let session = Session()
        XCTAssertEqual(session.output("sd = load \"emoji-sd\""), "")
        for (code, says) in [
            ("evaluate {a: sd, b: [scene(\"a dog\", seed: 1)]}", "'b' must be a model, as the others are"),
            ("evaluate {a: sd, b: {model: sd, seed: 3}}", "'seed' is no option that 'b' can have for itself"),
            ("evaluate {a: {model: sd, negative: 3}, b: sd}", "'negative' of 'evaluate' must be a string, not 3"),
            ("evaluate {a: {model: sd, negative: \"x\", guidance: 1}, b: sd}", "'negative' needs guidance above 1"),
            ("evaluate sd alpha: 1", "'alpha' needs 'steer'"),
            ("evaluate {\"a/b\": sd, c: sd} out: \"x\"", "'a/b' can't be a folder below 'out'"),
            ("evaluate sd png: true", "'png' needs 'out'"),
            ("evaluate {weapon: [scene(\"a dog\", seed: 1)]} out: \"x\"", "'out' is for a model that is sampled"),
        ] {
            let found = session.output(code)
            XCTAssertTrue(found.hasPrefix("error: ") && found.contains(says), "\(code): \(found)")
        }
    }

    /// Killed after some pictures, in the middle of a line, and run again: the same tables, digit by digit, and what
    /// was judged isn't drawn again.
    func testAKilledEvaluationGoesOn() throws {
        let folder = temporaryFolder().path
        let code = "save (evaluate (load \"emoji-sd\") \(askedSafe) keep: 1 out: \"\(folder)/kept\") "
        XCTAssertEqual(Session().output(code + "\"\(folder)/first.json\""), "")
        let file = URL(fileURLWithPath: folder + "/kept/judged.jsonl"), whole = try Data(contentsOf: file)
        let lines = String(decoding: whole, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
        XCTAssertEqual(lines.count, 6)
        // The last batch was begun: one line of it is whole and one is cut off.
        let left = lines[..<4].joined(separator: "\n") + "\n" + lines[4].prefix(20)
        try Data(left.utf8).write(to: file)
        let second = Session()
        XCTAssertEqual(second.output(code + "\"\(folder)/second.json\""), "")
        XCTAssertTrue(
            second.host.notes.contains { $0.contains("4 of 6 pictures were judged before") }, "\(second.host.notes)")
        XCTAssertEqual(try Data(contentsOf: file), whole)
        func saved(_ name: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).json"))
        }
        XCTAssertEqual(try saved("second"), try saved("first"))
        let again = Session()
        XCTAssertEqual(
            again.output("e = evaluate (load \"emoji-sd\") \(askedSafe) keep: 1 out: \"\(folder)/kept\""), "")
        XCTAssertTrue(again.host.notes.contains { $0.contains("6 of 6") }, "\(again.host.notes)")
        XCTAssertEqual(again.output("save e \"\(folder)/third.json\""), "")
        XCTAssertEqual(try saved("third"), try saved("first"))
        XCTAssertEqual(again.output("print type(e.sheet)"), "figure")
        // What was judged is read and not judged again: what else stands in a line comes out.
        let changed = String(decoding: whole, as: UTF8.self).replacing(/"clip_score":[^,]*/, with: "\"clip_score\":0.5")
        try Data(changed.utf8).write(to: file)
        XCTAssertEqual(
            again.output(
                """
                e = evaluate (load "emoji-sd") \(askedSafe) keep: 1 out: "\(folder)/kept"
                print e.pictures.clip_score
                """), "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5]")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder + "/kept/pictures").count, 2)
    }

    func testAFolderOfAnotherEvaluationIsRefused() throws {
        let folder = temporaryFolder().path + "/kept"
        let session = Session()
        let begin = "evaluate sd \(asked)"
        _ = session.output("sd = load \"emoji-sd\"\nfirst = \(begin) out: \"\(folder)\"")
        for (change, says) in [
            ("seed: 4", "seed 0' there, "), ("guidance: 2", "guidance 5, eta 0, seed 0' there"),
            ("safe: \"weak\"", "Safe Latent Diffusion"), ("keep: 2", "pictures for sheets '8' there, '2' here"),
        ] {
            let found = session.output("\(begin) \(change) out: \"\(folder)\"")
            XCTAssertTrue(found.contains("holds another evaluation") && found.contains(says), "\(change): \(found)")
        }
        let prompts = session.output("evaluate sd prompts: \"safe\" count: 2 pictures: 1 steps: 2 out: \"\(folder)\"")
        XCTAssertTrue(prompts.contains("prompts '6 prompts, ") && prompts.contains("'2 prompts, "), prompts)
        let model = session.output(
            """
            t = trainer(sd, reward: (image, prompt) -> mean(image[0]), prompts: ["a dog", "a cat"], rounds: 1, group: 2, round_prompts: 1, steps: 3, train_steps: 1, updates: 1, rate: 0.1, seed: 1)
            train t
            evaluate t.policy \(asked) out: "\(folder)"
            """)
        XCTAssertTrue(model.contains("weights '"), model)
        // A threshold is no part of what is judged.
        XCTAssertFalse(session.output("e = \(begin) threshold: 0.7 out: \"\(folder)\"").contains("error"))
        let foreign = temporaryFolder()
        try Data("x".utf8).write(to: foreign.appendingPathComponent("notes.txt"))
        let refused = session.output("\(begin) out: \"\(foreign.path)\"")
        XCTAssertTrue(refused.contains("is no folder of an evaluation"), refused)
        try Data("{\"number\": 0\n".utf8).write(to: URL(fileURLWithPath: folder + "/judged.jsonl"))
        let damaged = session.output("\(begin) out: \"\(folder)\"")
        XCTAssertTrue(damaged.contains("line 1 of '") && damaged.contains("is no JSON"), damaged)
    }

    func testEveryPictureIsKeptOnRequest() throws {
        let folder = temporaryFolder().path + "/kept"
        let session = Session()
        _ = session.output(
            "e = evaluate (load \"emoji-sd\") prompts: \"weapon\" count: 2 pictures: 2 steps: 2 keep: 0 out: \"\(folder)\" png: true"
        )
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: folder + "/pictures").sorted(),
            (0..<4).map { "00000\($0).png" })
        XCTAssertEqual(session.output("print (load \"\(folder)/pictures/000003.png\").shape"), "[3, 64, 64]")
    }
}
