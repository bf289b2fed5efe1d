import Basics
import Files
import Foundation
import Language
import World

/// A run of one of the world's trainers in the language: what they have in common.
protocol WorldTrainingRun: TrainingRun {
    associatedtype Trainer: WorldTrainer
    var trainer: Trainer { get set }

    static var kind: TrainingRunKind { get }
    /// What a step takes a batch of: "pairs".
    static var examples: String { get }
    /// Members of its own: what it has trained so far.
    static var ownMembers: [String] { get }
    func ownMember(_ name: String) throws -> Value?

    /// A row a check.
    func checks() throws -> Table
    /// Writes what was trained into the run's folder.
    func saveResult(to folder: URL) throws
}

extension WorldTrainingRun {
    static var ownMembers: [String] { [] }
    func ownMember(_ name: String) throws -> Value? { nil }

    var typeName: String { Self.kind.typeName }

    var summary: String {
        "\(typeName): \(position), \(trainer.options.batch) \(Self.examples) a step, seed \(trainer.options.seed)"
            + (progressDetail.isEmpty ? "" : "  " + progressDetail)
    }

    var memberNames: [String] { ["step", "steps", "seed", "finished", "history", "checks"] + Self.ownMembers }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "step": .number(Double(completed))
        case "steps": .number(Double(trainer.options.steps))
        case "seed": .number(Double(trainer.options.seed))
        case "finished": .boolean(isFinished)
        case "history": .table(try history())
        case "checks": .table(try checks())
        default: try ownMember(name)
        }
    }

    var completed: Int { trainer.completed }
    var planned: Int? { trainer.options.steps }

    func advance(reporting report: @escaping (StepProgress.Part) throws -> Void) throws { try trainer.step() }

    var hasChecks: Bool { true }
    func check(count: Int) throws { try trainer.check(count: count) }

    func restore(from folder: URL) throws {
        guard let saved = try Self.kind.resume(folder) as? Self, saved.trainer.options == trainer.options else {
            throw RhumbError("the checkpoint in '\(folder.path)' is that of another run")
        }
        trainer = saved.trainer
    }

    func save(to folder: URL) throws {
        try trainer.saveCheckpoint(to: folder)
        for (name, table) in [("history.csv", try history()), ("checks.csv", try checks())] {
            try AtomicFile.write(table.csv, to: folder.appendingPathComponent(name))
        }
        if isFinished { try saveResult(to: folder) }
    }
}

extension Table {
    /// A row for each of `rows`, its columns as they are read from one.
    init<Row>(of rows: some Collection<Row>, _ columns: KeyValuePairs<String, (Row) -> Double>) throws {
        try self.init(columns.map { name, read in Column(name, rows.map(read)) })
    }
}
