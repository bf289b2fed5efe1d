import ArgumentParser
import Bench
import Language
import Tensor

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Time Rhumb against other programs at the same work, in one run.",
        discussion: """
            Without a name: language, clip and diffusion, one after the other. Each row is printed as soon as it is \
            known. With '--python', every program has to come to the same result, and one that fails is named; the \
            exit code is then 1.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("Which benchmark; '--list' names them.", valueName: "name"),
        completion: .list(benchmarkNames))
    var name: String?

    @Option(help: ArgumentHelp("A Python to compare with; without it Rhumb is timed alone.", valueName: "program"))
    var python: String?

    @Flag(help: "A few rows and rounds of each: all three in less than three minutes. Says what it leaves out.")
    var quick = false

    @Option(
        help: ArgumentHelp(
            "How often each work is done; the best time counts. By default 5, 3 with '--quick'.", valueName: "count"))
    var rounds: Int?

    @Option(help: ArgumentHelp("Only works whose name has this in it, such as \"batch 2\".", valueName: "text"))
    var only: String?

    @Option(
        help: ArgumentHelp("How long another program may take for an answer before it is ended.", valueName: "seconds"))
    var timeout = 300.0

    @Flag(help: "Name the benchmarks.")
    var list = false

    /// Every benchmark there is, in the order in which all are done; a new one goes here.
    private static let benchmarks: [(name: String, isOneOfAll: Bool, make: @Sendable () throws -> Benchmark)] = [
        ("language", true, { .language(registry: .withBuiltins()) }),
        ("clip", true, { .clip() }),
        ("diffusion", true, { try .diffusion() }),
        ("neighbours", false, { try .neighbours() }),
        ("update", false, { try .update() }),
    ]
    private static var benchmarkNames: [String] { benchmarks.map(\.name) }

    func validate() throws {
        if let rounds, rounds < 1 { throw ValidationError("'--rounds' must be at least 1, not \(rounds)") }
        // As many seconds as a wait can last, a day, and not a NaN.
        if !(timeout > 0 && timeout <= 86_400) {
            throw ValidationError("'--timeout' must be above 0 and at most 86400 seconds, not \(timeout)")
        }
        if let name, !Self.benchmarkNames.contains(name) {
            let names = Self.benchmarkNames.joined(separator: ", ")
            throw ValidationError("there is no benchmark '\(name)'; benchmarks: \(names)")
        }
    }

    func run() throws {
        let chosen = Self.benchmarks.filter { name.map { [$0] }?.contains($0.name) ?? $0.isOneOfAll }
        if list {
            let width = Self.benchmarkNames.map(\.count).max() ?? 0
            for benchmark in Self.benchmarks {
                print("\(benchmark.name.padded(to: width))  \(try benchmark.make().summary)")
            }
            return
        }
        _ = Workbench(common)
        var benchmarks: [Benchmark] = []
        for entry in chosen {
            let benchmark = try entry.make()
            if benchmark.works.contains(where: isWanted) { benchmarks.append(benchmark) }
        }
        guard !benchmarks.isEmpty else { throw ValidationError(nothingWanted) }
        let job = BenchJob(
            python: python, rounds: rounds ?? (quick ? 3 : 5), isQuick: quick, timeout: timeout,
            wantsLive: !common.noLive, isWanted: isWanted)
        var isFlawless = true
        for (index, benchmark) in benchmarks.enumerated() {
            if index > 0 { print() }
            isFlawless = try job.run(benchmark) && isFlawless
        }
        if !isFlawless { throw Failure.Shown(code: 1) }
    }

    private func isWanted(_ work: Benchmark.Work) -> Bool {
        (!quick || work.isQuick) && (only.map { work.name.contains($0) } ?? true)
    }

    private var nothingWanted: String {
        let place = name.map { " of '\($0)'" } ?? ""
        return "no \(quick ? "quick " : "")work\(place) has '\(only ?? "")' in its name"
    }
}
