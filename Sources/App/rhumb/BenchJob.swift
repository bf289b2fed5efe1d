import Basics
import Bench
import Console
import Glibc
import Language
import Notebook
import Tensor

/// Runs benchmarks and prints each row as it comes to be known.
struct BenchJob {
    /// Nil for Rhumb alone.
    let python: String?
    let rounds: Int
    let isQuick: Bool
    /// Seconds that another program may take for an answer.
    let timeout: Double
    let wantsLive: Bool
    let isWanted: (Benchmark.Work) -> Bool

    /// Seconds for a row's rounds with `--quick`, and beside busy loops.
    private static let quickBudget = 8.0, neighboursBudget = 10.0
    /// An answer to work this short has no business taking longer beside busy loops.
    private static let neighboursTimeout = 60.0

    /// - Returns: false when a program failed at a row.
    func run(_ benchmark: Benchmark) throws -> Bool {
        let isNeighbours = benchmark.name == "neighbours"
        let works = benchmark.works.filter(isWanted)
        for line in heading(of: benchmark) { write(line + "\n") }
        let progress = ProgressLine(wantsLive: wantsLive)
        defer { progress.end() }
        limitPeers()
        let runner = try interruptible {
            try BenchRunner(
                benchmark, interpreter: python.map { [$0, "-c"] } ?? [],
                timeout: isNeighbours ? min(timeout, Self.neighboursTimeout) : timeout
            ) { turn in
                if Interrupt.isRequested { throw Interruption() }
                let label = turn.work.isEmpty ? "starting \(turn.program)" : turn.work
                let detail = turn.work.isEmpty ? "" : turn.program
                progress.show(StepProgress(label, done: turn.done, total: turn.total, detail: detail))
            }
        }
        progress.end()
        for peer in runner.missing { ConsoleFront.remark("\(peer.name) is left out: \(peer.reason)\n") }
        for (name, details) in zip(runner.peerNames, runner.peerDetails) {
            write(name + (details.isEmpty ? "" : " on " + details.joined(separator: ", ")) + "\n")
        }
        write(method(isNeighbours) + "\n\n")
        if isNeighbours {
            try printNeighbours(works, runner, progress)
        } else {
            try printRows(works, runner, progress)
        }
        leftOut(benchmark.works.filter { !isWanted($0) }, of: benchmark.works.count).map { write("\n" + $0 + "\n") }
        return runner.troubles.isEmpty
    }

    private func printRows(_ works: [Benchmark.Work], _ runner: BenchRunner, _ progress: ProgressLine) throws {
        var report = BenchReport(
            works: works.map(\.name), peers: runner.peerNames, medians: true,
            limits: works.contains { $0.arithmetic != nil })
        write(report.header)
        var said = runner.troubles.count
        do {
            for work in works {
                let timing = try runner.timing(
                    of: work, rounds: rounds, budget: isQuick ? Self.quickBudget : .infinity)
                progress.end()
                write(report.append(timing))
                sayTroubles(of: runner, &said)
            }
        } catch is Interruption {
            progress.end()
            if !report.timings.isEmpty { write(report.closing) }
            throw Failure.Shown(code: 130)
        }
        write(report.closing)
        let agreements = works.compactMap { runner.agreements[$0.name] }
        if !agreements.isEmpty { write("\n" + agreements.map { $0 + "\n" }.joined()) }
    }

    private func printNeighbours(_ works: [Benchmark.Work], _ runner: BenchRunner, _ progress: ProgressLine) throws {
        let report = NeighboursReport(works: works.map(\.name), peers: runner.peerNames)
        write(report.header)
        var said = runner.troubles.count
        for work in works {
            let (alone, beside) = try interruptible {
                try runner.timings(
                    of: work, besideLoops: Benchmark.neighbourLoops, rounds: rounds, budget: Self.neighboursBudget)
            }
            progress.end()
            write(report.lines(alone: alone, beside: beside))
            sayTroubles(of: runner, &said)
        }
    }

    private func interruptible<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch is Interruption { throw Failure.Shown(code: 130) }
    }

    private func sayTroubles(of runner: BenchRunner, _ said: inout Int) {
        for trouble in runner.troubles.dropFirst(said) { ConsoleFront.remark(trouble + "\n") }
        said = runner.troubles.count
    }

    /// What `--isa` holds back here, the other programs hold back too: the variables of PyTorch and of oneDNN, inside
    /// it and inside OpenVINO.
    private func limitPeers() {
        guard Engine.instructionSet == .avx2, let best = Engine.processorSet, best > .avx2 else { return }
        setenv("ATEN_CPU_CAPABILITY", "avx2", 0)
        for name in ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"] { setenv(name, "AVX2", 0) }
    }

    // MARK: What stands around the rows

    /// What is timed, and what it runs on.
    private func heading(of benchmark: Benchmark) -> [String] {
        let machine = Machine.current()
        let libraries = Engine.libraries.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
        return [
            "\(benchmark.name): \(benchmark.summary)",
            "\(machine.processor), \(Words.count(machine.processorCount, "processor")), \(Words.count(Engine.threads, "thread")), "
                + Engine.instructionSet.name,
            "Rhumb \(Rhumb.version) on \(libraries)",
        ]
    }

    private func method(_ isNeighbours: Bool) -> String {
        if isNeighbours {
            return
                "median of up to \(Words.count(rounds, "round")), in each of which the programs take turns, alone and "
                + "beside \(Benchmark.neighbourLoops) busy loops; no further round after \(Int(Self.neighboursBudget)) s"
        }
        return
            "best (median) of \(isQuick ? "up to " : "")\(Words.count(rounds, "round")), in each of which the programs take "
            + "turns" + (isQuick ? "; no further round after \(Int(Self.quickBudget)) s" : "")
    }

    /// What `--quick` does not time; nil where that is nothing.
    private func leftOut(_ works: [Benchmark.Work], of total: Int) -> String? {
        guard isQuick, !works.isEmpty else { return nil }
        return "--quick leaves out \(works.count) of \(Words.count(total, "row")):\n"
            + works.map { "  \($0.name)" }.joined(separator: "\n")
    }

    /// At once, into pipes too.
    private func write(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }
}
