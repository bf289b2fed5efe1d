/// The times of one work, in seconds.
package struct Timing: Equatable {
    package let work: String
    package let ours: Sample
    /// In the order of the benchmark's peers.
    package let peers: [Outcome]
    /// The least time for the arithmetic; nil where that is not counted.
    package let limit: Double?
    /// The most memory each program held while it did the work, in bytes: ours, then the peers'; nil for one that does
    /// not say.
    package let memory: [Int?]

    package init(work: String, ours: Sample, peers: [Outcome], limit: Double? = nil, memory: [Int?] = []) {
        self.work = work
        self.ours = ours
        self.peers = peers
        self.limit = limit
        self.memory = memory
    }

    /// What came of a work in a peer.
    package enum Outcome: Equatable, ExpressibleByFloatLiteral {
        case time(Sample)
        /// It does not do this kind of work.
        case notDone
        /// It died, gave no answer in time, or reported an error.
        case failed
        /// Its result is another than ours: not the same work.
        case different

        package init(floatLiteral seconds: Double) { self = .time(Sample(floatLiteral: seconds)) }

        /// For a cell without a time.
        var word: String {
            switch self {
            case .time, .notDone: "–"
            case .failed: "failed"
            case .different: "differs"
            }
        }

        package var sample: Sample? {
            if case .time(let sample) = self { sample } else { nil }
        }
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
