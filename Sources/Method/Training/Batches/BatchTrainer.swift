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
    /// Examples that go through the model at once, of which each rank takes its share; nil for the whole batch.
    ///
    /// It decides the order in which gradients are added up, and so the last bits of what is trained.
    var microbatch: Int? { get }
}

extension TrainingOptions {
    /// The pieces that a batch goes through the model in.
    public var pieces: [Range<Int>] {
        let size = max(microbatch ?? batch, 1)
        return stride(from: 0, to: batch, by: size).map { $0..<min($0 + size, batch) }
    }
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

/// Losses that add up: those of a batch are the sums of its pieces'.
public protocol AdditiveLosses: BatchLosses {
    /// All of them, scalars, the total among them.
    var all: [Tensor] { get }
    init(_ all: [Tensor])
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
    /// Goes forward and backward through the batch of a step: parameters have the gradient of its losses' total then,
    /// the same on all ranks.
    ///
    /// - Parameter step: from 0.
    func accumulateGradient(at step: Int) throws -> Losses
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

/// A run whose losses add up over the examples, so that each piece of a batch goes its way alone.
public protocol PiecewiseTrainer: BatchTrainer where Losses: AdditiveLosses {
    /// Draws the batch of a step.
    ///
    /// - Parameter step: from 0.
    /// - Returns: what goes forward through some of its examples and gives their share in the batch's losses; shares
    ///   add up to them.
    func losses(at step: Int) throws -> (Range<Int>) throws -> Losses
}

extension PiecewiseTrainer {
    public func accumulateGradient(at step: Int) throws -> Losses {
        let losses = try losses(at: step), pieces = options.pieces
        let parts = try GradientBlocks(of: learner.optimiser.parameters).accumulate(pieces.count) { piece in
            let share = try losses(pieces[piece])
            try share.total.backward()
            return try share.all.map { Double(try $0.detached().item) }
        }
        let sums = parts.dropFirst().reduce(parts[0]) { sums, part in zip(sums, part).map(+) }
        return try Losses(sums.map { try Tensor(Float($0)) })
    }
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
        var losses: Losses?
        let update = try learner.update(at: completed) { losses = try accumulateGradient(at: completed) }
        record.completed += 1
        let step = try report(losses!, update)
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
