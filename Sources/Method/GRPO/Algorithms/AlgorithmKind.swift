import Basics

/// The algorithms by their names.
public enum AlgorithmKind: String, CaseIterable, Sendable {
    case grpo, nft, awm, dpo, reward, esd, sft

    var method: any PolicyAlgorithm {
        switch self {
        case .grpo: ClippedPolicyGradient()
        case .nft: NegativeAwareFinetuning()
        case .awm: AdvantageWeightedMatching()
        case .dpo: PreferenceOptimisation()
        case .reward: RewardBackpropagation()
        case .esd: ConceptErasing()
        case .sft: SupervisedFinetuning()
        }
    }

    /// As a sentence calls it: `DiffusionNFT`.
    public var title: String { method.title }
    /// Its paper.
    public var source: String { method.source }
    public var summary: String { method.summary }
    public var formula: String { method.formula }
    public var usesReward: Bool { method.usesReward }
    public var usesAdvantages: Bool { method.usesAdvantages }
    public var hasRatios: Bool { method.hasRatios }
    public var recording: Recording { method.recording }

    /// Switches of every run.
    private static let common: Set<String> = [
        "algorithm", "rounds", "round_prompts", "steps", "updates", "split", "shuffle", "microbatch", "checkpointing",
        "kl", "kl_prompt", "keep_kl", "rate", "warmup", "rate_shape", "betas", "epsilon", "decay", "gradient_norm",
        "ema", "lora",
        "lora_alpha", "lora_targets",
    ]
    /// Switches of those that draw pictures.
    static let drawing: Set<String> = ["group", "guidance", "negative", "cfg_free", "latents"]
    /// Switches of those that choose among denoising steps.
    static let choosing: Set<String> = ["train_steps", "choose"]
    /// Switches of those that turn scores into advantages.
    static let weighing: Set<String> = ["std", "advantage_epsilon", "advantage_clip", "aggregate"]

    /// Whether a switch does anything.
    public func uses(_ name: String) -> Bool { Self.common.contains(name) || method.switches.contains(name) }

    /// The switches of a run before any is given, from those of a preset.
    public func settings(of preset: GRPOOptions) -> GRPOOptions {
        var options = preset
        options.algorithm = self
        method.settle(&options)
        return options
    }

    /// The algorithms that a switch is for.
    public static func using(_ name: String) -> [AlgorithmKind] { allCases.filter { $0.uses(name) } }
}

extension GRPOOptions {
    var method: any PolicyAlgorithm { algorithm.method }

    /// The switches that this run's algorithm reads.
    public var usedSwitches: [GRPOSwitch] { Self.switches.filter { algorithm.uses($0.name) } }
}
