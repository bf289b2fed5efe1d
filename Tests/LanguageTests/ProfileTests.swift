import Basics
import Language
import TestSupport
import XCTest

/// `profile` and `time`: what they count, and that nothing of them stays.
final class ProfileTests: XCTestCase {
    private let host = CollectingHost()
    private lazy var interpreter = Interpreter(registry: .withBuiltins(), host: host)

    private func run(_ text: String) throws { try interpreter.run(Source(name: "test", text: text)) }

    /// The calls of each thing that the last profile lists.
    private func calls() throws -> [String: Int] {
        let lines = try XCTUnwrap(host.notes.last).split(separator: "\n").dropFirst(2)
        var calls: [String: Int] = [:]
        for line in lines {
            // Times are a number and a unit: self, total, calls, name.
            let words = line.split(separator: " ")
            guard words.count >= 6, let count = Int(words[4]) else { continue }
            calls[words[5...].joined(separator: " ")] = count
        }
        return calls
    }

    func testCallsOfFunctionsAndVerbsAreCounted() throws {
        try run("func fib(n) {\n if n < 2 { return n }\n return fib(n - 1) + fib(n - 2)\n}\nprofile x = fib(10)")
        XCTAssertTrue(interpreter["x"]!.isEqual(to: 55))
        // 2 fib(11) - 1 calls.
        XCTAssertEqual(try calls(), ["fib()": 177])
        // Verbs in inner loops have a faster way, which a profile sees as well; so has what another verb calls.
        try run("func fill() {\n xs = []\n for i in 0..100 { xs = append(xs, sqrt(i)) }\n}\nprofile fill()")
        XCTAssertEqual(try calls(), ["append": 100, "fill()": 1, "sqrt": 100])
        try run("xs = []\nprofile for i in 0..3 { xs = append(xs, sqrt(i)) }")
        XCTAssertEqual(try calls(), ["append": 3, "sqrt": 3])
        try run("profile ys = map([1, 4, 9], sqrt)")
        XCTAssertEqual(try calls(), ["map": 1, "sqrt": 3])
        try run("profile ys = map([1, 4], x -> sort([x]))")
        XCTAssertEqual(try calls(), ["map": 1, "function in line 1": 2, "sort": 2])
        XCTAssertTrue(interpreter["ys"]!.isEqual(to: [[1], [4]]))
    }

    func testAnOptionOfAVerbIsCountedOnce() throws {
        try run("profile x = sort([3, 1], descending: true)")
        XCTAssertEqual(try calls().values.reduce(0, +), 1)
    }

    /// Self times add up to the time in all; of calls within calls the outermost counts.
    func testTimesOfScopesAddUp() throws {
        let profile = try XCTUnwrap(Profile.begin())
        func spin(_ seconds: Double) {
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end {}
        }
        profile.enter(.verb, "outer")
        spin(0.01)
        profile.enter(.function, "f", depth: 1)
        profile.enter(.function, "f", depth: 2)
        spin(0.02)
        profile.count(.init(float32: 5))
        profile.leave()
        profile.leave()
        profile.leave()
        profile.end()
        XCTAssertNil(Profile.current)
        let outer = profile.rows[0], f = profile.rows[1]
        XCTAssertEqual(profile.rows.map(\.calls), [1, 2])
        XCTAssertEqual(outer.own + f.own, outer.total, accuracy: 1e-6)
        XCTAssertEqual(f.own, f.total, accuracy: 1e-6)
        XCTAssertGreaterThan(f.total, 0.0199)
        XCTAssertGreaterThan(outer.own, 0.0099)
        XCTAssertEqual([outer, f].map(\.work.float32), [5, 5])
        XCTAssertEqual(profile.work, .init(float32: 5))
    }

