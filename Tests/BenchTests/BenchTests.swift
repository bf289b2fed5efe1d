import Bench
import TestSupport
import XCTest

/// The conversation with peers, and the order of turns.
final class BenchTests: XCTestCase {
    private func timing(answer: String) throws -> (Timing, troubles: [String]) {
        let benchmark = FakePeer.benchmark(FakePeer.script(run: "echo '\(answer)'"))
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"])
        XCTAssertEqual(runner.peerNames, ["shell 1"])
        XCTAssertEqual(runner.peerDetails, [["sh 0.5"]])
        return (try runner.timing(of: benchmark.works[0], rounds: 2), runner.troubles)
    }

    func testPeersTimeIsTaken() throws {
        XCTAssertEqual(try timing(answer: "{\"seconds\": 0.5, \"result\": 3}").0.peers, [0.5])
    }

    func testWorkThePeerDoesNotDo() throws {
        let (timing, troubles) = try timing(answer: "{\"missing\": \"no bfloat16\"}")
        XCTAssertEqual(timing.peers, [.notDone])
        XCTAssertEqual(troubles, [])
    }

    func testDifferentResultIsNotTheSameWork() throws {
        let (timing, troubles) = try timing(answer: "{\"seconds\": 0.5, \"result\": 4}")
        XCTAssertEqual(timing.peers, [.different])
        XCTAssertEqual(troubles, ["'sum' is not the same work: Rhumb gives 3.0, shell 1 gives 4.0"])
    }

    func testPeerThatCannotRunIsLeftOut() throws {
        let benchmark = FakePeer.benchmark("echo '{\"missing\": \"no module torch\"}'")
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"])
        XCTAssertEqual(runner.peerNames, [])
        XCTAssertEqual(runner.missing.map(\.reason), ["no module torch"])
        XCTAssertEqual(runner.troubles, [])
        XCTAssertEqual(try runner.timing(of: benchmark.works[0], rounds: 1).peers, [])
    }

    func testInterpreterThatIsNotThere() {
        let benchmark = FakePeer.benchmark("")
        XCTAssertThrowsError(try BenchRunner(benchmark, interpreter: ["/nowhere/python", "-c"])) { error in
            XCTAssertTrue("\(error)".contains("can't start '/nowhere/python'"), "\(error)")
        }
    }

    /// One process for all rows, asked in turns: each answer's time is the number of requests its process has seen.
    func testOneProcessServesAllRowsInTurns() throws {
        let count = "n=$((n+1)); echo \"{\\\"seconds\\\": $n, \\\"result\\\": 3}\""
        let benchmark = FakePeer.benchmark(FakePeer.script(run: count), works: ["first", "second"])
        var turns: [BenchRunner.Turn] = []
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"]) { turn in
            if turn != turns.last { turns.append(turn) }
        }
        // The first of three requests a row warms up and is not counted.
        let first = try runner.timing(of: benchmark.works[0], rounds: 2)
        XCTAssertEqual(first.peers.map(\.sample), [.init([2, 3])])
        let second = try runner.timing(of: benchmark.works[1], rounds: 2)
        XCTAssertEqual(second.peers.map(\.sample), [.init([5, 6])])
        let row = turns.filter { $0.work == "first" }
        XCTAssertEqual(row.map(\.program), (0..<4).flatMap { _ in ["Rhumb", "shell 1"] })
        XCTAssertEqual(row.map(\.done), Array(0..<8))
        XCTAssertEqual(Set(row.map(\.total)), [8])
    }

    func testNoRoundBeginsAfterTheBudget() throws {
        var calls = 0
        let benchmark = Benchmark(
            name: "test", summary: "", peers: [],
            works: [
                .init("count") {
                    calls += 1; return 1
                }
            ])
        _ = try BenchRunner(benchmark, interpreter: []).timing(of: benchmark.works[0], rounds: 9, budget: 0)
        XCTAssertEqual(calls, 2, "one that warms up, and the one that counts")
    }

    func testShortWorkIsWarmedUpAndLongWorkIsNot() throws {
        var calls = 0
        let benchmark = Benchmark(
            name: "test", summary: "", peers: [],
            works: [
                .init("count") {
                    calls += 1; return 1
                }
            ], warmUp: 1)
        _ = try BenchRunner(benchmark, interpreter: []).timing(of: benchmark.works[0], rounds: 2)
        XCTAssertEqual(calls, 5, "the first round finds out how long it takes; the two that count run twice")
    }

    func testMemoryIsTaken() throws {
        let (timing, _) = try timing(answer: "{\"seconds\": 0.5, \"result\": 3, \"memory\": 2500000}")
        XCTAssertEqual(timing.memory.count, 2)
        XCTAssertGreaterThan(try XCTUnwrap(timing.memory[0]), 1_000_000)
        XCTAssertEqual(timing.memory[1], 2_500_000)
    }
}
