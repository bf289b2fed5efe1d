import Diffusion
import GRPO
import Language

/// One switch of a GRPO run: how it is declared, and where it goes. The defaults come from `GRPOOptions` itself.
struct TrainerOption {
    let parameter: Parameter
    let apply: (inout GRPOOptions, Arguments) throws -> Void

    /// A switch whose value `read` takes from the call; `preset` values stay where it is not given.
    private init<Setting>(
        _ name: String, _ type: ValueType, _ path: WritableKeyPath<GRPOOptions, Setting>, help: String,
        shown: (Setting) -> Value, read: @escaping (Arguments, String) throws -> Setting
    ) {
        parameter = .option(name, type, default: shown(GRPOOptions.miniature[keyPath: path]), help: help)
        apply = { options, call in
            if try call.isGiven(name) { options[keyPath: path] = try read(call, name) }
        }
    }

    private static func whole(
        _ name: String, _ range: ClosedRange<Int>, _ path: WritableKeyPath<GRPOOptions, Int>, _ help: String
    ) -> TrainerOption {
        TrainerOption(name, .whole(in: range), path, help: help, shown: { .number(Double($0)) }) { try $0.whole($1) }
    }

    private static func number(
        _ name: String, _ range: ClosedRange<Double>, _ path: WritableKeyPath<GRPOOptions, Double>, _ help: String
    ) -> TrainerOption {
        TrainerOption(name, .number(in: range), path, help: help, shown: { .number($0) }) { try $0.number($1) }
    }

    private static func boolean(
        _ name: String, _ path: WritableKeyPath<GRPOOptions, Bool>, _ help: String
    ) -> TrainerOption {
        TrainerOption(name, .boolean, path, help: help, shown: { .boolean($0) }) { try $0.boolean($1) }
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ path: WritableKeyPath<GRPOOptions, Choice>, _ help: String
    ) -> TrainerOption {
        TrainerOption(
            name, .choice(Choice.allCases.map(\.rawValue)), path, help: help, shown: { .string($0.rawValue) }
        ) { try $0.choice($1) }
    }

    private static func optionalWhole(
        _ name: String, _ path: WritableKeyPath<GRPOOptions, Int?>, _ help: String
    ) -> TrainerOption {
        TrainerOption(
            name, .optional(.whole(in: 1...1_000_000)), path, help: help,
            shown: { $0.map { .number(Double($0)) } ?? Value.none }
        ) { call, name in try call.optional(name, call.whole) }
    }

    private static let upward = 0...Double.greatestFiniteMagnitude

