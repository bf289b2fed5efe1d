import Bench
import Glibc
import XCTest

/// Peers that die, hang or talk nonsense: the row says so, the reason is named, and the benchmark goes on.
final class PeerTroubleTests: XCTestCase {
    private let works = ["first", "second", "third"]

    private func outcomes(
        _ script: String, timeout: Double = 20
    ) throws -> (outcomes: [Timing.Outcome], troubles: [String]) {
        let benchmark = FakePeer.benchmark(script, works: works)
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"], timeout: timeout)
        let timings = try benchmark.works.map { try runner.timing(of: $0, rounds: 1) }
        for timing in timings { XCTAssertGreaterThan(timing.ours.best, 0) }
        return (timings.map { $0.peers[0] }, runner.troubles)
    }

    func testPeerThatDiesIsStartedAnewForTheNextRow() throws {
        let dies = """
            case $line in *second*) echo 'Traceback:' >&2; echo 'MemoryError: no room' >&2; exit 7;; esac
            \(FakePeer.right)
            """
        let (outcomes, troubles) = try outcomes(FakePeer.script(run: dies))
        XCTAssertEqual(outcomes, [0.5, .failed, 0.5])
        XCTAssertEqual(troubles, ["'shell 1' failed at 'second': ended with exit code 7: MemoryError: no room"])
    }

    func testPeerThatIsKilledWhileItGetsReady() throws {
        let dies = "case $line in *first*) kill -9 $$;; esac; echo '{\"ready\": true}'"
        let (outcomes, troubles) = try outcomes(FakePeer.script(prepare: dies, run: FakePeer.right))
        XCTAssertEqual(outcomes, [.failed, 0.5, 0.5])
        XCTAssertEqual(troubles, ["'shell 1' failed at 'first': ended by signal 9 (Killed)"])
    }

    func testPeerThatHangsIsEndedAfterItsTime() throws {
        let hangs = "case $line in *first*) sleep 1000;; esac; " + FakePeer.right
        let start = Date()
        let (outcomes, troubles) = try outcomes(FakePeer.script(run: hangs), timeout: 1.5)
        XCTAssertEqual(outcomes, [.failed, 0.5, 0.5])
        XCTAssertEqual(troubles, ["'shell 1' failed at 'first': gave no answer within 1.50 s"])
        XCTAssertLessThan(Date().timeIntervalSince(start), 60)
    }

    /// With the whole family: a shell that is ended alone would leave its `sleep` behind.
    func testWhatAHungPeerHasStartedIsEndedToo() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let hangs = "case $line in *first*) sleep 1000 & echo $! > '\(file.path)'; wait;; esac; " + FakePeer.right
        _ = try outcomes(FakePeer.script(run: hangs), timeout: 1.5)
        let text = try String(contentsOf: file, encoding: .utf8)
        let child = try XCTUnwrap(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        XCTAssertTrue(isGone(child))
    }

    func testPeerIsGivenUpAfterTwoRows() throws {
        let (outcomes, troubles) = try outcomes(FakePeer.script(run: "exit 1"))
        XCTAssertEqual(outcomes, [.failed, .failed, .failed])
        XCTAssertEqual(
            troubles,
            [
                "'shell 1' failed at 'first': ended with exit code 1",
                "'shell 1' failed at 'second': ended with exit code 1; it is given up",
            ])
    }

    func testErrorAfterWhichThePeerGoesOn() throws {
        // The process that failed is the one that goes on: it has seen five requests to run.
        let fails = """
            n=$((n+1))
            case $line in
            *second*) echo '{"failed": "ValueError: no"}';;
            *) echo "{\\"seconds\\": $n, \\"result\\": 3}";;
            esac
            """
        let (outcomes, troubles) = try outcomes(FakePeer.script(run: fails))
        XCTAssertEqual(outcomes, [2.0, .failed, 5.0])
        XCTAssertEqual(troubles, ["'shell 1' failed at 'second': ValueError: no"])
    }

