import Basics
import Foundation
import Tensor
import Training

/// The smallest trainer there can be: three numbers that follow points drawn from the seed and the step's number.
final class LineTrainer: PiecewiseTrainer {
    static let checkpointKind = "line training"

    struct Options: TrainingOptions {
        var steps = 6
        var seed: UInt64 = 1
        var batch = 4
        var microbatch: Int?
    }

    struct Losses: AdditiveLosses {
        let total: Tensor
        var all: [Tensor] { [total] }
        init(_ all: [Tensor]) { total = all[0] }
    }

    struct StepReport: TrainingReport, Equatable {
        static var columns: KeyValuePairs<String, (Self) -> Double> {
            ["step": { Double($0.step) }, "loss": \.loss, "gradient_norm": \.gradientNorm, "rate": \.rate]
        }
        let step: Int
        let loss, gradientNorm, rate: Double
    }

    struct CheckReport: TrainingReport, Equatable {
        static var columns: KeyValuePairs<String, (Self) -> Double> { ["step": { Double($0.step) }] }
        let step: Int
    }

    let options: Options
    let learner: Learner
    let record = TrainingRecord<StepReport, CheckReport>()
    let weights: Tensor
    /// What the points of a step are multiplied with: not finite for a step that must fail.
    var factor: (Int) -> Float = { _ in 1 }

    init(_ options: Options = Options()) throws {
        self.options = options
        weights = try Tensor([1, -1, 0.5]).requireGradient()
        let parameters: NamedTensors = [("weights", weights)]
        learner = Learner(
            try AdamW(parameters, learningRate: 0.1), average: try ExponentialMovingAverage(parameters, decay: 0.5),
            schedule: LearningRateSchedule(.cosine, warmUp: 2, steps: options.steps), gradientNorm: 0.5)
    }

    func losses(at step: Int) throws -> (Range<Int>) throws -> Losses {
        var random = SplitMix64.stream(seed: options.seed, index: step)
        let points = try Tensor(
            (0..<options.batch * 3).map { _ in Float(random.uniform()) }, shape: [options.batch, 3])
        return { [self] rows in
            let own = try points.sliced(0, from: rows.lowerBound, to: rows.upperBound)
            let errors = try (own * factor(step) - weights).squared()
            return Losses([try errors.sum() / Float(points.count)])
        }
    }

    func report(_ losses: Losses, _ update: Learner.Update) throws -> StepReport {
        StepReport(
            step: completed, loss: Double(try losses.total.item), gradientNorm: update.gradientNorm,
            rate: update.learningRate)
    }

    func measured(count: Int) throws -> CheckReport { CheckReport(step: completed) }

    func saveResult(to folder: URL) throws {
        try Data("done".utf8).write(to: folder.appendingPathComponent("result"))
    }
}

/// Notes what it is told, and stops a run when it has seen so many updates.
final class Watcher: TrainingObserver {
    var stopAfter = Int.max
    private(set) var updates = 0
    private(set) var notes: [String] = []

    func progressed(_ part: (what: String, done: Int, total: Int)?) { if part == nil { updates += 1 } }
    var isInterrupted: Bool { updates >= stopAfter }
    func note(_ text: String) { notes.append(text) }
}

/// A stream of seeds that stands where it was put.
final class Seeds: SeedStream {
    var seedPosition: UInt64 = 0
}
