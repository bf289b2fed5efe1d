import Basics
import Foundation
import Ranks
import Tensor

/// Whoever watches a run train, and may stop it.
public protocol TrainingObserver {
    /// The run has come further.
    ///
    /// - Parameter part: how far the update under way has come; nil when one is done.
    func progressed(_ part: (what: String, done: Int, total: Int)?)
    /// Whether training is to stop after the last complete update.
    var isInterrupted: Bool { get }
    func note(_ text: String)
}

/// Trains a run for some steps: checkpoints, curves that others can follow, checks on held-out data, and an orderly end
/// when somebody stops it.
public struct TrainingLoop {
    public let trainer: any Trainer
    public let observer: any TrainingObserver
    /// Where checkpoints, curves and at the end the model go; nil for nowhere.
    public var folder: URL?
    /// Where the process leaves what it needs to go on after it was killed; nil where nothing is ever resumed.
    public var state: TrainingState?
    /// Steps between checkpoints, and between checks.
    public var every = 250
    /// Examples of each group in a check; 0 for no checks.
    public var checked = 0

    public init(_ trainer: any Trainer, observer: any TrainingObserver) {
        (self.trainer, self.observer) = (trainer, observer)
    }

    public enum Ending { case reached, interrupted }

    /// Trains up to a step, from where an earlier process left the run where there is such.
    ///
    /// - Parameter last: steps done in the end.
    /// - Returns: `interrupted` where the observer stopped it; the run is then saved as it is.
    /// - Throws: what an update throws; the run is then saved where it has a folder.
    public func run(to last: Int) throws -> Ending {
        try state?.restore(trainer, to: last, note: observer.note)
        do {
            try advance(to: last)
        } catch let error {
            // Saving is work of the engine too, which would go on refusing.
            StopFlag.lower()
            guard error is Interruption || observer.isInterrupted else {
                // What went wrong is what the user must hear of; a checkpoint that can't be written is second to it.
                if let folder { try? trainer.save(to: folder) }
                throw error
            }
            if folder == nil { try state?.save(trainer) } else { try save() }
            observer.note("stopped after \(trainer.position)")
            return .interrupted
        }
        try save()
        try state?.finish(trainer)
        return .reached
    }

    private func advance(to last: Int) throws {
        // What others follow, and what a run is taken up from, is the first rank's.
        var history = Ranks.writes ? (folder ?? state?.folder).map(HistoryFile.init) : nil
        while trainer.completed < last {
            try trainer.advance { what, done, total in
                observer.progressed((what, done, total))
                if observer.isInterrupted { throw Interruption() }
            }
            observer.progressed(nil)
            try history?.extend(trainer)
            if trainer.completed % every == 0 || trainer.isFinished {
                if checked > 0 { try trainer.recordCheck(count: checked) }
                if Ranks.writes { try save() }
            }
            if Ranks.writes { try state?.saveIfDue(trainer) }
            if observer.isInterrupted { throw Interruption() }
        }
    }

    /// Saves the run into its folder; where there is a state, that is where it is kept.
    private func save() throws {
        guard let folder else { return }
        if let state { try state.save(trainer) } else { try trainer.save(to: folder) }
    }
}
