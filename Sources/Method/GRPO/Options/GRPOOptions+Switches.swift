import Basics
import Diffusion

extension GRPOOptions {
    /// Every switch but the seed, in the order of a round.
    public static let switches: [GRPOSwitch] = [
        .choice("algorithm", \.algorithm, "how the policy learns; see the table of algorithms"),
        .optionalWhole(
            "rounds", 1...1_000_000, \.rounds, absent: "without end",
            "rounds in all; none for a run without a fixed end"),
        .whole("group", 2...100_000, \.group, "samples per prompt; advantages are differences between them"),
        .whole("round_prompts", 1...100_000, \.roundPrompts, "prompts per round"),
        .whole("steps", 1...999, \.steps, "denoising steps (DDIM)"),
        .number("eta", Bounds(.open(0), .closed(1)), \.eta, "how random a step is; 0 leaves nothing to train"),
        .number("guidance", .atLeast(1), \.guidance, "classifier-free guidance; 1 is none"),
        GRPOSwitch(
            "negative", .text, "what guidance leads away from", shown: { "\"\($0.negative)\"" },
            get: { .text($0.negative) }
        ) { options, setting in
            if case .text(let value) = setting { options.negative = value }
        },
        .flag(
            "cfg_free", \.cfgFree,
            "rollouts and updates without guidance, at half the work; false where `guidance` is given"),
        .choice("latents", \.latents, "which samples start from the same noise; in the published code all do"),
        .optionalWhole(
            "train_steps", 1...1_000_000, \.trainSteps, absent: "all",
            "how many denoising steps a round trains; none for all that can be"),
        .choice(
            "choose", \.choose, shown: { $0.trainSteps == nil ? "all" : $0.choose.rawValue },
            "which ones: any, the noisiest, the least noisy, or neighbours"),
        .choice("sde", \.sde, "which steps are random: all, or only those that are trained"),
        .flag(
            "train_last", \.trainLast,
            "whether the last step may be trained, whose σ is the smallest and whose ratio varies most"),
        .whole("updates", 1...100_000, \.updates, "optimiser steps per rollout"),
        .choice("split", \.split, "what is divided among the updates: the trained steps, or the samples"),
        .flag("shuffle", \.shuffle, "whether they are divided in random order; in the published code they are not"),
        .whole(
            "microbatch", 1...100_000, \.microbatch, changesResults: false,
            "samples that go through the model at once; bounds memory"),
        GRPOSwitch(
            "checkpointing", .optional(.flag),
            "whether activations are computed again in the backward pass rather than kept: less memory, a third more work",
            defaultText: "where memory lacks", changesResults: false,
            shown: { $0.checkpointing.map { "\($0)" } ?? "where memory lacks" },
            get: { $0.checkpointing.map(GRPOSwitch.Setting.flag) ?? .none }
        ) { options, setting in
            if case .flag(let value) = setting { options.checkpointing = value } else { options.checkpointing = nil }
        },
        GRPOSwitch(
            "clip", .numberOrList(2, .above(0, below: 1)),
            "ε of the clipped ratio, on the mean log-probability; a list of two is below and above 1 (DAPO)",
            get: { options in options.clipHigh.map { .numbers([options.clip, $0]) } ?? .number(options.clip) }
        ) { options, setting in
            switch setting {
            case .number(let value): (options.clip, options.clipHigh) = (value, nil)
            case .numbers(let values): (options.clip, options.clipHigh) = (values[0], values[1])
            default: break
            }
        },
        .choice(
            "trust", \.trust,
            "what holds the policy near the rollout's: the clipped ratio, or a bound on the exact KL (Flow-DPPO)"),
        .number("trust_limit", .above(0), \.trustLimit, "that bound, a dimension of a step"),
        .choice("std", \.std, "what differences of rewards are divided by"),
        .choice(
            "aggregate", \.aggregate,
            "whether a sum of rewards is compared as a whole, or each of them by its own spread (GDPO)"),
        .whole("resample", 0...100, \.resample, "how often groups without spread are drawn anew (DAPO)"),
        .optionalWhole(
            "branch", 1...998, \.branch, absent: "at once",
            "the step at which a group's samples part, which are one before it; none for the beginning"),
        .number("advantage_epsilon", .atLeast(0), \.advantageEpsilon, "added to the standard deviation"),
        .number("advantage_clip", .above(0), \.advantageClip, "the largest advantage, either way"),
        .number("kl", .atLeast(0), \.kl, "weight of the exact KL to the frozen start; the published code has none"),
        GRPOSwitch(
            "kl_prompt", .optional(.textOrTexts),
            "what the frozen start is asked for in that KL: one text for all, or one for each of 'prompts'",
            shown: { $0.klPrompt.title }, get: { $0.klPrompt.setting }
        ) { options, setting in
            options.klPrompt =
                switch setting {
                case .text(let value): .one(value)
                case .texts(let values): .each(values)
                default: .own
                }
        },
        .number("keep_kl", .atLeast(0), \.keepKL, "weight of that KL on the prompts given as 'keep'"),
        .flag("ratio_norm", \.ratioNorm, "whether ratios are normalized to one scale for all steps (GRPO-Guard)"),
        .choice(
            "loss_weight", \.lossWeight,
            "how losses count by their σ: all alike, as errors of the clean latents, by Min-SNR, or by their own size"),
        .choice(
            "levels", \.levels,
            "at which noise levels finished pictures are learnt from: those of the trained steps, or any"),
        GRPOSwitch(
            "sampler", .optional(.choice(SamplerKind.allCases.map(\.rawValue))),
            "what draws the pictures where no trajectory is needed; none for DDIM",
            shown: { $0.sampler?.rawValue ?? "ddim" }, get: { $0.sampler.map { .text($0.rawValue) } ?? .none }
        ) { options, setting in
            options.sampler = if case .text(let name) = setting { SamplerKind(rawValue: name) } else { nil }
        },
        GRPOSwitch(
            "beta", .optional(.number(.above(0))),
            "β: of nft how far the policy's mirror image lies behind the old one, of dpo how sharp a preference is",
            defaultText: "nft 1, dpo 5000", shown: { $0.beta.map(GRPOSwitch.Setting.text) ?? "the algorithm's" },
            get: { $0.beta.map(GRPOSwitch.Setting.number) ?? .none }
        ) { options, setting in
            options.beta = if case .number(let value) = setting { value } else { nil }
        },
        .numbers(
            "old_decay", 2, .from(0, below: 1), \.oldDecay,
            "how much the decay of nft's old policy rises each round, and its largest"),
        .whole("last", 1...999, \.last, "the denoising steps at the end that the gradient of the reward goes through"),
        .number("negative_guidance", .above(0), \.negativeGuidance, "η of esd: how far it leads away from a prompt"),
        .number("rate", .above(0), \.rate, "AdamW's learning rate; of all weights, 5e-5 unless given"),
        .whole("warmup", 0...100_000, \.warmup, "rounds of warm-up to it"),
        .choice("rate_shape", \.rateShape, "how it goes on: as it is, or to 0 at the last of 'rounds'"),
        .numbers(
            "betas", 2, .from(0, below: 1), \.betas, "decay of the running means of the gradient and its square"),
        .number("epsilon", .above(0), \.epsilon, "added to the root of the second mean"),
        .number("decay", .atLeast(0), \.decay, "weight decay"),
        .number("gradient_norm", .above(0), \.gradientNorm, "the largest norm of all gradients together"),
        GRPOSwitch(
            "ema", .number(.from(0, below: 1)), "decay of a running average of the weights; 0 for none",
            shown: { $0.ema == 0 ? "none" : GRPOSwitch.Setting.text($0.ema) }, get: { .number($0.ema) }
        ) { options, setting in
            if case .number(let value) = setting { options.ema = value }
        },
        GRPOSwitch(
            "lora", .optional(.whole(1...4096)), "rank of low-rank adapters to train; none to train all weights",
            shown: { $0.lora.map { "rank \($0.rank)" } ?? "none" }, get: { $0.lora.map { .whole($0.rank) } ?? .none }
        ) { options, setting in
            guard case .whole(let rank) = setting else { return options.lora = nil }
            options.lora = LoRAOptions(rank: rank, targets: options.lora?.targets ?? LoRAOptions.words)
        },
        GRPOSwitch(
            "lora_alpha", .optional(.number(Bounds(.open(0), .closed(1e6)))), "they are scaled by alpha / rank",
            defaultText: "the rank",
            get: { $0.lora.map { .number(Double($0.alpha)) } ?? .none }
        ) { options, setting in
            guard let rank = options.lora?.rank else { return }
            options.lora?.alpha = if case .number(let alpha) = setting { Float(alpha) } else { Float(rank) }
        },
        GRPOSwitch(
            "lora_targets", .optional(.texts), "the layers that get adapters, by the end of their names",
            get: { $0.lora.map { .texts($0.targets) } ?? .none }
        ) { options, setting in
            options.lora?.targets = if case .texts(let targets) = setting { targets } else { LoRAOptions.words }
        },
        .flag(
            "parity", \.parity,
            "whether pictures are truncated to 8 bits and go through JPEG before they are judged, as in the published code"
        ),
    ]