    func testNonsenseIsNamed() throws {
        let (outcomes, troubles) = try outcomes(
            FakePeer.script(run: "case $line in *first*) echo Traceback;; *) \(FakePeer.right);; esac"))
        XCTAssertEqual(outcomes, [.failed, 0.5, 0.5])
        XCTAssertEqual(troubles, ["'shell 1' failed at 'first': answered something else than JSON: Traceback"])
    }

    func testTimeThatIsNoneIsNoTime() throws {
        for answer in [#"{"seconds": 0, "result": 3}"#, #"{"result": 3}"#, #"{"seconds": 0.5}"#] {
            let (outcomes, troubles) = try outcomes(
                FakePeer.script(run: "case $line in *first*) echo '\(answer)';; *) \(FakePeer.right);; esac"))
            XCTAssertEqual(outcomes, [.failed, 0.5, 0.5], answer)
            XCTAssertEqual(troubles.count, 1, answer)
        }
    }

    func testPeerThatDiesBeforeItsNameIsLeftOutByName() throws {
        let benchmark = FakePeer.benchmark("echo 'ImportError: libfoo' >&2; exit 3")
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"])
        XCTAssertEqual(runner.peerNames, [])
        XCTAssertEqual(runner.troubles, ["'shell' did not start: ended with exit code 3: ImportError: libfoo"])
    }

    /// Errors that fill a pipe would stop a peer that nobody listens to.
    func testPeerThatComplainsAtLength() throws {
        let (outcomes, troubles) = try outcomes(
            FakePeer.script(run: "head -c 300000 /dev/zero | tr '\\\\0' 'x' >&2; " + FakePeer.right))
        XCTAssertEqual(outcomes, [0.5, 0.5, 0.5])
        XCTAssertEqual(troubles, [])
    }

    func testWaitEndsWithTheWatch() throws {
        struct Enough: Error {}
        let benchmark = FakePeer.benchmark(FakePeer.script(run: "sleep 1000"))
        var looks = 0
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"]) { turn in
            if turn.program == "shell 1", turn.done > 2 {
                looks += 1
                if looks > 3 { throw Enough() }
            }
        }
        XCTAssertThrowsError(try runner.timing(of: benchmark.works[0], rounds: 1)) { error in
            XCTAssertTrue(error is Enough, "\(error)")
        }
    }

    // MARK: busy loops

    func testBusyLoopsAreBusyUntilTheyAreEnded() throws {
        let mine = "rhumb-bench-\(UUID().uuidString)"
        setenv("RHUMB_TEST_MARK", mine, 1)
        defer { unsetenv("RHUMB_TEST_MARK") }
        let loops = try BusyLoops(2)
        let deadline = Date(timeIntervalSinceNow: 30)
        var busy = 0
        while busy < 2, Date() < deadline {
            usleep(50_000)
            busy = Marked.processes(mine).filter { Marked.ticks($0) >= 5 }.count
        }
        XCTAssertEqual(busy, 2, "each loop has worked for a twentieth of a second")
        loops.end()
        XCTAssertEqual(Marked.processes(mine).filter { !isGone($0) }, [])
    }

    private func isGone(_ process: pid_t) -> Bool {
        for _ in 0..<100 {
            let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            // What has ended but was not waited for, where no init is there to do it.
            if state == nil || state!.contains(") Z ") { return true }
            usleep(20_000)
        }
        return false
    }
}

/// Processes by a mark in their environment.
enum Marked {
    static func processes(_ mark: String) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { process in
            guard process != getpid(), let bytes = FileManager.default.contents(atPath: "/proc/\(process)/environ")
            else { return false }
            return String(decoding: bytes, as: UTF8.self).contains(mark)
        }
    }

    /// Hundredths of a second of work.
    static func ticks(_ process: pid_t) -> Int {
        let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }
}
