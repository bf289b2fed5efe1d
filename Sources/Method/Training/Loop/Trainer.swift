import Files
import Foundation

/// Told how far a long update has come; what it throws ends the update.
public typealias UpdateProgress = (_ what: String, _ done: Int, _ total: Int) throws -> Void

/// A run that trains something one update at a time, can be saved, and goes on from there as if it had never stopped:
/// what `TrainingLoop` works on.
public protocol Trainer: AnyObject {
    /// What an update reports.
    associatedtype Report

    /// What the metadata of its checkpoints call the run.
    static var checkpointKind: String { get }
    /// What it counts: "step".
    static var unit: String { get }

    /// Steps done.
    var completed: Int { get }
    /// Steps in all; nil for a run that has no end of its own.
    var planned: Int? { get }

    /// One more step.
    ///
    /// When it throws, also because it was cancelled, the run is as it was after the last complete update.
    @discardableResult func advance(progress: UpdateProgress?) throws -> Report

    /// A row per step.
    ///
    /// - Parameter first: how many steps to leave out at the beginning.
    func historyColumns(from first: Int) -> DataColumns

    /// Whether `check(count:)` means something here.
    static var hasChecks: Bool { get }
    /// Judges the weights so far on data that training never sees, and remembers the result.
    ///
    /// - Parameter count: examples of each group.
    func recordCheck(count: Int) throws

    /// Writes the run's folder: its state, its curves, and what it trained once it is finished.
    ///
    /// - Parameter folder: is made where there is none.
    func save(to folder: URL) throws

    /// Goes on where a checkpoint of this very run stands.
    ///
    /// - Throws: `RhumbError` when it is that of another one, naming what differs; the run is then as it was.
    func restore(from folder: URL) throws

    /// What looks right or wrong about the run so far.
    func diagnosis() -> [Finding]
}

extension Trainer {
    public static var checkpointName: String { Checkpoint.name }
    public static var unit: String { "step" }
    public static var hasChecks: Bool { false }

    public var isFinished: Bool { planned.map { completed >= $0 } ?? false }

    /// `step 3 of 1500`, or `step 3` where there is no end.
    public var position: String { "\(Self.unit) \(completed)" + (planned.map { " of \($0)" } ?? "") }

    /// A row per step.
    public var historyColumns: DataColumns { historyColumns(from: 0) }

    public func recordCheck(count: Int) throws {}

    public func diagnosis() -> [Finding] { HistoryDiagnosis.findings(in: historyColumns) }
}
