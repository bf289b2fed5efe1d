import Basics
import Glibc

/// Times a benchmark: every round does each work once in every program in turn, so that all meet the same weather.
package final class BenchRunner {
    /// What is going on, for a line of progress.
    package struct Turn: Equatable {
        /// The row, or empty while programs start.
        package let work: String
        package let program: String
        /// Turns that are over, and how many the row has.
        package let done: Int
        package let total: Int
    }

    private let benchmark: Benchmark
    private let watch: (Turn) throws -> Void
    private var turn = Turn(work: "", program: "", done: 0, total: 0)
    /// Turns of the row under way, those in which models are made included.
    private var total = 0
    private var running: [BenchPeer] = []
    /// Peers that can't run here, and why.
    package private(set) var missing: [(name: String, reason: String)] = []
    /// Rows that a program could not do as it should, each said once.
    package private(set) var troubles: [String] = []
    /// How far a row's last results agree where they were compared number by number, by the row's name.
    package private(set) var agreements: [String: String] = [:]

    /// Starts all peers at once and waits until they are ready.
    ///
    /// - Parameters:
    ///   - interpreter: the command that runs a peer's script when that is added as the last argument,
    ///     `["python3", "-c"]`; empty times Rhumb alone.
    ///   - timeout: seconds that a peer may take for one answer.
    ///   - watch: called at each turn, and a few times a second while a peer is waited for; what it throws ends the
    ///     work.
    package init(
        _ benchmark: Benchmark, interpreter: [String], timeout: Double = 300,
        watch: @escaping (Turn) throws -> Void = { _ in }
    ) throws {
        (self.benchmark, self.watch) = (benchmark, watch)
        guard !interpreter.isEmpty else { return }
        signal(SIGPIPE, SIG_IGN)
        let peers = benchmark.peers.map { peer in
            BenchPeer(peer, interpreter: interpreter, timeout: timeout) { [unowned self] in try self.wait(for: $0) }
        }
        for peer in peers { try peer.start() }
        for (index, peer) in peers.enumerated() {
            turn = Turn(work: "", program: peer.name, done: index, total: peers.count)
            do {
                try peer.greet()
                running.append(peer)
            } catch let error as BenchPeer.NotDone {
                missing.append((peer.name, error.reason))
            } catch let error as BenchPeer.Trouble {
                missing.append((peer.name, error.reason))
                troubles.append("'\(peer.name)' did not start: \(error.reason)")
            }
        }
    }

    package var peerNames: [String] { running.map(\.name) }
    /// What each peer runs on, such as versions of its libraries.
    package var peerDetails: [[String]] { running.map(\.details) }

    /// - Parameters:
    ///   - rounds: how often each work is done in each program, after one round that warms up and is not counted.
    ///   - budget: seconds after which no further round begins once one is counted.
    package func timing(of work: Benchmark.Work, rounds: Int, budget: Double = .infinity) throws -> Timing {
        var row = Row(peers: running.count)
        total = (rounds + 2) * (running.count + 1)
        try prepare(work, &row)
        let start = BenchClock.now()
        for round in 0...rounds {
            if round > 1, BenchClock.now() - start > budget { break }
            try takeTurns(work, &row, isCounted: round > 0)
        }
        return row.timing(of: work)
    }

    /// The same by itself and beside busy loops: each round once so and once so.
    ///
    /// - Parameter loops: processes that do nothing but keep a core busy.
    package func timings(
        of work: Benchmark.Work, besideLoops loops: Int, rounds: Int, budget: Double
    ) throws -> (alone: Timing, beside: Timing) {
        var alone = Row(peers: running.count)
        total = (2 * rounds + 2) * (running.count + 1)
        try prepare(work, &alone)
        try takeTurns(work, &alone, isCounted: false)
        var beside = alone
        let start = BenchClock.now()
        for round in 1...rounds {
            if round > 1, BenchClock.now() - start > budget { break }
            try takeTurns(work, &alone, isCounted: true)
            beside.outcomes = alone.outcomes
            let loops = try BusyLoops(loops)
            defer { loops.end() }
            try takeTurns(work, &beside, isCounted: true)
            alone.outcomes = beside.outcomes
        }
        return (alone.timing(of: work), beside.timing(of: work))
    }

    /// Once in every program.
    private func takeTurns(_ work: Benchmark.Work, _ row: inout Row, isCounted: Bool) throws {
        try begin(work, "Rhumb")
        let result = try runOurs(work, &row, isCounted: isCounted)
        for (index, peer) in running.enumerated() {
            try begin(work, peer.name)
            let answer = try attempt(peer, work, &row, index) {
                let answer = try peer.run(work.name)
                guard abs(answer.result - result) <= work.tolerance * max(abs(answer.result), abs(result)) else {
                    throw BenchError.differentResult(
                        work: work.name, peer: peer.name, ours: result, theirs: answer.result)
                }
                if let check = work.check { agreements[work.name] = "\(peer.name): \(try check())" }
                return answer
            }
            if isCounted, let answer { row.note(answer.seconds, answer.memory, of: index) }
        }
    }

    /// Has every peer make its model, all at the same time and untimed, and waits for them.
    private func prepare(_ work: Benchmark.Work, _ row: inout Row) throws {
        turn = Turn(work: work.name, program: "Rhumb", done: -1, total: total)
        try begin(work, "Rhumb")
        for (index, peer) in running.enumerated() {
            try attempt(peer, work, &row, index) { try peer.prepare(work.name) }
        }
        for (index, peer) in running.enumerated() {
            try begin(work, peer.name)
            try attempt(peer, work, &row, index) { try peer.awaitReady(for: work.name) }
        }
    }

    private func runOurs(_ work: Benchmark.Work, _ row: inout Row, isCounted: Bool) throws -> Double {
        if row.lastSeconds < benchmark.warmUp { _ = try work.run() }
        if isCounted { ProcessMemory.forgetPeak() }
        let start = BenchClock.now()
        let result = try work.run()
        row.lastSeconds = BenchClock.now() - start
        if isCounted { row.note(row.lastSeconds, ProcessMemory.peak, of: nil) }
        return result
    }

    /// What goes wrong in a peer is its row's, of which nothing more is asked; the rest of the benchmark goes on.
    ///
    /// - Returns: nil for what went wrong.
    @discardableResult
    private func attempt<Result>(
        _ peer: BenchPeer, _ work: Benchmark.Work, _ row: inout Row, _ index: Int, _ body: () throws -> Result
    ) throws -> Result? {
        guard row.outcomes[index] == nil else { return nil }
        do {
            return try body()
        } catch is BenchPeer.NotDone {
            row.outcomes[index] = .notDone
        } catch let error as BenchPeer.Trouble {
            row.outcomes[index] = .failed
            if !error.reason.isEmpty { troubles.append("'\(peer.name)' failed at '\(work.name)': \(error.reason)") }
        } catch let error as BenchError {
            row.outcomes[index] = .different
            troubles.append(error.description)
        }
        return nil
    }

    private func begin(_ work: Benchmark.Work, _ program: String) throws {
        turn = Turn(work: work.name, program: program, done: turn.done + 1, total: total)
        try watch(turn)
        if benchmark.rest > 0 { usleep(UInt32(benchmark.rest * 1e6)) }
    }

    private func wait(for program: String) throws {
        try watch(Turn(work: turn.work, program: program, done: turn.done, total: turn.total))
    }

    /// The times of a row while it is measured.
    private struct Row {
        /// Nil while a peer does its work.
        var outcomes: [Timing.Outcome?]
        var lastSeconds = Double.infinity
        private var seconds: [[Double]]
        private var memory: [Int?]

        init(peers: Int) {
            outcomes = [Timing.Outcome?](repeating: nil, count: peers)
            seconds = [[Double]](repeating: [], count: peers + 1)
            memory = [Int?](repeating: nil, count: peers + 1)
        }

        /// - Parameter peer: nil for Rhumb.
        mutating func note(_ time: Double, _ bytes: Int?, of peer: Int?) {
            let program = peer.map { $0 + 1 } ?? 0
            seconds[program].append(time)
            if let bytes { memory[program] = max(memory[program] ?? 0, bytes) }
        }

        func timing(of work: Benchmark.Work) -> Timing {
            Timing(
                work: work.name, ours: Timing.Sample(seconds[0]) ?? .init(floatLiteral: lastSeconds),
                peers: outcomes.enumerated().map { index, outcome in
                    outcome ?? Timing.Sample(seconds[index + 1]).map { .time($0) } ?? .failed
                }, limit: work.arithmetic.map { PeakRate.seconds(for: $0()) }, memory: memory)
        }
    }
}