    /// Every switch but the seed and those of LoRA, in the order of a round.
    static var all: [TrainerOption] {
        [
            optionalWhole("rounds", \.rounds, "rounds in all; none for a run without an end of its own"),
            whole("group", 1...100_000, \.group, "samples a prompt"),
            whole("round_prompts", 1...100_000, \.promptsPerRound, "prompts a round"),
            whole("steps", 1...1000, \.steps, "denoising steps (DDIM)"),
            number("eta", 0...1, \.eta, "how random a step is; 0 leaves nothing to train"),
            number("guidance", 1...Double.greatestFiniteMagnitude, \.guidance, "classifier-free guidance; 1 is none"),
            TrainerOption(
                "negative", .string, \.negativePrompt, help: "what guidance leads away from", shown: { .string($0) }
            ) { try $0.string($1) },
            boolean("cfg_free", \.withoutGuidance, "rollouts and updates without guidance, at half the work; false where `guidance` is given"),
            choice("latents", \.latents, "who starts from the same noise; the published code: everyone"),
            optionalWhole("train_steps", \.trainSteps, "how many denoising steps a round trains; none for all that can be"),
            choice("choose", \.stepChoice, "which ones: any, the noisiest, the least noisy, or neighbours"),
            choice("sde", \.stochastic, "which steps are random: all, or only those that are trained"),
            boolean("train_last", \.trainLast, "whether the last step may be trained, whose σ is the smallest"),
            whole("updates", 1...100_000, \.updates, "optimiser steps a rollout"),
            choice("split", \.split, "what updates share out: the trained steps, or the samples"),
            boolean("shuffle", \.shuffle, "whether they are dealt out in random order; the published code: not"),
            whole("microbatch", 1...100_000, \.microbatch, "samples that go through the model at once; bounds memory"),
            number("clip", 0...1, \.clip, "ε of the clipped ratio, on the mean log-probability"),
            choice("std", \.advantageScale, "what differences of rewards are divided by"),
            number("advantage_epsilon", upward, \.advantageEpsilon, "added to the standard deviation"),
            number("advantage_clip", upward, \.advantageClip, "the largest advantage, either way"),
            number("kl", upward, \.kl, "weight of the exact KL to the frozen start; the published code has none"),
            TrainerOption(
                "kl_prompt", .optional(.string), \.klPrompt,
                help: "what the start is asked for in that KL; none for each sample's own prompt",
                shown: { $0.map { .string($0) } ?? Value.none }
            ) { call, name in try call.optional(name, call.string) },
            number("keep_kl", upward, \.keptKL, "weight of that KL on the prompts given as 'keep'"),
            boolean("ratio_norm", \.normalizesRatios, "whether ratios are brought to one scale for all steps (GRPO-Guard)"),
            number("rate", upward, \.learningRate, "AdamW's learning rate; of all weights, 5e-5 unless given"),
            whole("warmup", 0...100_000, \.warmUp, "rounds that lead up to it"),
            TrainerOption(
                "betas", .list(of: .number(in: 0...1)), \.betas, help: "decay of the running means of the gradient and its square",
                shown: { .numbers($0) }
            ) { try $0.numbers($1) },
            number("epsilon", upward, \.epsilon, "added to the root of the second mean"),
            number("decay", upward, \.weightDecay, "weight decay"),
            number("gradient_norm", upward, \.gradientNorm, "the greatest length of all gradients together"),
            number("ema", 0...1, \.averaging, "decay of a running average of the weights; 0 for none"),
            boolean("parity", \.storesPictures, "whether pictures are truncated to 8 bits and go through JPEG before they are judged, as in the published code"),
        ]
    }

    /// Adapters instead of all weights.
    static var lora: [Parameter] {
        [
            .option(
                "lora", .optional(.whole(in: 1...4096)), default: .number(32),
                help: "rank of low-rank adapters to train; none to train all weights"),
            .option(
                "lora_alpha", .optional(.number(in: 1e-6...1e6)), fallback: .described("the rank"),
                help: "they are scaled by alpha / rank"),
            .option(
                "lora_targets", .list(of: .string), default: .strings(LoRAOptions.words),
                help: "the layers that get one, by the end of their names"),
        ]
    }
}

extension GRPOOptions {
    /// The settings that a call of `trainer` asks for.
    init(_ call: Arguments) throws {
        self = try call.string("preset") == "paper" ? .paper : .miniature
        for option in TrainerOption.all { try option.apply(&self, call) }
        // Who asks for guidance wants it.
        if try call.isGiven("guidance") && !call.isGiven("cfg_free") { withoutGuidance = false }
        try setAdapters(call)
        seed = try call.seed()
    }

    private mutating func setAdapters(_ call: Arguments) throws {
        if try call.isGiven("lora") ? call.optional("lora", call.whole) == nil : lora == nil {
            if let name = try ["lora_alpha", "lora_targets"].first(where: call.isGiven) {
                throw call.failure(
                    name, "there are no adapters to set this for", hint: "give their rank too: lora: 8")
            }
            // A rate for adapters would wreck a whole model within a round.
            if try lora != nil && !call.isGiven("rate") { learningRate = GRPOOptions().learningRate }
            lora = nil
            return
        }
        lora = LoRAOptions(
            rank: try call.whole("lora"), alpha: try call.optional("lora_alpha", call.number).map { Float($0) },
            targets: try call.strings("lora_targets"))
    }
}
