/// The same work done by Rhumb and by other programs, timed in one run.
package struct Benchmark {
    /// What `rhumb bench` calls it.
    package let name: String
    /// One line without a full stop.
    package let summary: String
    package let peers: [Peer]
    package let works: [Work]
    /// Seconds of rest before each program's turn: threads of the one before may still be looking for work.
    package let rest: Double
    /// Works that take less than this many seconds are done once more before each timing, untimed.
    package let warmUp: Double

    package init(name: String, summary: String, peers: [Peer], works: [Work], rest: Double = 0, warmUp: Double = 0) {
        self.name = name
        self.summary = summary
        self.peers = peers
        self.works = works
        self.rest = rest
        self.warmUp = warmUp
    }

    /// One piece of work, done again and again.
    package struct Work {
        /// What the peer scripts know it by, too.
        package let name: String
        /// Does the work once and gives its result, which a peer must reproduce: to this relative tolerance.
        package let run: () throws -> Double
        package let tolerance: Double
        /// The least time it can take: its arithmetic at this machine's peak, in seconds.
        package let limit: (() -> Double)?

        package init(
            _ name: String, tolerance: Double = 1e-9, limit: (() -> Double)? = nil, run: @escaping () throws -> Double
        ) {
            self.name = name
            self.tolerance = tolerance
            self.limit = limit
            self.run = run
        }
    }

    /// Another program that can do the work: a Python script.
    ///
    /// Its first line of output is a JSON object `{"name": "CPython 3.11.7"}`, or `{"missing": "why"}` when it can't
    /// run here. Then, for every name of a work on its standard input, it does that work once and answers with a line
    /// `{"seconds": 0.123, "result": 832040}`, or `{"missing": "why"}` for work it does not do. Where it knows them, the
    /// most bytes it held meanwhile stand beside as `"memory"`.
    package struct Peer {
        package let name: String
        package let script: String

        package init(name: String, script: String) {
            self.name = name
            self.script = script
        }
    }
}

/// The times of one work, in seconds.
package struct Timing: Equatable {
    package let work: String
    package let ours: Sample
    /// In the order of the benchmark's peers; nil when a peer does not do this work.
    package let peers: [Sample?]
    package let limit: Double?
    /// The most memory each program held while it did the work, in bytes: ours, then the peers'; nil for one that does
    /// not say.
    package let memory: [Int?]

    package init(work: String, ours: Sample, peers: [Sample?], limit: Double? = nil, memory: [Int?] = []) {
        self.work = work
        self.ours = ours
        self.peers = peers
        self.limit = limit
        self.memory = memory
    }

    /// What one program took, over the rounds.
    package struct Sample: Equatable, ExpressibleByFloatLiteral {
        package let best: Double
        package let median: Double

        package init(floatLiteral seconds: Double) { self.init([seconds])! }

        /// - Returns: nil for no times.
        package init?(_ seconds: [Double]) {
            let sorted = seconds.sorted()
            guard let first = sorted.first else { return nil }
            best = first
            median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
    }
}

/// What can go wrong between two programs. The sentences stand here.
package enum BenchError: Error, Equatable, CustomStringConvertible {
    case cannotStart(program: String, reason: String)
    /// The peer ended or answered something else than a line of JSON.
    case noAnswer(peer: String, to: String, came: String)
    case differentResult(work: String, peer: String, ours: Double, theirs: Double)

    package var description: String {
        switch self {
        case .cannotStart(let program, let reason): "can't start '\(program)': \(reason)"
        case .noAnswer(let peer, let request, let came):
            "'\(peer)' gave no time for '\(request)'" + (came.isEmpty ? "" : " but: \(came)")
        case .differentResult(let work, let peer, let ours, let theirs):
            "'\(work)' is not the same work: Rhumb gives \(ours), \(peer) gives \(theirs)"
        }
    }
}