    /// Switches that runs saved by earlier versions do without; their usual values are what such runs did.
    private static let laterSwitches: Set<String> = [
        "algorithm", "trust", "trust_limit", "aggregate", "resample", "branch", "loss_weight", "levels", "sampler",
        "beta", "old_decay", "last", "negative_guidance", "rate_shape",
    ]

    /// Switches that stand otherwise than in the paper, with both values; of those that both algorithms read.
    public var differencesFromPaper: [(name: String, value: String, paper: String)] {
        differences(from: .paper).filter { algorithm.uses($0.name) && AlgorithmKind.grpo.uses($0.name) }
    }

    /// Switches in which two settings differ.
    func differences(from other: GRPOOptions) -> [(name: String, value: String, paper: String)] {
        Self.switches.filter(\.changesResults).compactMap { item in
            let (mine, theirs) = (item.value(in: self), item.value(in: other))
            return mine == theirs ? nil : (item.name, mine, theirs)
        }
    }

    /// - Throws: `RhumbError` for the first option that can't be.
    func validate() throws {
        for item in Self.switches { try item.check(item.setting(in: self)) }
        guard rateShape == .constant || rounds != nil else {
            throw RhumbError(
                "'rate_shape' \"\(rateShape.rawValue)\" leads to 0 at the last round, and the run has no 'rounds'",
                hint: "rounds: 60, or rate_shape: \"constant\"", argument: "rate_shape")
        }
        guard klPrompt == .own || kl > 0 else {
            throw RhumbError(
                "'kl_prompt' does nothing with kl: 0", hint: "kl: 0.1, or leave it out", argument: "kl_prompt")
        }
        try method.check(self)
    }

