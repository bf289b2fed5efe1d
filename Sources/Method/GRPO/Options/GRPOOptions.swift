import Diffusion
import Tensor

/// Where the samples of a round start from.
public enum InitialLatents: String, CaseIterable, Sendable {
    /// All of a round from one noise, as the published code does: what differs then comes from the steps alone.
    case shared
    /// Each group from a noise of its own.
    case perPrompt = "per-prompt"
    /// Every sample from its own noise.
    case perSample = "per-sample"
}

/// Which of the steps that can be trained a round trains, when not all.
public enum StepChoice: String, CaseIterable, Sendable {
    /// Any, drawn anew each round (Xue et al. 2025 train a fraction of the timesteps).
    case random
    /// The noisiest, where composition is decided.
    case first
    /// The least noisy.
    case last
    /// Neighbours, from a place drawn anew each round (Li et al. 2025, "MixGRPO").
    case window
}

/// Which steps are random.
public enum StochasticSteps: String, CaseIterable, Sendable {
    /// All of them, as DDIM with η does.
    case all
    /// Those that are trained; the others follow the deterministic path, so that rewards tell about the trained ones.
    case trained
}

/// What the updates of a rollout share out among themselves.
public enum UpdateSplit: String, CaseIterable, Sendable {
    /// Each update takes a part of the samples, with all trained steps.
    case samples
    /// Each update takes a part of the trained steps, of all samples.
    case steps
}

/// What the frozen start is asked for where the policy is held to it.
public enum StartPrompts: Equatable, Sendable {
    /// Each sample's own prompt.
    case own
    /// The same for all. With "a picture" a model that gives up what it was asked for stays among pictures it knew.
    case one(String)
    /// One text for each prompt that is trained on, in their order, such as the prompt without what is to be unlearnt:
    /// the model may then draw that, and nothing that the start never drew.
    case each([String])

    var setting: GRPOSwitch.Setting {
        switch self {
        case .own: .none
        case .one(let text): .text(text)
        case .each(let texts): .texts(texts)
        }
    }

    /// As tables and messages show it.
    var title: String {
        switch self {
        case .own: "the sample's own"
        case .one(let text): "\"\(text)\""
        case .each: "a text for each prompt"
        }
    }
}

/// Every switch of a GRPO run.
///
/// `GRPOOptions()` trains all weights by a few random steps; `.miniature` is what works on the bundled model, `.paper`
/// has the published values, and `differencesFromPaper` tells one from the other.
public struct GRPOOptions: Equatable, Sendable {
    /// Decides prompt order, noise, chosen steps, adapters and the order of updates.
    public var seed: UInt64 = 0

    /// How the policy learns from what it drew.
    public var algorithm = AlgorithmKind.grpo

    // MARK: A round

    /// Rounds in all; nil for a run without an end of its own.
    public var rounds: Int?
    /// Samples per prompt.
    public var group = 8
    /// Prompts a round.
    public var roundPrompts = 4

    // MARK: Sampling

    /// Denoising steps (DDIM).
    public var steps = 8
    /// How random a step is, from 0 (deterministic: nothing to train) to 1.
    public var eta = 1.0
    /// Classifier-free guidance.
    public var guidance = 4.0
    /// What guidance leads away from.
    public var negative = ""
    /// Rollouts and updates without guidance: half the work; guidance comes back when the result is sampled from.
    public var cfgFree = false
    public var latents = InitialLatents.perSample

    // MARK: Which steps are trained

    /// How many a round; nil for all that can be.
    public var trainSteps: Int? = 5
    public var choose = StepChoice.random
    public var sde = StochasticSteps.all
    /// Whether the last denoising step may be trained too. Its σ is the smallest, so its ratio the wildest.
    public var trainLast = false

    // MARK: Updates

    /// Optimiser steps a rollout.
    public var updates = 5
    public var split = UpdateSplit.steps
    /// Whether samples and steps are dealt out to the updates in random order.
    public var shuffle = true
    /// Samples that go through the model at once; bounds memory, changes nothing else.
    public var microbatch = 16
    /// Whether backward passes keep the inputs of the UNet's blocks alone and compute the rest again, with the same
    /// bits: less memory, more work. Nil for where memory would not do otherwise.
    public var checkpointing: Bool?

    // MARK: The objective

