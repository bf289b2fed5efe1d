import Foundation
import Tensor

/// What decides a training run of any of the world's models, besides its own switches.
public protocol TrainingOptions: Codable, Equatable, Sendable {
    /// Updates in all.
    var steps: Int { get }
    var seed: UInt64 { get }
    /// Examples a step.
    var batch: Int { get }
}

/// What the world's trainers have in common: a run of known length that its options decide, saved and continued between
/// any two steps as if it had never stopped.
public protocol WorldTrainer: AnyObject {
    associatedtype Options: TrainingOptions
    associatedtype StepReport: Codable
    associatedtype CheckReport: Codable

    /// What the metadata of its checkpoints call the run.
    static var checkpointKind: String { get }
    var options: Options { get }
    /// Steps done.
    var completed: Int { get }
    /// One entry a step.
    var history: [StepReport] { get }
    /// One entry for each `check(count:)`.
    var checks: [CheckReport] { get }

    /// One update.
    @discardableResult func step() throws -> StepReport
    /// Measures the averaged weights on what training never sees.
    @discardableResult func check(count: Int) throws -> CheckReport
    /// Writes everything the next step depends on.
    func saveCheckpoint(to folder: URL) throws
}

extension WorldTrainer {
    public var isFinished: Bool { completed >= options.steps }
}

/// A trainer as its checkpoints see it.
protocol ResumableTrainer: WorldTrainer {
    var completed: Int { get set }
    var history: [StepReport] { get set }
    var checks: [CheckReport] { get set }
    var optimiser: AdamW { get }
    var average: ExponentialMovingAverage { get }
}

extension CLIPTrainer: ResumableTrainer {}
extension DetectorTrainer: ResumableTrainer {}
extension VAETrainer: ResumableTrainer {}
extension UNetTrainer: ResumableTrainer {}
extension CLIPTrainingOptions: TrainingOptions {}
extension DetectorTrainingOptions: TrainingOptions {}
extension VAETrainingOptions: TrainingOptions {}
extension UNetTrainingOptions: TrainingOptions {}
