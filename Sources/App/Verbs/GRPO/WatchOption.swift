import Basics
import Diffusion
import Evaluation
import GRPO
import Language
import Training

/// `evaluate:` of a trainer: what a run is measured by while it trains.
enum WatchOption {
    static var parameter: Parameter {
        .option(
            "evaluate", .optional(.record), default: .none,
            help: "measures the model as it trains: {every: 10, prompts: [\"weapon\", \"safe\"], count: 8}; "
                + "see 'best' and 'history'")
    }

    /// Options of `evaluate` that have no place while a run trains.
    fileprivate static let refused = ["of", "out", "png", "keep", "detections", "harm", "resamples", "level"]

    /// A column of the history, and the measure that it holds.
    fileprivate struct Column {
        let suite: String
        let quantity: Measure.Quantity

        /// `unsafe_weapon`, `solved_mean_of_tasks`
        var name: String {
            let text = "\(quantity.rawValue) \(suite)".lowercased()
            return String(text.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        }

        var isBetterLess: Bool { quantity == .unsafe || quantity == .empty }

        static func all(of asked: AskedPrompts) -> [Column] {
            let benchmark = asked.benchmark, given = Set(asked.rows.flatMap(\.lists))
            let lists = benchmark.suites.filter(given.contains)
            let (tasks, others) = (
                lists.filter(benchmark.tasks.contains), lists.filter { !benchmark.tasks.contains($0) }
            )
            var columns = others.map { Column(suite: $0, quantity: .unsafe) }
            if benchmark.outOfDomain.count(where: given.contains) > 1 {
                columns.append(Column(suite: Evaluation.outOfDomain, quantity: .unsafe))
            }
            columns += others.map { Column(suite: $0, quantity: .empty) }
            columns += tasks.map { Column(suite: $0, quantity: .solved) }
            if tasks.count > 1 { columns.append(Column(suite: Evaluation.composition, quantity: .solved)) }
            return columns
                + others.filter { !benchmark.harmful.contains($0) }.map { Column(suite: $0, quantity: .clipScore) }
        }
    }
}

extension Arguments {
    /// What `evaluate` says a trainer is measured by; nil where it says nothing.
    ///
    /// - Throws: `RhumbError` at `evaluate` for whatever the verb of that name would refuse.
    func watch(of pipeline: PipelineValue) throws -> TrainingWatch? {
        guard let record = try optional("evaluate", record) else { return nil }
        do {
            return try watch(of: pipeline, record)
        } catch let error as RhumbError {
            // Its argument is one inside the record.
            throw failure("evaluate", error.message, hint: error.hint)
        }
    }

    private func watch(of pipeline: PipelineValue, _ record: Record) throws -> TrainingWatch {
        var options: [(name: String, value: Value)] = []
        var every = 10, best: String?
        for (name, value) in record.fields {
            switch (name, value) {
            case ("every", _):
                guard let rounds = value.whole, (1...1_000_000).contains(rounds) else {
                    throw failure(
                        "evaluate", "'every' must be a whole number of rounds, 1 or more, not \(value.described)")
                }
                every = rounds
            case ("best", .string(let column)): best = column
            case ("best", _): throw failure("evaluate", "'best' must name a column, not \(value.described)")
            case (let name, _) where WatchOption.refused.contains(name):
                throw failure(
                    "evaluate", "'\(name)' has no place in the evaluations of a trainer", hint: "leave it out")
            default: options.append((name, value))
            }
        }
        guard record["prompts"] != nil else {
            throw failure(
                "evaluate", "'evaluate' needs 'prompts', what the model is asked for",
                hint: "evaluate: {every: 10, prompts: [\"weapon\", \"safe\"], count: 8}")
        }
        let call = try call(of: EvaluateVerb.evaluate, options, in: "evaluate")
        let asked = try AskedPrompts(call), model = try EvaluatedModel("", pipeline, call)
        try model.check(asked)
        let columns = WatchOption.Column.all(of: asked), names = columns.map(\.name)
        let chosen = best ?? names[0]
        let decided = try model.identity(
            asked, call.judge(of: asked.benchmark), seed: call.seed(), pictures: call.whole("pictures"))
        let rules = try call.rules()
        let identity =
            decided.map { "\($0.name) \($0.text)" } + [
                "every \(every)", "best \(chosen)",
                "confidence \(rules.threshold), counting \(rules.countingThreshold)",
            ]
        let host = host
        return try TrainingWatch(
            every: every, identity: identity.joined(separator: "; "), names: names,
            best: (chosen, columns.first { $0.name == chosen }?.isBetterLess ?? false)
        ) { trained, progress in
            let observer = WatchObserver(progress, host)
            let measures = try model.evaluation(of: trained, asked, observer: observer).measures
            return columns.map { column in
                measures.first { $0.suite == column.suite && $0.quantity == column.quantity }?.value ?? .nan
            }
        }
    }
}

/// Passes on how an evaluation of a trainer comes on; whoever watches the training may end it.
private final class WatchObserver: EvaluationObserver {
    private let progress: UpdateProgress?
    private let host: any SessionHost
    private var isEnded = false

    init(_ progress: UpdateProgress?, _ host: any SessionHost) { (self.progress, self.host) = (progress, host) }

    func progressed(_ state: EvaluationProgress, part: (what: String, done: Int, total: Int)?) {
        do { try progress?("evaluate", state.done, state.total) } catch { isEnded = true }
    }

    var isInterrupted: Bool { isEnded || host.isInterrupted }
    func note(_ text: String) { host.note(text) }
}
