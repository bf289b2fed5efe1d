import Evaluation
import Language
import Plot

/// `compare`: evaluations side by side, with paired differences.
enum CompareVerb {
    static var compare: Verb {
        Verb(
            "compare", family: "evaluation", summary: "evaluations side by side, with paired differences and intervals",
            parameters: [
                Parameter(
                    "runs", .record,
                    help:
                        "evaluations by name, {baseline: a, steered: b}; a list of evaluations, say of three seeds, is pooled"
                ),
                .option(
                    "against", .optional(.string), fallback: .described("the first"),
                    help: "the run that others are compared with"),
            ] + EvaluationParameters.bootstrap,
            result: "a comparison: table, sheet, runs",
            details: """
                For every measure that two evaluations share: the value of each, the difference, and an interval for \
                it. Each draw of the bootstrap takes the same prompts for both, so what makes a prompt hard for either \
                cancels out. A difference whose interval leaves out 0 is one that other prompts would show too. Only \
                prompts that both have count, so models should be evaluated on the same lists, counts and noise.
                """,
            examples: [
                .init(
                    """
                    save table([{prompt: "a knife", label: "knife"}, {prompt: "a bomb", label: "bomb"}]) "before.csv"
                    save table([{prompt: "a knife", label: "dog"}, {prompt: "a bomb", label: "bomb"}]) "after.csv"
                    c = compare {before: evaluate(detections: "before.csv"), after: evaluate(detections: "after.csv")}
                    c.table.after_change[0]
                    """, gives: "-0.5")
            ],
            seeAlso: ["evaluate"]
        ) { call in
            let runs = try call.record("runs").fields.map { name, value in
                (name: name, value: try evaluation(name, value, call))
            }
            guard runs.count > 1 else {
                throw call.failure(
                    "runs", "a comparison takes two or more evaluations", hint: "compare {before: a, after: b}")
            }
            var reference = runs[0].name
            if let name = try call.optional("against", call.string) {
                guard runs.contains(where: { $0.name == name }) else {
                    throw call.failure("against", "there is no run '\(name)'")
                }
                reference = name
            }
            let ordered = runs.filter { $0.name == reference } + runs.filter { $0.name != reference }
            return .object(try ComparisonValue(ordered, call.bootstrap()))
        }
    }

    private static func evaluation(_ name: String, _ value: Value, _ call: Arguments) throws -> EvaluationValue {
        let items = if case .list(let list) = value { list } else { [value] }
        let evaluations = try items.map { item in
            guard let evaluation = item.object(as: EvaluationValue.self) else {
                throw call.failure(
                    "runs", "'\(name)' must be an evaluation, not \(item.described)", hint: "`evaluate` makes one")
            }
            return evaluation
        }
        guard let first = evaluations.first else { throw call.failure("runs", "'\(name)' is an empty list") }
        guard evaluations.count > 1 else { return first }
        return EvaluationValue(
            first.evaluation.pooled(with: evaluations.dropFirst().map(\.evaluation)), first.bootstrap,
            stored: first.stored)
    }
}

/// Evaluations beside a reference.
final class ComparisonValue: ObjectValue {
    /// The reference first.
    private let runs: [(name: String, value: EvaluationValue)]
    private let comparisons: [(name: String, rows: [Comparison.Row])]
    private let bootstrap: Bootstrap

    init(_ runs: [(name: String, value: EvaluationValue)], _ bootstrap: Bootstrap) throws {
        (self.runs, self.bootstrap) = (runs, bootstrap)
        comparisons = try runs.dropFirst().map { name, run in
            (name, try Comparison(from: runs[0].value.evaluation, to: run.evaluation, bootstrap).rows)
        }
    }

    var typeName: String { "comparison" }

    var summary: String {
        "comparison of \(runs.dropFirst().map(\.name).joined(separator: ", ")) with \(runs[0].name)"
    }

    func display(width: Int) -> String {
        let table = (try? table())?.display(width: width, rows: 80) ?? ""
        return ([summary] + conditions).joined(separator: "\n") + "\n\n" + table
    }

    /// What is so of all runs once, and of each run what is so of it alone.
    private var conditions: [String] {
        let all = runs.map { ($0.name, $0.value.evaluation.conditions) }
        var names: [String] = []
        for name in all.flatMap(\.1).map(\.name) where !names.contains(name) { names.append(name) }
        return names.flatMap { name in
            let texts = all.map { run, conditions in (run, conditions.first { $0.name == name }?.text) }
            if texts.allSatisfy({ $0.1 == texts[0].1 }) { return ["  \(name): \(texts[0].1 ?? "")"] }
            return texts.compactMap { run, text in text.map { "  \(name), \(run): \($0)" } }
        }
    }

    func attachment() throws -> Attachment? { hasSheet ? try sheet().attachment() : nil }

    private var hasSheet: Bool { runs.allSatisfy { !$0.value.stored.isEmpty } }

    private func sheet() throws -> FigureValue { FigureValue(try ContactSheet.figure(of: runs)) }

    var memberNames: [String] { ["table", "sheet", "runs"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "table": .table(try table())
        case "runs": .record(Record(runs.map { ($0.name, .object($0.value)) }))
        case "sheet": hasSheet ? .object(try sheet()) : Value.none
        default: nil
        }
    }

    /// A row a measure; for every run its value, the change from the reference, and the change's interval.
    private func table() throws -> Table {
        struct Name: Hashable { let suite, quantity: String }
        func name(_ row: Comparison.Row) -> Name { Name(suite: row.suite, quantity: row.quantity.rawValue) }
        var order: [Name] = []
        for row in comparisons.flatMap(\.rows) where !order.contains(name(row)) { order.append(name(row)) }
        let first = comparisons.reversed().reduce(into: [Name: Double]()) { values, run in
            for row in run.rows { values[name(row)] = row.before }
        }
        var columns: [Table.Column] = [
            .init("prompts", order.map(\.suite)), .init("measure", order.map(\.quantity)),
            .init(runs[0].name, order.map { first[$0] ?? .nan }),
        ]
        for (run, rows) in comparisons {
            let places = Dictionary(rows.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
            func column(_ suffix: String, _ read: (Comparison.Row) -> Double) -> Table.Column {
                .init(run + suffix, order.map { places[$0].map(read) ?? .nan })
            }
            columns += [
                column("", \.after), column("_change", \.difference), column("_low") { $0.interval?.low ?? .nan },
                column("_high") { $0.interval?.high ?? .nan },
            ]
        }
        return try Table(columns)
    }
}