    func testMemoryOfTensorsIsThatOfTheCall() throws {
        let before = TensorMemory.peak
        defer { TensorMemory.peak = before }
        let profile = try XCTUnwrap(Profile.begin())
        func take(_ bytes: Int) {
            TensorMemory.used += bytes
            TensorMemory.peak = max(TensorMemory.peak, TensorMemory.used)
        }
        profile.enter(.verb, "outer")
        take(100)
        profile.enter(.operation, "inner")
        take(1000)
        take(-1000)
        profile.leave()
        take(200)
        profile.leave()
        profile.end()
        take(-300)
        XCTAssertEqual(profile.rows.map(\.bytes), [1100, 1000])
    }

    func testAnErrorOrAReturnEndsIt() throws {
        XCTAssertThrowsError(
            try run("func bad(n) {\n if n == 0 { return [1][7] }\n return bad(n - 1)\n}\nprofile bad(5)"))
        XCTAssertNil(Profile.current)
        try run("func early() {\n profile for i in 0..3 { return len([1, 2]) }\n}\nx = early()")
        XCTAssertNil(Profile.current)
        XCTAssertTrue(interpreter["x"]!.isEqual(to: 2))
        // The rest of the program is not counted, and another profile can be taken.
        try run("profile y = len([1])")
        XCTAssertEqual(try calls(), ["len": 1])
        XCTAssertThrowsError(try run("profile map([1], func(x) {\n profile len([x])\n})"))
        XCTAssertNil(Profile.current)
        XCTAssertThrowsError(try run("func inner() { profile len([1]) }\nprofile inner()")) {
            XCTAssertEqual(($0 as? Diagnostic)?.message, "'profile' can't run within another 'profile'")
        }
    }

    func testDeepCallsAreRefusedAsEver() throws {
        let deep = "func down(n) { return 1 + down(n + 1) }\n"
        for text in ["down(0)", "profile down(0)"] {
            XCTAssertThrowsError(try run(deep + text)) {
                XCTAssertEqual(($0 as? Diagnostic)?.message, "calls are nested too deeply")
            }
        }
        XCTAssertNil(Profile.current)
    }

    func testTheShareOfThePeakIsThatOfTheArithmetic() throws {
        final class FastHost: SessionHost {
            var notes: [String] = []
            func write(_ text: String) {}
            func note(_ text: String) { notes.append(text) }
            var peakRate: (float32: Double, bfloat16: Double)? { (1e9, 4e9) }
        }
        let registry = Registry.withBuiltins()
        registry.add(
            Verb("work", family: "test", summary: "work") { _ in
                let end = ContinuousClock.now + .seconds(0.1)
                while ContinuousClock.now < end {}
                // A tenth of what can be done meanwhile in float32, and twice as much in bfloat16.
                Profile.current?.count(.init(float32: 1e7, bfloat16: 8e7))
                return .none
            })
        let host = FastHost()
        let interpreter = Interpreter(registry: registry, host: host)
        try interpreter.run(Source(name: "test", text: "profile work()"))
        let note = try XCTUnwrap(host.notes.last)
        let shares = note.matches(of: /(\d+)%/).compactMap { Int($0.1) }
        XCTAssertEqual(shares.count, 2, note)
        // 0.03 s of arithmetic in 0.1 s; a busy machine takes longer.
        XCTAssertTrue(shares.allSatisfy { (15...30).contains($0) }, note)
        XCTAssertTrue(note.contains("1 GFLOP/s in float32 and 4 GFLOP/s in bfloat16"), note)
    }

    func testTimeTellsTheMostMemory() throws {
        try XCTSkipIf(ProcessMemory.peak == nil, "the system does not say")
        try run("time x = 1")
        let note = try XCTUnwrap(host.notes.last)
        XCTAssertNotNil(note.wholeMatch(of: /took [^;]+; peak memory [\d.]+ [MG]B(, [^ ]+ . more than before)?/), note)
        guard ProcessMemory.forgetPeak(), let before = ProcessMemory.peak else { return }
        let size = 64 << 20
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
        memset(block, 1, size)
        block.deallocate()
        let more = try XCTUnwrap(ProcessMemory.peak) - before
        XCTAssertGreaterThan(more, size * 9 / 10)
        XCTAssertLessThan(more, size * 3 / 2)
    }
}
