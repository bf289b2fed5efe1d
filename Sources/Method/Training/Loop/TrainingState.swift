import Basics
import Files
import Foundation

/// A stream of seeds that stands somewhere: a run that goes on must draw on from where it stood.
public protocol SeedStream: AnyObject {
    var seedPosition: UInt64 { get set }
}

/// What training in the run of a recipe leaves behind as it works, so that the run goes on from there when it was
/// killed: a checkpoint now and then, and where the session's stream of seeds stood with it.
public final class TrainingState {
    public let folder: URL
    private let checkpoint: URL
    private let stream: any SeedStream
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

    /// - Parameters:
    ///   - folder: the record's own.
    ///   - checkpoint: where the run is saved; the same by default.
    public init(in folder: URL, checkpoint: URL? = nil, seeds stream: any SeedStream) {
        (self.folder, self.checkpoint, self.stream) = (folder, checkpoint ?? folder, stream)
    }

    // MARK: Going on

    /// Brings a run to where an earlier process left it, when that lies on the way.
    ///
    /// - Parameters:
    ///   - last: the step that is to be reached.
    ///   - note: told what became of it.
    func restore(_ run: any Trainer, to last: Int, note: (String) -> Void) throws {
        guard let record = try? FileContents.json(folder.appendingPathComponent(Self.recordName)),
            record["checkpoint"]?.string == checkpoint.path, let step = Checkpoint.step(in: checkpoint),
            step >= run.completed, step <= last,
            let mark = record["marks"]?.array?.last(where: { $0["step"]?.integer == step }),
            let seeds = mark["seeds"]?.string.flatMap({ UInt64($0) })
        else { return }
        do {
            try run.restore(from: checkpoint)
        } catch let error as any ExplainedError {
            return note("training begins anew: \(error.message)")
        }
        stream.seedPosition = seeds
        marks = [(step, seeds)]
        hasSaved = true
        note(step < last ? "training goes on from \(run.position)" : "training was at its end: \(run.position)")
    }

    // MARK: Saving

    /// Saves the run, unless that was done a short while ago.
    func saveIfDue(_ run: any Trainer) throws {
        // Saving takes a twentieth of the time at most.
        if -lastSaved.timeIntervalSinceNow > max(Self.interval, 20 * cost) { try save(run) }
    }

    /// Saves the run where its state is looked for.
    func save(_ run: any Trainer) throws {
        let start = Date()
        if marks.last?.step == run.completed { marks.removeLast() }
        marks = marks.suffix(1) + [(run.completed, stream.seedPosition)]
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
    func finish(_ run: any Trainer) throws {
        if hasSaved || -lastSaved.timeIntervalSinceNow > Self.interval, marks.last?.step != run.completed {
            try save(run)
        }
    }
}