    /// - Throws: `RhumbError` where the loss is weighed in a way that the algorithm has no meaning for.
    func requireLevelWeight(_ weights: [LossWeight]) throws {
        guard weights.contains(lossWeight) else {
            throw RhumbError(
                "'loss_weight' of \"\(algorithm.rawValue)\" can't be \"\(lossWeight.rawValue)\"",
                hint: weights.map { "\"\($0.rawValue)\"" }.joined(separator: " or "), argument: "loss_weight")
        }
    }

    /// - Throws: `RhumbError` where all pictures of a group would be the same.
    func requireDifferentPictures() throws {
        guard latents == .perSample || sampler?.isStochastic ?? false else {
            throw RhumbError(
                "with latents: \"\(latents.rawValue)\" and a sampler without noise the pictures of a group are all the same",
                hint: "latents: \"per-sample\", or a sampler with noise: sampler: \"euler_a\"", argument: "latents")
        }
    }
}

// MARK: In a checkpoint, by the switches' names

extension GRPOOptions: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(seed, forKey: Key("seed"))
        for item in Self.switches {
            let key = Key(item.name)
            switch item.setting(in: self) {
            case .none: try container.encodeNil(forKey: key)
            case .flag(let value): try container.encode(value, forKey: key)
            case .whole(let value): try container.encode(value, forKey: key)
            case .number(let value): try container.encode(value, forKey: key)
            case .numbers(let values): try container.encode(values, forKey: key)
            case .text(let value): try container.encode(value, forKey: key)
            case .texts(let values): try container.encode(values, forKey: key)
            }
        }
    }

    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: Key.self)
        func setting(_ kind: GRPOSwitch.Kind, _ key: Key) throws -> GRPOSwitch.Setting {
            switch kind {
            case .flag: .flag(try container.decode(Bool.self, forKey: key))
            case .whole: .whole(try container.decode(Int.self, forKey: key))
            case .number: .number(try container.decode(Double.self, forKey: key))
            case .numbers: .numbers(try container.decode([Double].self, forKey: key))
            case .numberOrList:
                try (try? container.decode(Double.self, forKey: key)).map(GRPOSwitch.Setting.number)
                    ?? .numbers(container.decode([Double].self, forKey: key))
            case .choice, .text: .text(try container.decode(String.self, forKey: key))
            case .texts: .texts(try container.decode([String].self, forKey: key))
            case .textOrTexts:
                try (try? container.decode(String.self, forKey: key)).map(GRPOSwitch.Setting.text)
                    ?? .texts(container.decode([String].self, forKey: key))
            case .optional(let kind): try container.decodeNil(forKey: key) ? .none : setting(kind, key)
            }
        }
        seed = try container.decode(UInt64.self, forKey: Key("seed"))
        for item in Self.switches {
            // A run of an earlier version lacks switches that change no result, and those that were not there yet.
            let mayLack = !item.changesResults || Self.laterSwitches.contains(item.name)
            guard !mayLack || container.contains(Key(item.name)) else { continue }
            try item.set(setting(item.kind, Key(item.name)), in: &self)
        }
    }
}
