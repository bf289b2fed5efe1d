import Basics
import Diffusion
import Tensor

/// What a rollout keeps for an algorithm's updates.
public enum Recording: Sendable, Equatable {
    /// Every step of the way, random, with μ and the log-probability of those that are trained.
    case densities
    /// Every step of the deterministic way.
    case path
    /// The finished latents alone. With noise added to them, what the model that drew them predicts, where that counts.
    case result(predictions: Bool)
}

/// How a policy learns: what a rollout records, the loss of a part of it, and what of that stands in the history.
///
/// Everything else is shared by all algorithms: prompts, rollouts, rewards, the optimiser, checkpoints.
protocol PolicyAlgorithm: Sendable {
    /// As a sentence calls it, with its paper.
    var title: String { get }
    var source: String { get }
    /// What it does, in a sentence or two.
    var summary: String { get }
    /// The loss of one sample at one step.
    var formula: String { get }
    var recording: Recording { get }
    /// Whether pictures are scored; false for what learns from given pictures or from the frozen start alone.
    var usesReward: Bool { get }
    /// Whether scores become advantages.
    var usesAdvantages: Bool { get }
    /// Whether it clips ratios of probabilities.
    var hasRatios: Bool { get }
    /// The switches that it reads beside those of every run.
    var switches: Set<String> { get }
    /// What it reports of an update beside the loss, in the order of the history's columns.
    var measures: [Measure] { get }

    /// Sets the switches whose usual value is another one here.
    func settle(_ options: inout GRPOOptions)
    /// - Throws: `RhumbError` for switches that don't go together.
    func check(_ options: GRPOOptions) throws
    /// How many things updates can share out; samples, but for pairs.
    func units(samples: Int, groups: Int) -> Int
    /// How many samples such a thing is.
    var samplesPerUnit: Int { get }
    /// The samples of some of these things.
    func samples(of units: [Int], in rollout: Rollout) -> [Int]
    /// Everything the loss is made of for some of them at one step; differentiable.
    ///
    /// - Parameter piece: its samples are units; its first step counts.
    func terms(
        of piece: UpdatePart, in rollout: Rollout, by update: PolicyUpdate, withReference: Bool
    ) throws -> ObjectiveTerms
}

/// A number that an algorithm reports of each sample and step of an update; the history has its mean.
public struct Measure: Sendable, Equatable {
    public let name, meaning, formula: String
}

extension PolicyAlgorithm {
    var usesReward: Bool { true }
    var usesAdvantages: Bool { false }
    var hasRatios: Bool { false }
    var measures: [Measure] { [] }

    func settle(_ options: inout GRPOOptions) {}
    func check(_ options: GRPOOptions) throws {}
    func units(samples: Int, groups: Int) -> Int { samples }
    var samplesPerUnit: Int { 1 }
    func samples(of units: [Int], in rollout: Rollout) -> [Int] { units }
}

/// The parts of the objective for some units at one step; each [units] where nothing else is said.
struct ObjectiveTerms {
    /// Where ratios are clipped.
    var objective: ClippedObjective?
    /// With the KL to the reference where it has a weight; differentiable.
    var losses: Tensor
    var logProbability, oldLogProbability: Tensor?
    /// How far the policy is from the one that drew the rollout.
    var divergence: Tensor?
    /// How far it is from the frozen start, where that was asked for, [samples].
    var divergenceFromReference: Tensor?
    /// The algorithm's measures by name.
    var measures: [String: Tensor] = [:]
}
