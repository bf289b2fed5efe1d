import CLIP
import Files
import Foundation
import GRPO
import Servers
import Tensor
import TestSupport
import XCTest

/// A reward that a server of this machine gives.
final class RemoteRewardTests: XCTestCase {
    private func batch() throws -> RewardBatch {
        let pixels = try Tensor((0..<12).map { Float($0) / 11 }, shape: [3, 2, 2])
        return RewardBatch(
            images: [try Image(pixels), try Image(Tensor.zeros([3, 2, 2]))], prompts: ["a dog", "a \"cat\""])
    }

    private func scores(_ server: ScoreServer, timeout: Int = 5, retries: Int = 2) throws -> RewardScores {
        try RemoteReward(server.address, timeout: timeout, retries: retries, firstWait: 0.01).checkedScores(of: batch())
    }

    /// The picture arrives as the PNG that `save` would write, with its prompt.
    func testANumberForEachPicture() throws {
        let server = ScoreServer { json, before in .status(200, before == 0 ? "0.25" : " -3\n") }
        let found = try scores(server)
        XCTAssertEqual(found.totals, [0.25, -3])
        XCTAssertEqual(found.terms.count, 0)
        XCTAssertEqual(server.requests.map { $0["prompt"]?.string }, ["a dog", "a \"cat\""])
        let sent = try XCTUnwrap(server.requests[0]["image"]?.string.flatMap { Data(base64Encoded: $0) })
        let picture = try sent.withUnsafeBytes { try PNG.decode($0, file: "sent") }
        assertClose(picture.tensor.floats, try batch().images[0].tensor.floats, .absolute(0.5 / 255 + 1e-6))
    }

    func testTerms() throws {
        let sum = ScoreServer { _, before in .status(200, "{\"b\": \(before), \"a\": 0.5}") }
        let found = try scores(sum)
        XCTAssertEqual(found.totals, [0.5, 1.5])
        XCTAssertEqual(found.terms.map(\.name), ["a", "b"])
        XCTAssertEqual(found.terms.map(\.values), [[0.5, 0.5], [0, 1]])
        let total = ScoreServer { _, _ in .status(200, "{\"total\": 7, \"a\": 0.5}") }
        XCTAssertEqual(try scores(total).totals, [7, 7])
        XCTAssertEqual(try scores(total).terms.map(\.name), ["a"])
    }

    func testItIsAskedAgain() throws {
        let server = ScoreServer { _, before in
            switch before {
            case 0: .status(503, "warming up")
            case 1: .nothing
            default: .status(200, "1")
            }
        }
        XCTAssertEqual(try scores(server).totals, [1, 1])
        XCTAssertEqual(server.requests.count, 4)
    }

    func testEachFaultIsNamed() throws {
        for (says, answer) in [
            (
                "answered 404, for 'a dog'; what it says: no such path",
                ScoreServer.Answer.status(404, "no such path\nx")
            ),
            ("answered 500, 2 times in a row, for 'a dog'; what it says: nothing", .status(500, "")),
            ("gave no answer (", .nothing), ("gave no answer (", .late(2, "1")),
            ("answered no JSON: <html>", .status(200, "<html>")), ("answered a string", .status(200, "\"1\"")),
            ("answered an array", .status(200, "[1]")), ("answered a string for 'a'", .status(200, "{\"a\": \"1\"}")),
            ("a number that is not finite", .status(200, "NaN")),
            ("'a' that is not finite", .status(200, "{\"a\": Infinity}")), ("answered ", .status(200, "{}")),
            ("answered 302", .status(302, "elsewhere")),
        ] {
            let server = ScoreServer { _, _ in answer }
            XCTAssertThrowsError(try scores(server, timeout: 1, retries: 1), says) {
                XCTAssertTrue("\($0)".contains(says) && "\($0)".contains("the reward at \(server.address)"), "\($0)")
            }
        }
        let changing = ScoreServer { _, before in .status(200, before == 0 ? "{\"a\": 1}" : "{\"b\": 1}") }
        XCTAssertThrowsError(try scores(changing)) {
            XCTAssertTrue("\($0)".contains("gave the terms [\"b\"] after [\"a\"]"), "\($0)")
        }
        let gone = ScoreServer { _, _ in .nothing }
        gone.stop()
        XCTAssertThrowsError(try scores(gone, retries: 0)) {
            XCTAssertTrue("\($0)".contains("gave no answer"), "\($0)")
        }
        XCTAssertThrowsError(try RemoteReward("localhost/score x")) {
            XCTAssertTrue("\($0)".contains("is no address of a web server"), "\($0)")
        }
    }

    func testATrainerLearnsFromIt() {
        let server = ScoreServer { _, before in .status(200, "{\"a\": \(before % 2), \"b\": 1}") }
        XCTAssertEqual(
            Session().output(
                """
                t = trainer (load "emoji-sd") reward: remote("\(server.address)") prompts: ["a dog"] rounds: 1 group: 2 round_prompts: 1 steps: 3 train_steps: 1 updates: 1 seed: 1
                train t;
                print t.history.reward, t.history.a, t.history.b
                """), "[1.5] [0.5] [1]")
        XCTAssertEqual(server.requests.count, 2)
    }
}
