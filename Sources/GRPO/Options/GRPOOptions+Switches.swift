/// One switch as tables and messages show it.
public struct GRPOSwitch: Sendable {
    /// As the verb calls it.
    public let name: String
    let read: @Sendable (GRPOOptions) -> String

    public func value(in options: GRPOOptions) -> String { read(options) }
}

extension GRPOOptions {
    /// Every switch but the seed, in the order of a round.
    public static let switches: [GRPOSwitch] = [
        .init(name: "rounds") { $0.rounds.map(String.init) ?? "without end" },
        .init(name: "group") { "\($0.group)" },
        .init(name: "round_prompts") { "\($0.promptsPerRound)" },
        .init(name: "steps") { "\($0.steps)" },
        .init(name: "eta") { number($0.eta) },
        .init(name: "guidance") { number($0.guidance) },
        .init(name: "negative") { "\"\($0.negativePrompt)\"" },
        .init(name: "cfg_free") { "\($0.withoutGuidance)" },
        .init(name: "latents") { $0.latents.rawValue },
        .init(name: "train_steps") { $0.trainSteps.map(String.init) ?? "all" },
        .init(name: "choose") { $0.trainSteps == nil ? "all" : $0.stepChoice.rawValue },
        .init(name: "sde") { $0.stochastic.rawValue },
        .init(name: "train_last") { "\($0.trainLast)" },
        .init(name: "updates") { "\($0.updates)" },
        .init(name: "split") { $0.split.rawValue },
        .init(name: "shuffle") { "\($0.shuffle)" },
        .init(name: "clip") { number($0.clip) },
        .init(name: "std") { $0.advantageScale.rawValue },
        .init(name: "advantage_epsilon") { number($0.advantageEpsilon) },
        .init(name: "advantage_clip") { number($0.advantageClip) },
        .init(name: "kl") { number($0.kl) },
        .init(name: "kl_prompt") { $0.klPrompt.map { "\"\($0)\"" } ?? "the sample's own" },
        .init(name: "keep_kl") { number($0.keptKL) },
        .init(name: "ratio_norm") { "\($0.normalizesRatios)" },
        .init(name: "rate") { number($0.learningRate) },
        .init(name: "warmup") { "\($0.warmUp)" },
        .init(name: "betas") { "[" + $0.betas.map(number).joined(separator: ", ") + "]" },
        .init(name: "epsilon") { number($0.epsilon) },
        .init(name: "decay") { number($0.weightDecay) },
        .init(name: "gradient_norm") { number($0.gradientNorm) },
        .init(name: "ema") { $0.averaging == 0 ? "none" : number($0.averaging) },
        .init(name: "lora") { $0.lora.map { "rank \($0.rank)" } ?? "none" },
        .init(name: "lora_alpha") { $0.lora.map { number(Double($0.alpha)) } ?? "none" },
        .init(name: "lora_targets") { $0.lora.map { $0.targets.joined(separator: " ") } ?? "none" },
        .init(name: "parity") { "\($0.storesPictures)" },
    ]

    /// The shortest form: 8 for 8.0, 1e-05 for 0.00001.
    private static func number(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Switches that stand otherwise than in the paper, with both values.
    public var differencesFromPaper: [(name: String, value: String, paper: String)] { differences(from: .paper) }

    /// Switches in which two settings differ.
    func differences(from other: GRPOOptions) -> [(name: String, value: String, paper: String)] {
        Self.switches.compactMap { item in
            let (mine, theirs) = (item.value(in: self), item.value(in: other))
            return mine == theirs ? nil : (item.name, mine, theirs)
        }
    }
}
