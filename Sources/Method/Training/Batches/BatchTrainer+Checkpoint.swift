import Basics
import Files
import Foundation

extension BatchTrainer {
    public func saveCheckpoint(to folder: URL) throws { try writeCheckpoint(to: folder) }
    public func restore(from folder: URL) throws { try readCheckpoint(from: folder) }

    /// Writes weights, optimiser, running average, options and record, as one file that replaces the former one when it
    /// is whole.
    ///
    /// - Parameter folder: is made where there is none.
    public func writeCheckpoint(to folder: URL) throws {
        try Checkpoint.write(
            Self.checkpointKind, learner.state(),
            metadata: [
                "step": "\(completed)", "options": Checkpoint.text(options), "history": Checkpoint.text(history),
                "checks": Checkpoint.text(checks),
            ], to: folder)
    }

    /// Writes the run's folder: its state, its curves, and what it trained once it is finished.
    ///
    /// - Parameter folder: is made where there is none.
    public func save(to folder: URL) throws {
        try saveCheckpoint(to: folder)
        try TableFile.write(historyColumns, to: folder.appendingPathComponent("history.csv"))
        try TableFile.write(checkColumns, to: folder.appendingPathComponent("checks.csv"))
        if isFinished { try saveResult(to: folder) }
    }

    /// What the checkpoint of a folder was decided by.
    ///
    /// - Throws: `RhumbError` for a file that is not a checkpoint of this trainer, or a fault of the file itself.
    public static func savedOptions(in folder: URL) throws -> Options {
        try Checkpoint(checkpointKind, in: folder).decoded("options")
    }

    /// Goes on where the checkpoint of this run in `folder` stands, exactly as if it had never stopped.
    ///
    /// - Throws: `RhumbError` for a file that is not a checkpoint of this run, or a fault of the file itself; the run
    ///   is then as it was.
    public func readCheckpoint(from folder: URL) throws {
        let checkpoint = try Checkpoint(Self.checkpointKind, in: folder)
        guard let step = checkpoint.metadata["step"].flatMap(Int.init) else { throw checkpoint.rejected() }
        let saved: Options = try checkpoint.decoded("options")
        guard saved == options else { throw RhumbError.anotherRun(folder.path) }
        let history: [StepReport] = try checkpoint.decoded("history")
        let checks: [CheckReport] = try checkpoint.decoded("checks")
        try learner.restore(from: checkpoint) { name, _ in
            checkpoint.rejected("it has no '\(name)' of the right shape")
        }
        (record.completed, record.history, record.checks) = (step, history, checks)
    }
}
