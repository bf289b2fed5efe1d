import Checkpoint
import Glibc

/// Times a benchmark: every round does each work once in every program, so that all of them meet the same weather.
package struct BenchRunner {
    private let benchmark: Benchmark
    /// Peers that could be started, with what they call themselves.
    private let running: [(name: String, process: ChildProcess)]
    /// Peers that could not, and why.
    package let missing: [(name: String, reason: String)]

    /// Starts the peers.
    ///
    /// - Parameter interpreter: the command that runs a peer's script when that is added as the last argument,
    ///   `["python3", "-c"]`; empty times Rhumb alone.
    package init(_ benchmark: Benchmark, interpreter: [String]) throws(BenchError) {
        self.benchmark = benchmark
        var running: [(String, ChildProcess)] = []
        var missing: [(String, String)] = []
        if let program = interpreter.first {
            signal(SIGPIPE, SIG_IGN)
            for peer in benchmark.peers {
                let process = try ChildProcess(program, interpreter.dropFirst() + [peer.script])
                let greeting = process.receiveLine() ?? ""
                let answer = try? JSON(parsing: greeting)
                if let name = answer?["name"]?.string {
                    running.append((name, process))
                } else if let reason = answer?["missing"]?.string {
                    missing.append((peer.name, reason))
                } else {
                    throw .noAnswer(peer: peer.name, to: "its name", came: greeting)
                }
            }
        }
        self.running = running
        self.missing = missing
    }

    package var peerNames: [String] { running.map(\.name) }

    /// - Parameters:
    ///   - rounds: how often each work is done in each program, after one round that warms up and is not counted.
    ///   - onRound: called before each round.
    package func timing(of work: Benchmark.Work, rounds: Int, onRound: (Int) throws -> Void) throws -> Timing {
        var ours: [Double] = []
        var peers = [[Double]](repeating: [], count: running.count)
        var memory = [Int?](repeating: nil, count: running.count + 1)
        func note(_ bytes: Int?, _ program: Int) {
            if let bytes { memory[program] = max(memory[program] ?? 0, bytes) }
        }
        var lastSeconds = Double.infinity
        for round in 0...rounds {
            try onRound(round)
            rest()
            if lastSeconds < benchmark.warmUp { _ = try work.run() }
            if round > 0 { ProcessMemory.forgetPeak() }
            let start = Self.now()
            let result = try work.run()
            lastSeconds = Self.now() - start
            if round > 0 {
                ours.append(lastSeconds)
                note(ProcessMemory.peak, 0)
            }
            for (index, peer) in running.enumerated() {
                rest()
                guard let answer = try ask(peer, work, expecting: result), round > 0 else { continue }
                peers[index].append(answer.seconds)
                note(answer.memory, index + 1)
            }
        }
        return Timing(
            work: work.name, ours: Timing.Sample(ours) ?? .init(floatLiteral: lastSeconds),
            peers: peers.map { Timing.Sample($0) }, limit: work.limit?(), memory: memory)
    }

    private func rest() {
        if benchmark.rest > 0 { usleep(UInt32(benchmark.rest * 1e6)) }
    }

    /// The time a peer takes for the work once, and its memory; nil when it does not do it.
    private func ask(
        _ peer: (name: String, process: ChildProcess), _ work: Benchmark.Work, expecting result: Double
    ) throws -> (seconds: Double, memory: Int?)? {
        let line = peer.process.send(line: work.name) ? peer.process.receiveLine() ?? "" : ""
        let answer = try? JSON(parsing: line)
        if answer?["missing"] != nil { return nil }
        guard let seconds = answer?["seconds"]?.number, let theirs = answer?["result"]?.number else {
            throw BenchError.noAnswer(peer: peer.name, to: work.name, came: line)
        }
        guard abs(theirs - result) <= work.tolerance * max(abs(theirs), abs(result)) else {
            throw BenchError.differentResult(work: work.name, peer: peer.name, ours: result, theirs: theirs)
        }
        return (seconds, answer?["memory"]?.integer)
    }

    /// Seconds on a clock that is never set.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
