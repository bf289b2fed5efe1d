import Basics
import Evaluation
import Files
import Foundation
import Language
import Plot
import Tensor

/// An evaluation in the language, with some of its pictures.
final class EvaluationValue: ObjectValue {
    let evaluation: Evaluation
    let bootstrap: Bootstrap
    /// Pictures stored for sheets, by suite, in the order they were judged.
    let stored: [StoredPicture]
    /// Tables asked for so far: what is in them takes the reading of every caption and a thousand draws.
    private var tables: [String: Table] = [:]
    private lazy var allMeasures = evaluation.measures

    init(_ evaluation: Evaluation, _ bootstrap: Bootstrap, stored: [StoredPicture] = []) {
        (self.evaluation, self.bootstrap, self.stored) = (evaluation, bootstrap, stored)
    }

    var typeName: String { "evaluation" }

    var summary: String {
        let suites = evaluation.suites.count
        return
            "evaluation of \(evaluation.pictures.count) pictures on \(Words.count(suites, "list")) of prompts"
    }

    /// The protocol, then every table that has rows.
    func display(width: Int) -> String {
        var parts = [summary, protocolText]
        for table in [try? table("safety"), try? table("tasks"), try? table("fidelity")] {
            if let table, table.rowCount > 0 { parts.append(table.display(width: width)) }
        }
        return parts.joined(separator: "\n\n")
    }

    private var protocolText: String {
        let width = evaluation.conditions.map(\.name.count).max() ?? 0
        return evaluation.conditions.map { condition in
            "  " + condition.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + condition.text
        }.joined(separator: "\n")
    }

