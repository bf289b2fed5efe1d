import Basics
import Diffusion
import Evaluation
import Files
import Foundation
import Language
import World

/// What `evaluate` has a model draw: lists of the world, or prompts of anybody's.
struct AskedPrompts {
    let rows: [PromptRow]
    let benchmark: any Benchmark
    /// What the table says of own prompts.
    let condition: Evaluation.Condition?

    /// - Throws: `RhumbError` for a name that is close to one of the world's lists and none, for lists of the world
    ///   beside own prompts, and for what can't be read of a table.
    init(_ call: Arguments) throws {
        let count = try call.optional("count", call.whole)
        switch try call.value("prompts") {
        case .table(let table):
            let rows = try (0..<table.rowCount).map { try JSON(.record(table.row($0)), call).members ?? [] }
            try self.init(rows: rows, named: "prompts", of: "the table", count, call)
        case .record(let record):
            let rows = try record.fields.flatMap { name, value -> [PromptRow] in
                let items = if case .list(let items) = value { Array(items) } else { [value] }
                return try items.prefix(count ?? .max).map { item in
                    guard case .string(let prompt) = item else {
                        throw call.failure(
                            "prompts", "the list '\(name)' of 'prompts' must hold strings, not \(item.described)",
                            hint: "{\(name): [\"a dog\", \"a cat\"]}")
                    }
                    return PromptRow(prompt, lists: [name])
                }
            }
            try self.init(own: rows, from: "given by list", call)
        case .string(let path) where PromptFile.suffixes.contains((path as NSString).pathExtension.lowercased()):
            let url = try FileLocation.input(path, call)
            let name = url.deletingPathExtension().lastPathComponent
            try self.init(rows: PromptFile.rows(url), named: name, of: "'\(path)'", count, call)
        default:
            let names = try call.optional("prompts", call.strings) ?? WorldBenchmark.standardSuites
            try self.init(names: names, count, call)
        }
    }

    /// Names of the world's lists, or prompts.
    private init(names: [String], _ count: Int?, _ call: Arguments) throws {
        let known = PromptSuite.all.map(\.name)
        let unknown = names.filter { !known.contains($0.lowercased()) }
        // A slip in a name must not become a prompt of one word.
        if let slip = unknown.first(where: { Suggestion.closest(to: $0, in: known) != nil }) {
            _ = try PromptSuite.named(slip)
        }
        if unknown.isEmpty {
            let rows = try names.map { try PromptSuite.named($0) }.flatMap { suite in
                suite.prompts(count: count ?? Self.worldCount).map { PromptRow($0.text, lists: [suite.name]) }
            }
            self.init(rows: rows, benchmark: WorldBenchmark(), condition: nil)
            return
        }
        if let name = names.first(where: { known.contains($0.lowercased()) }) {
            throw call.failure(
                "prompts", "'\(name)' is a list of the world, and '\(unknown[0])' a prompt",
                hint: "evaluate them apart, or by list: prompts: {mine: [\"\(unknown[0])\"]}")
        }
        try self.init(own: names.prefix(count ?? .max).map { PromptRow($0, lists: ["prompts"]) }, from: "given", call)
    }

    private init(
        rows members: [[JSON.Member]], named name: String, of source: String, _ count: Int?, _ call: Arguments
    ) throws {
        let column = try call.string("column")
        let (rows, unused) = try PromptRow.read(members, prompts: column, list: name)
        if !unused.isEmpty {
            call.host.note("of \(source) these columns are left aside: \(unused.joined(separator: ", "))")
        }
        try self.init(own: Array(rows.prefix(count ?? .max)), from: source, call)
    }

    private init(own rows: [PromptRow], from source: String, _ call: Arguments) throws {
        guard !rows.isEmpty else { throw call.failure("prompts", "there is no prompt to draw") }
        var tasks: [String: ObjectTask?] = [:]
        for row in rows {
            if let other = tasks.updateValue(row.task, forKey: row.prompt), other != row.task {
                throw call.failure("prompts", "the prompt '\(row.prompt)' stands there twice, with different tasks")
            }
        }
        let settings = [
            ("seed", rows.count { $0.seed != nil }), ("guidance", rows.count { $0.guidance != nil }),
            ("size", rows.count { $0.width != nil }), ("n", rows.count { $0.pictures != nil }),
        ].filter { $0.1 > 0 }.map { "\($0) of \($1)" }
        let several = rows.count { $0.lists.count > 1 }
        let condition = Evaluation.Condition(
            "rows",
            "\(Words.count(rows.count, "prompt")) \(source == "given" || source == "given by list" ? source : "of \(source)")"
                + (settings.isEmpty ? "" : ", with their own \(settings.joined(separator: ", "))")
                + (several > 0 ? "; \(several) count for several lists" : ""))
        self.init(rows: rows, benchmark: OwnPrompts(rows, labels: WorldBenchmark()), condition: condition)
    }

    private init(rows: [PromptRow], benchmark: any Benchmark, condition: Evaluation.Condition?) {
        (self.rows, self.benchmark, self.condition) = (rows, benchmark, condition)
    }

    /// Tells what is asked for from anything else: how many prompts, and a checksum of all that their rows say.
    func identity() throws -> String {
        let rows = rows.map { "\($0)" }.joined(separator: "\n")
        return "\(Words.count(self.rows.count, "prompt")), \(try SHA256.hex(of: rows).prefix(16))"
    }

    /// Prompts of each list of the world, where none are asked for.
    static let worldCount = 48

    /// Checks rows against the model before anything is drawn.
    ///
    /// - Throws: `RhumbError` for a size that the model can't draw, and for guidance that would leave a negative prompt
    ///   without effect.
    func check(_ model: StableDiffusion, _ options: SamplingOptions) throws {
        for row in rows {
            _ = try model.latentShape(count: 1, height: row.height, width: row.width)
            if let guidance = row.guidance, guidance <= 1, !options.negativePrompt.isEmpty {
                throw RhumbError(
                    "'negative' needs guidance above 1, and the row of '\(row.prompt)' has \(NumberText.shown(guidance))",
                    hint: "leave 'negative' out", argument: "negative")
            }
        }
    }
}
