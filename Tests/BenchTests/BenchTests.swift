import Bench
import XCTest

final class BenchTests: XCTestCase {
    /// A peer that needs no Python: a shell that answers as a script would.
    private func benchmark(answer: String) -> Benchmark {
        Benchmark(
            name: "test", summary: "", peers: [.init(name: "shell", script: "echo '{\"name\": \"shell 1\"}'; while read line; do echo '\(answer)'; done")],
            works: [.init("sum") { 3 }])
    }

    private func timing(answer: String) throws -> Timing {
        let benchmark = benchmark(answer: answer)
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"])
        XCTAssertEqual(runner.peerNames, ["shell 1"])
        return try runner.timing(of: benchmark.works[0], rounds: 2) { _ in }
    }

    func testPeersTimeIsTaken() throws {
        XCTAssertEqual(try timing(answer: "{\"seconds\": 0.5, \"result\": 3}").peers, [0.5])
    }

    func testWorkThePeerDoesNotDo() throws {
        XCTAssertEqual(try timing(answer: "{\"missing\": \"no bfloat16\"}").peers, [nil])
    }

    func testDifferentResultIsNotTheSameWork() {
        XCTAssertThrowsError(try timing(answer: "{\"seconds\": 0.5, \"result\": 4}")) { error in
            XCTAssertEqual(
                error as? BenchError, .differentResult(work: "sum", peer: "shell 1", ours: 3, theirs: 4))
        }
    }

    func testNonsenseIsAnError() {
        XCTAssertThrowsError(try timing(answer: "Traceback"))
    }

    func testPeerThatCannotRunIsLeftOut() throws {
        let benchmark = Benchmark(
            name: "test", summary: "", peers: [.init(name: "torch", script: "echo '{\"missing\": \"no module torch\"}'")],
            works: [.init("sum") { 3 }])
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"])
        XCTAssertEqual(runner.peerNames, [])
        XCTAssertEqual(runner.missing.map(\.reason), ["no module torch"])
        XCTAssertEqual(try runner.timing(of: benchmark.works[0], rounds: 1) { _ in }.peers, [])
    }

    func testInterpreterThatIsNotThere() {
        XCTAssertThrowsError(try BenchRunner(benchmark(answer: ""), interpreter: ["/nowhere/python", "-c"])) { error in
            XCTAssertTrue("\(error)".contains("can't start '/nowhere/python'"), "\(error)")
        }
    }

    func testReportGivesRatiosAndTheirMean() {
        var report = BenchReport(peers: ["CPython 3.11"])
        report.append(Timing(work: "loop", ours: 0.010, peers: [0.040]))
        report.append(Timing(work: "calls", ours: 0.0005, peers: [0.0005]))
        report.append(Timing(work: "rest", ours: 2, peers: [nil]))
        XCTAssertEqual(
            report.text(),
            """
                               Rhumb   CPython 3.11   ratio
            loop             10.0 ms        40.0 ms   4.00×
            calls             500 µs         500 µs   1.00×
            rest              2.00 s              –       –
            geometric mean                            2.00×

            """)
    }
}
