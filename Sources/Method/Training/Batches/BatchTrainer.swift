import Basics
import Files
import Foundation
import Tensor

/// What decides a run of batches, besides its own switches.
public protocol TrainingOptions: Codable, Equatable, Sendable {
    /// Updates in all.
    var steps: Int { get }
    var seed: UInt64 { get }
    /// Examples a step.
    var batch: Int { get }
}

/// What a step or a check reports: a row of a table.
public protocol TrainingReport: Codable {
    /// The table's columns, in order.
    static var columns: KeyValuePairs<String, (Self) -> Double> { get }
}

/// The losses of a batch.
public protocol BatchLosses {
    /// What an update makes smaller, a scalar.
    var total: Tensor { get }
}

/// A run of known length whose every step learns from one batch, drawn anew from the run's seed and the step's number.
///
/// Nothing else decides a step, so a run that is saved and resumed gives the same weights as one that never stopped.
public protocol BatchTrainer: Trainer where Report == StepReport {
    associatedtype Options: TrainingOptions
    associatedtype Losses: BatchLosses
    associatedtype StepReport: TrainingReport
    associatedtype CheckReport: TrainingReport

    var options: Options { get }
    var learner: Learner { get }
    /// What the run has done so far.
    var record: TrainingRecord<StepReport, CheckReport> { get }

    /// What has to be computed once, before the first step. Nothing by default.
    func prepare(progress: UpdateProgress?) throws
    /// Goes forward through the batch of a step.
    ///
    /// - Parameter step: from 0.
    func losses(at step: Int) throws -> Losses
    /// What the step that has just been done was like.
    func report(_ losses: Losses, _ update: Learner.Update) throws -> StepReport
    /// Measures the averaged weights on what training never sees.
    func measured(count: Int) throws -> CheckReport
    /// Writes what was trained into the run's folder.
    func saveResult(to folder: URL) throws
    /// Writes everything the next step depends on. `writeCheckpoint` by default; a run that stands on frozen models
    /// writes them too.
    ///
    /// - Parameter folder: is made where there is none.
    func saveCheckpoint(to folder: URL) throws
}

/// What a run of batches has done.
public final class TrainingRecord<StepReport: TrainingReport, CheckReport: TrainingReport> {
    /// Steps done.
    public internal(set) var completed = 0
    /// One entry a step.
    public internal(set) var history: [StepReport] = []
    /// One entry for each check.
    public internal(set) var checks: [CheckReport] = []

    public init() {}
}

extension BatchTrainer {
    public static var hasChecks: Bool { true }

    /// Steps done.
    public var completed: Int { record.completed }
    public var planned: Int? { options.steps }
    /// One entry a step.
    public var history: [StepReport] { record.history }
    /// One entry for each check.
    public var checks: [CheckReport] { record.checks }

    public func prepare(progress: UpdateProgress?) throws {}

    /// One update on the next batch.
    ///
    /// - Throws: `RhumbError` after the last step, `RhumbError` where a gradient is not finite; the weights are then
    ///   those of the step before.
    @discardableResult
    public func step() throws -> StepReport { try advance(progress: nil) }

    @discardableResult
    public func advance(progress: UpdateProgress?) throws -> StepReport {
        guard !isFinished else { throw RhumbError.trainingFinished(steps: options.steps) }
        try prepare(progress: progress)
        let losses = try losses(at: completed)
        let update = try learner.update(at: completed, loss: losses.total)
        record.completed += 1
        let step = try report(losses, update)
        record.history.append(step)
        return step
    }

    /// Measures the averaged weights on what training never sees, and remembers the result.
    ///
    /// - Parameter count: examples of each group.
    @discardableResult
    public func check(count: Int) throws -> CheckReport {
        let check = try measured(count: count)
        record.checks.append(check)
        return check
    }

    public func recordCheck(count: Int) throws { try check(count: count) }

    public func historyColumns(from first: Int) -> DataColumns { DataColumns(history.dropFirst(first)) }

    /// A row a check.
    public var checkColumns: DataColumns { DataColumns(checks) }
}

extension DataColumns {
    /// A row for each report.
    public init<Report: TrainingReport>(_ reports: some Collection<Report>) {
        self.init(
            names: Report.columns.map(\.key),
            columns: Report.columns.map { _, read in .numbers(reports.map { read($0) }) })
    }
}
