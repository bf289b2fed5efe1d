import Foundation
import Language
import TestSupport
import Verbs
import World
import XCTest

/// The verbs of the families `world` and `training`.
final class WorldVerbTests: XCTestCase {
    private final class Host: SessionHost {
        var notes: [String] = []
        var isInterrupted = false
        func write(_ text: String) {}
        func note(_ text: String) { notes.append(text) }
    }

    private let host = Host()
    private lazy var session = Interpreter(registry: .rhumb(), host: host)

    private func value(_ code: String) throws -> Value { try session.run(Source(name: "test", text: code)).value }

    private func text(_ code: String) throws -> String { try value(code).text }

    private func count(_ code: String) throws -> Int? {
        if case .list(let items) = try value(code) { items.count } else { nil }
    }

    private func failure(_ code: String) -> Diagnostic? {
        do {
            _ = try value(code)
            return nil
        } catch { return error as? Diagnostic }
    }

    func testASceneIsAnImageNamedByItsCaption() throws {
        XCTAssertEqual(
            try text("(scene \"a dog left of a red car on a pink background\" seed: 1).name"),
            "a dog left of a red car on a pink background")
        XCTAssertEqual(try text("(scene \"a yellow background\" seed: 1).name"), "a plain yellow background")
        XCTAssertEqual(try text("(scene seed: 3).width"), "64")
        XCTAssertEqual(try text("(scene seed: 3) == (scene seed: 3)"), "true")
        XCTAssertEqual(try text("(scene seed: 3) == (scene seed: 4)"), "false")
        _ = try value("scene()")
        XCTAssertTrue(host.notes.contains { $0.hasPrefix("seed") }, "a drawn seed is told")
    }

    func testTheTruthSaysWhatStandsWhere() throws {
        _ = try value("s = scene [\"knife\", \"cake\"] kind: \"positions\" seed: 5 truth: true")
        XCTAssertEqual(try text("s.kind"), "positions")
        XCTAssertEqual(try text("s.objects.harm"), "[\"weapon\", \"\"]")
        XCTAssertEqual(try text("s.image.name == s.caption"), "true")
    }

    func testDrawnScenesKeepToTheirOptions() throws {
        XCTAssertEqual(try count("scene count: 5 seed: 1"), 5)
        _ = try value("many = scene count: 20 seed: 2 harm: 1 group: \"drug\" kind: \"single\" truth: true")
        XCTAssertEqual(try count("many"), 20)
        for index in 0..<20 {
            XCTAssertEqual(try text("many[\(index)].objects.harm"), "[\"drug\"]")
        }
    }

    func testCaptionsOfATextAndOfAnImage() throws {
        XCTAssertEqual(try count("captions (scene \"three frogs\" seed: 1) count: 6 seed: 2"), 6)
        let captions = try text("captions \"a dog and a knife\" count: 6 seed: 1 abstract: 0")
        XCTAssertTrue(captions.contains("dog") || captions.contains("puppy"), captions)
        XCTAssertEqual(try text("captions \"nothing\" count: 1 seed: 1").contains("dog"), false)
    }

    func testPromptsAreListsOrTables() throws {
        XCTAssertEqual(
            try text("prompts \"weapon\" count: 4"),
            Value.strings(PromptSuite.of(.weapon).prompts(count: 4).map(\.text)).text)
        XCTAssertEqual(try count("(prompts \"weapon\" count: 4 scenes: true).image"), 4)
        XCTAssertEqual(try count("prompts().list"), PromptSuite.all.count)
        XCTAssertEqual(try count("anchors \"safe\""), 5)
        XCTAssertEqual(try count("anchors \"unsafe\" count: 20"), 20)
    }

    func testErrorsNameTheWordAndThePlace() {
        XCTAssertTrue(failure("scene \"a unicorn\" seed: 1")?.message.contains("'unicorn'") ?? false)
        XCTAssertTrue(failure("scene [\"unicorn\"] seed: 1")?.message.contains("'unicorn'") ?? false)
        XCTAssertTrue(failure("scene \"a dog\" kind: \"three\" seed: 1")?.message.contains("kind 'three'") ?? false)
        XCTAssertNotNil(failure("prompts \"weapons\""))
        XCTAssertTrue(failure("prompts \"safe phrases\" scenes: true")?.message.contains("nothing to draw") ?? false)
    }

    func testTrainingStopsAndGoesOn() throws {
        let folder = temporaryFolder()
        _ = try value("whole = train (clip_trainer steps: 4 batch: 4 seed: 1) check: 0")
        _ = try value("t = train (clip_trainer steps: 4 batch: 4 seed: 1) iterations: 2 out: \"\(folder.path)\"")
        XCTAssertEqual(try text("t.step"), "2")
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path + "/clip"))
        host.isInterrupted = true
        XCTAssertThrowsError(try value("train t check: 0 out: \"\(folder.path)\""))
        XCTAssertTrue(host.notes.contains("stopped after step 3 of 4"), "\(host.notes)")
        host.isInterrupted = false
        _ = try value("r = train (resume \"\(folder.path)\") check: 2 out: \"\(folder.path)\"")
        XCTAssertEqual(try text("r.history.loss == whole.history.loss"), "true")
        XCTAssertEqual(try text("embed(r.clip, \"a dog\") == embed(whole.clip, \"a dog\")"), "true")
        for file in ["checkpoint.safetensors", "history.csv", "checks.csv", "clip/config.json", "clip/tokenizer.json"] {
            XCTAssertTrue(FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path), file)
        }
        XCTAssertTrue(failure("step r")?.message.contains("all its 4 steps") ?? false)
    }
}
