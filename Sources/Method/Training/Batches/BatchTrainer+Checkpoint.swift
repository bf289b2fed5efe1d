import Basics
import Files
import Foundation

extension BatchTrainer {
    /// Writes everything the next step depends on, as one file that replaces the former one when it is whole, and
    /// beside it the frozen models that the run stands on.
    ///
    /// - Parameter folder: is made where there is none.
    public func saveCheckpoint(to folder: URL) throws {
        // Every time: the folder may hold another run's.
        try saveFrozenModels(to: folder)
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
    /// - Throws: `RhumbError` for a file that is no checkpoint of this trainer, or a fault of the file itself.
    public static func savedOptions(in folder: URL) throws -> Options {
        try Checkpoint(checkpointKind, in: folder).decoded("options")
    }

    /// Goes on where the checkpoint of this run in `folder` stands, exactly as if it had never stopped.
    ///
    /// - Throws: `RhumbError` for a file that is no checkpoint of this run, or a fault of the file itself; the run is
    ///   then as it was.
    public func restore(from folder: URL) throws {
        let checkpoint = try Checkpoint(Self.checkpointKind, in: folder)
        guard let step = checkpoint.metadata["step"].flatMap(Int.init) else { throw checkpoint.rejected() }
        let saved: Options = try checkpoint.decoded("options")
        guard saved == options else {
            throw RhumbError("the checkpoint in '\(folder.path)' is that of another run")
        }
        let history: [StepReport] = try checkpoint.decoded("history")
        let checks: [CheckReport] = try checkpoint.decoded("checks")
        let placeFrozenModels = try frozenModels(from: folder)
        try learner.restore(from: checkpoint) { name, _ in
            checkpoint.rejected("it has no '\(name)' of the right shape")
        }
        placeFrozenModels()
        (record.completed, record.history, record.checks) = (step, history, checks)
    }
}
