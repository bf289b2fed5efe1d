import Basics
import Files
import Foundation
import Language

/// What a `train` in the run of a recipe leaves behind as it works, so that the run goes on from there when it was
/// killed: a checkpoint now and then, and where the session's stream of seeds stood with it.
///
/// The checkpoint is in the folder of `out` where there is one, else in the run's own.
final class TrainingState {
    let folder: URL
    private let checkpoint: URL
    private let interpreter: Interpreter
    private let host: any SessionHost
    /// The steps at which the state was saved last, and the stream's positions; the last two, since the process may end
    /// between this record and its checkpoint.
    private var marks: [(step: Int, seeds: UInt64)] = []
    private var lastSaved = Date()
    private var hasSaved = false
    /// Seconds the last saving took.
    private var cost = 0.0

    /// Seconds that may be lost.
    private static let interval = 60.0
    private static let recordName = "state.json"

    /// Nil where nothing is ever resumed: at the prompt.
    init?(_ call: Arguments, output: URL?) {
        guard let folder = call.host.stateFolder() else { return nil }
        self.folder = URL(fileURLWithPath: folder)
        checkpoint = output ?? self.folder
        interpreter = call.interpreter
        host = call.host
    }

    // MARK: Going on

    /// Brings a run to where an earlier process left it, when that lies on the way.
    ///
    /// - Parameter last: the step that is to be reached.
    func restore(_ run: any TrainingRun, to last: Int) throws {
        guard let record = try? FileContents.json(folder.appendingPathComponent(Self.recordName)),
            record["checkpoint"]?.string == checkpoint.path, let step = TrainingRunKind.step(in: checkpoint),
            (run.completed...last).contains(step),
            let mark = record["marks"]?.array?.last(where: { $0["step"]?.integer == step }),
            let seeds = mark["seeds"]?.string.flatMap({ UInt64($0) })
        else { return }
        do {
            try run.restore(from: checkpoint)
        } catch let error as any ExplainedError {
            return host.note("training begins anew: \(error.message)")
        }
        interpreter.seedPosition = seeds
        marks = [(step, seeds)]
        hasSaved = true
        host.note(step < last ? "training goes on from \(run.position)" : "training was at its end: \(run.position)")
    }

    // MARK: Saving

    /// Saves the run, unless that was done a short while ago.
    func saveIfDue(_ run: any TrainingRun) throws {
        // Saving takes a twentieth of the time at most.
        if -lastSaved.timeIntervalSinceNow > max(Self.interval, 20 * cost) { try save(run) }
    }

    /// Saves the run where its state is looked for.
    func save(_ run: any TrainingRun) throws {
        let start = Date()
        if marks.last?.step == run.completed { marks.removeLast() }
        marks = marks.suffix(1) + [(run.completed, interpreter.seedPosition)]
        let record: JSON = [
            "checkpoint": .string(checkpoint.path),
            "marks": .array(marks.map { ["step": .integer($0.step), "seeds": .string(String($0.seeds))] }),
        ]
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try AtomicFile.write(record.text(indent: 2) + "\n", to: folder.appendingPathComponent(Self.recordName))
        try run.save(to: checkpoint)
        lastSaved = Date()
        cost = lastSaved.timeIntervalSince(start)
        hasSaved = true
    }

    /// The training is over. A long one leaves its end, so that what follows it can be resumed without it.
    func finish(_ run: any TrainingRun) throws {
        if hasSaved || -lastSaved.timeIntervalSinceNow > Self.interval, marks.last?.step != run.completed {
            try save(run)
        }
    }
}

extension TrainingState? {
    /// Saves the run into the folder of `out`; where there is a state, that is where it is kept.
    func save(_ run: any TrainingRun, to folder: URL) throws {
        if let self { try self.save(run) } else { try run.save(to: folder) }
    }
}