    /// What keeps the policy near the one that drew the rollout.
    public var trust = TrustRegion.ratio
    /// The KL a dimension that a step may have moved by, where that bounds the policy.
    public var trustLimit = 1e-5
    /// ε of the clipped ratio, on the mean log-probability.
    public var clip = 1e-3
    /// ε above 1, where that is another one (Yu et al. 2025, "DAPO": clip-higher); nil for the same.
    public var clipHigh: Double?
    public var std = AdvantageScale.group
    /// What of a sum of rewards becomes advantages.
    public var aggregate = RewardAggregate.total
    /// How often groups without spread are drawn anew.
    public var resample = 0
    /// The step at which the samples of a group part; nil for the beginning.
    public var branch: Int?
    /// Added to the standard deviation of a group.
    public var advantageEpsilon = 1e-8
    /// The largest advantage, either way.
    public var advantageClip = 2.5
    /// Weight of the KL to the frozen start.
    public var kl = 0.0
    /// What the frozen start is asked for in that KL.
    public var klPrompt = StartPrompts.own
    /// Weight of the KL to the frozen start on prompts that are to be kept.
    public var keepKL = 1.0
    /// Whether log-ratios are corrected and scaled by their step's σ, so that steps weigh alike (Wang et al. 2025,
    /// "GRPO-Guard").
    public var ratioNorm = false

    /// How the losses of steps, or of noise levels, count among each other.
    public var lossWeight = LossWeight.none

    // MARK: Other algorithms than GRPO

    /// At which noise levels finished pictures are learnt from.
    public var levels = NoiseLevels.steps
    /// What draws a rollout's pictures, deterministic where it can be; nil for DDIM.
    public var sampler: SamplerKind?
    /// β of DiffusionNFT and of Diffusion-DPO; nil for those that have none.
    public var beta: Double?
    /// How fast the decay of DiffusionNFT's old policy rises with the rounds, and how far.
    public var oldDecay = [0.001, 0.5]
    /// The last denoising steps that the gradient of a reward goes back through.
    public var last = 1
    /// η of ESD: how far beyond nothing the policy is led away from what is erased.
    public var negativeGuidance = 1.0

    // MARK: The optimiser (AdamW)

    public var rate = 5e-5
    /// Rounds that lead up to the learning rate.
    public var warmup = 5
    /// How the rate goes on from there: as it is, or to 0 at the last round.
    public var rateShape = LearningRateSchedule.Shape.constant
    public var betas = [0.9, 0.999]
    public var epsilon = 1e-8
    public var decay = 1e-4
    /// The greatest length of all gradients together.
    public var gradientNorm = 1.0
    /// Decay of the running average of the weights; 0 for none.
    public var ema = 0.0
    /// Adapters instead of all weights.
    public var lora: LoRAOptions?

    // MARK: Rewards

    /// Whether pictures are truncated to 8 bits and go through JPEG before they are judged, as in the published code.
    public var parity = false

    public init() {}

    /// What works on the bundled miniature: adapters on what the words say (keys and values of the attention to the
    /// text), trained on the noisy steps, where a picture's content is decided, of pictures drawn without guidance.
    public static let miniature: GRPOOptions = {
        var options = GRPOOptions()
        (options.roundPrompts, options.cfgFree) = (8, true)
        (options.trainSteps, options.choose, options.updates) = (4, .first, 4)
        options.std = .global
        (options.lora, options.rate) = (LoRAOptions(rank: 32, targets: LoRAOptions.words), 2.5e-3)
        return options
    }()

    /// The published settings: Stable Diffusion 1.5 on four pictures' prompts a device.
    public static let paper: GRPOOptions = {
        var options = GRPOOptions()
        (options.rounds, options.group, options.roundPrompts) = (300, 16, 4)
        (options.steps, options.eta, options.guidance, options.latents) = (50, 1, 5, .shared)
        (options.trainSteps, options.choose, options.trainLast) = (nil, .random, false)
        (options.updates, options.split, options.shuffle) = (16, .samples, false)
        (options.clip, options.rate, options.warmup) = (1e-4, 1e-5, 0)
        options.parity = true
        return options
    }()

    /// Samples per round.
    public var samplesPerRound: Int { group * roundPrompts }

    /// The guidance that rollouts and updates use; 1 is none.
    public var effectiveGuidance: Double { cfgFree ? 1 : guidance }
}
