import ArgumentParser
import Bench
import Console
import Glibc
import Language
import Notebook

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Time Rhumb against other programs at the same work, in one run.",
        discussion: "Without a name, the benchmarks there are.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "Which benchmark.", completion: .list(benchmarkNames))
    var name: String?

    @Option(help: ArgumentHelp("A Python to compare with; without it Rhumb is timed alone.", valueName: "program"))
    var python: String?

    @Option(help: ArgumentHelp("How often each work is done; the best time counts.", valueName: "count"))
    var rounds = 5

    @Option(help: ArgumentHelp("Only works whose name has this in it, such as \"batch 2\".", valueName: "text"))
    var only: String?

    /// Every benchmark there is; a new one goes here.
    private static let benchmarks: [String: @Sendable () throws -> Benchmark] = [
        "clip": { .clip() },
        "diffusion": { try .diffusion() },
        "language": { .language(registry: .withBuiltins()) },
    ]
    private static var benchmarkNames: [String] { benchmarks.keys.sorted() }

    func validate() throws {
        if rounds < 1 { throw ValidationError("'--rounds' takes a number from 1, not \(rounds)") }
        if let name, Self.benchmarks[name] == nil {
            throw ValidationError("there is no benchmark '\(name)'; benchmarks: \(Self.benchmarkNames.joined(separator: ", "))")
        }
    }

    func run() throws {
        guard let name, let make = Self.benchmarks[name] else {
            for name in Self.benchmarkNames { print("\(name)  \(try Self.benchmarks[name]?().summary ?? "")") }
            return
        }
        _ = Workbench(common)
        let benchmark = try make()
        let works = benchmark.works.filter { work in only.map { work.name.contains($0) } ?? true }
        if works.isEmpty, let only { throw ValidationError("no work of '\(name)' has '\(only)' in its name") }
        let runner = try BenchRunner(benchmark, interpreter: python.map { [$0, "-c"] } ?? [])
        for peer in runner.missing { ConsoleFront.remark("\(peer.name) is left out: \(peer.reason)\n") }
        var report = BenchReport(peers: runner.peerNames, medians: true)
        let progress = ProgressLine()
        for work in works {
            report.append(
                try runner.timing(of: work, rounds: rounds) { round in
                    if Interrupt.isRequested { throw Failure.Shown(code: 130) }
                    progress.show(StepProgress(work.name, done: round, total: rounds + 1))
                })
            progress.end()
        }
        print(report.text(), terminator: "")
    }
}
