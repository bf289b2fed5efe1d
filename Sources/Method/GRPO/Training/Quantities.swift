import Foundation

/// A quantity of GRPO: what it is, how it is computed, and what it is at present.
public struct Quantity: Sendable {
    public let name: String
    public let meaning: String
    public let formula: String
    /// In this trainer; nil while there is nothing to show.
    public let value: String?
}

extension GRPOTrainer {
    /// Every quantity that can be explained, in the order of a round.
    public var quantities: [Quantity] {
        let rollout = pending?.rollout ?? lastRollout, round = history.last
        func text(_ value: Double?) -> String? { value.map { String(format: "%.4g", $0) } }
        func range(_ values: [Double]?) -> String? {
            guard let values, let low = values.lowest(), let high = values.highest() else { return nil }
            return "\(text(low)!) … \(text(high)!)"
        }
        func mean(_ values: [Double]?) -> Double? { values.map { $0.reduce(0, +) / Double(max($0.count, 1)) } }
        let densities = rollout?.trained.values.flatMap { $0.logProbability.floats.map(Double.init) }
        return [
            Quantity(
                name: "sigma",
                meaning: "how much noise a denoising step adds; 0 makes it deterministic, with nothing to train",
                formula: "σ² = η² (1 − ᾱ') / (1 − ᾱ) · (1 − ᾱ / ᾱ')",
                value: range(stepPlan.sigmas)),
            Quantity(
                name: "log_prob",
                meaning: "how likely the policy finds the step it took, averaged over the latent's dimensions",
                formula: "mean of −(x' − μ)² / 2σ² − log σ − ½ log 2π", value: text(mean(densities))),
            Quantity(
                name: "reward", meaning: "what a picture is scored by; here '\(reward.name)'",
                formula: "steering: x · z' with z' = normalize(z + α v)", value: text(mean(rollout?.scores.totals))),
            Quantity(
                name: "advantage", meaning: "how much better than its group a sample did, in standard deviations",
                formula: advantageFormula, value: range(rollout?.advantages.values)),
            Quantity(
                name: "zero_spread", meaning: "share of groups whose rewards are all equal: they teach nothing",
                formula: "groups with max r = min r / groups", value: text(round?.zeroSpread)),
            Quantity(
                name: "ratio",
                meaning: "how much likelier a step has become since it was drawn; 1 before the first update",
                formula: options.ratioNorm
                    ? "ρ = exp(σ (log p_new − log p_old + (μ_new − μ_old)² / 2σ²))" : "ρ = exp(log p_new − log p_old)",
                value: round.map { "\(text($0.lowestRatio)!) … \(text($0.highestRatio)!)" }),
            Quantity(
                name: "objective", meaning: "what an update minimises: the larger of the plain and the clipped loss",
                formula: "mean of max(−A ρ, −A clip(ρ, 1 − ε, 1 + ε))\(startTerm), ε = \(options.clip)",
                value: text(round?.loss)),
            Quantity(
                name: "clip_fraction", meaning: "shares of ratios above and below the clipping range",
                formula: "ρ > 1 + ε, ρ < 1 − ε",
                value: round.map { "\(text($0.clippedAbove)!) above, \(text($0.clippedBelow)!) below" }),
            Quantity(
                name: "kl",
                meaning: "how far the policy has moved from the one that drew the rollout: the exact KL per dimension",
                formula: "(μ_new − μ_old)² / 2σ²", value: text(round?.kl)),
            Quantity(
                name: "approx_kl", meaning: "what the published code reports instead of the KL",
                formula: "½ (log p_new − log p_old)²", value: text(round?.approximateKL)),
            Quantity(
                name: "kl_start",
                meaning: "how far the policy has moved from the frozen start: the exact KL per dimension",
                formula: "(μ_new − μ_start)² / 2σ²", value: text(round?.startKL)),
            Quantity(
                name: "gradient_norm",
                meaning: "norm of the gradient of all parameters, before it is clipped to \(options.gradientNorm)",
                formula: "‖∇ objective‖", value: text(round?.gradientNorm)),
            Quantity(
                name: "rate", meaning: "AdamW's learning rate, after \(options.warmup) rounds of warm-up",
                formula: "\(options.rate) · min(1, round / warm-up)", value: text(round?.learningRate)),
        ]
    }

    private var advantageFormula: String {
        switch options.std {
        case .group: "A = (r − mean of the group) / (std of the group + ε), within ± \(options.advantageClip)"
        case .global: "A = (r − mean of the group) / (std of the round + ε), within ± \(options.advantageClip)"
        case .none: "A = r − mean of the group, within ± \(options.advantageClip)"
        }
    }

    /// The KL to the start, where the objective has it.
    private var startTerm: String {
        let other = "\(options.kl) KL" + (options.klPrompt.map { " to the start at \"\($0)\"" } ?? "")
        if prompts.contains(where: \.isPreserved) { return " + \(options.keepKL) KL for what is kept, + \(other) else" }
        return options.kl > 0 ? " + \(other)" : ""
    }
}
