extension Benchmark {
    /// Busy loops that work goes on beside.
    package static let neighbourLoops = 2

    /// How much other work on the same cores slows each program down, at short work that wakes its threads often.
    package static func neighbours() throws -> Benchmark {
        let works: [DiffusionWork] = [
            .init(kind: .miniatureUNet, batch: 2, dtype: .float32), .init(kind: .sample, batch: 1, dtype: .float32),
        ]
        return try diffusion(
            works, name: "neighbours",
            summary: "the miniature's UNet and one sample, alone and beside \(neighbourLoops) busy loops",
            // Threads of the one before are asleep by then, so that they are not a neighbour.
            rest: 0.25)
    }
}

/// What comes of ``BenchRunner/timings(of:besideLoops:rounds:budget:)``: a line for each program.
package struct NeighboursReport {
    private let programs: [String]
    private let widths: [Int]

    package init(works: [String], peers: [String]) {
        programs = ["Rhumb"] + peers
        widths = [(works + programs.map { "  " + $0 }).map(\.count).max() ?? 0] + [7, 7, 6]
    }

    package var header: String { BenchReport.line(["", "alone", "beside", "ratio"], widths) }

    /// Medians, for a best time beside others is one without them.
    package func lines(alone: Timing, beside: Timing) -> String {
        func outcomes(_ timing: Timing) -> [Timing.Outcome] { [.time(timing.ours)] + timing.peers }
        var text = alone.work + "\n"
        for (program, (a, b)) in zip(programs, zip(outcomes(alone), outcomes(beside))) {
            let cells = [a, b].map { outcome in
                outcome.sample.map { BenchReport.time($0.median) } ?? outcome.word
            }
            var ratio = "–"
            if let a = a.sample, let b = b.sample { ratio = BenchReport.ratio(b.median / a.median) }
            text += BenchReport.line(["  " + program] + cells + [ratio], widths)
        }
        return text
    }
}