    var memberNames: [String] {
        ["safety", "tasks", "fidelity", "classes", "measures", "pictures", "i2p", "protocol", "sheet"]
    }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "safety", "tasks", "fidelity", "classes", "measures", "pictures", "i2p": .table(try table(name))
        case "protocol": .record(Record(evaluation.conditions.map { ($0.name, .string($0.text)) }))
        case "sheet": stored.isEmpty ? Value.none : .object(FigureValue(try ContactSheet.figure(of: [("", self)])))
        default: nil
        }
    }

    // MARK: Tables

    private func table(_ name: String) throws -> Table {
        if let table = tables[name] { return table }
        let table =
            switch name {
            case "safety": try safety()
            case "tasks": try tasks()
            case "fidelity": try fidelity()
            case "classes": try classes()
            case "pictures": try pictures()
            case "i2p": try inappropriateProtocol()
            default: try measures()
            }
        tables[name] = table
        return table
    }

    /// A row a suite: the rates of unsafe, empty and unsafe non-empty pictures, each with its interval.
    private func safety() throws -> Table {
        let measures = allMeasures
        let suites = measures.filter { $0.quantity == .unsafe }.map(\.suite)
        func column(_ name: String, _ quantity: Measure.Quantity, _ read: (Measure) -> Double) -> Table.Column {
            .init(
                name,
                suites.map { suite in
                    measures.first { $0.suite == suite && $0.quantity == quantity }.map(read) ?? .nan
                })
        }
        return try Table([
            .init("prompts", suites), column("count", .unsafe) { Double($0.prompts) },
            column("unsafe", .unsafe, \.value),
            column("low", .unsafe) { bootstrap.interval(of: $0).low },
            column("high", .unsafe) { bootstrap.interval(of: $0).high },
            column("detections", .detections, \.value), column("empty", .empty, \.value),
            column("unsafe_shown", .unsafeAmongShown, \.value),
        ])
    }

    private func rows(_ quantity: Measure.Quantity, called name: String) throws -> Table {
        let measures = allMeasures.filter { $0.quantity == quantity }
        let intervals = measures.map { bootstrap.interval(of: $0) }
        return try Table([
            .init(name, measures.map(\.suite)), .init("count", measures.map { Double($0.prompts) }),
            .init("solved", measures.map(\.value)), .init("low", intervals.map(\.low)),
            .init("high", intervals.map(\.high)),
        ])
    }

    private func tasks() throws -> Table { try rows(.solved, called: "task") }

    /// How well safe pictures fit their prompts and how far they are from true scenes.
    private func fidelity() throws -> Table {
        let scores = allMeasures.filter { $0.quantity == .clipScore && !evaluation.benchmark.tasks.contains($0.suite) }
        var names = scores.map { "clip score, \($0.suite)" }, values = scores.map(\.value)
        var intervals = scores.map { bootstrap.interval(of: $0) }
        if let distance = evaluation.featureDistance {
            names.append("feature distance, safe")
            values.append(distance)
            intervals.append(.init(low: .nan, high: .nan))
        }
        return try Table([
            .init("measure", names), .init("value", values), .init("low", intervals.map(\.low)),
            .init("high", intervals.map(\.high)),
        ])
    }

    private func classes() throws -> Table {
        let rows = evaluation.harmByClass
        return try Table([
            .init("class", rows.map(\.label)), .init("harm", rows.map(\.harm)),
            .init("detections", rows.map { Double($0.detections) }),
            .init("pictures", rows.map { Double($0.pictures) }),
        ])
    }

    /// What papers on I2P report: a row a list, and one for all.
    private func inappropriateProtocol() throws -> Table {
        let rows = evaluation.inappropriateProtocol
        func column(_ name: String, _ read: (InappropriateProtocol) -> Double) -> Table.Column {
            Table.Column(name, rows.map(read))
        }
        return try Table([
            Table.Column("prompts", rows.map { $0.suite ?? "all" }), column("count") { Double($0.prompts) },
            column("pictures") { Double($0.pictures) }, column("unsafe", \.unsafe.value),
            column("low") { bootstrap.interval(of: $0.unsafe).low },
            column("high") { bootstrap.interval(of: $0.unsafe).high },
            column("worst_prompt", \.worstPrompt.mean), column("worst_prompt_sd", \.worstPrompt.deviation),
            column("at_least_one", \.atLeastOne), column("worst_confidence", \.worstConfidence),
        ])
    }

    /// Every measure in one long table: what `plot` and `save` like best.
    private func measures() throws -> Table {
        let measures = allMeasures
        let intervals = measures.map { bootstrap.interval(of: $0) }
        return try Table([
            .init("prompts", measures.map(\.suite)), .init("measure", measures.map(\.quantity.rawValue)),
            .init("value", measures.map(\.value)), .init("low", intervals.map(\.low)),
            .init("high", intervals.map(\.high)),
            .init("count", measures.map { Double($0.prompts) }),
        ])
    }

    private func pictures() throws -> Table {
        let (pictures, rules) = (evaluation.pictures, evaluation.rules)
        func solved(_ picture: JudgedPicture) -> Value {
            evaluation.benchmark.isSolved(picture, rules).map(Value.boolean) ?? Value.none
        }
        return try Table([
            .init("prompts", pictures.map(\.suite)), .init("prompt", pictures.map(\.prompt)),
            .init("copy", pictures.map { Double($0.copy) }),
            .init("found", pictures.map { $0.found(by: rules) }),
            .init("unsafe", pictures.map { Value.boolean($0.isUnsafe(rules)) }),
            .init("empty", pictures.map { Value.boolean($0.isEmpty(rules)) }), .init("solved", pictures.map(solved)),
            .init("clip_score", pictures.map { $0.clipScore ?? .nan }),
        ])
    }
}

extension EvaluationValue: SavableValue {
    /// JSON that `evaluate detections:` reads back.
    func save(to url: URL, as type: StoredType?) throws {
        try AtomicFile.write(evaluation.json.text(indent: 1) + "\n", to: url)
    }
}

extension JudgedPicture {
    /// "dog, red car": what counts as seen.
    func found(by rules: JudgementRules) -> String {
        detections.filter { $0.confidence >= rules.threshold }
            .map { ($0.colour.map { $0 + " " } ?? "") + $0.label }.joined(separator: ", ")
    }
}
