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
        let method = options.method
        let shown = Set(shownQuantities), isDensities = method.recording == .densities
        let distance = isDensities ? "exact KL" : "squared difference of predictions"
        let first = [
            Quantity(
                name: "algorithm", meaning: "\(method.title): \(method.summary) (\(method.source))",
                formula: method.formula, value: options.algorithm.rawValue)
        ]
        let own = method.measures.map {
            Quantity(
                name: $0.name, meaning: $0.meaning, formula: $0.formula, value: text(round?.measures?[$0.name]))
        }
        let all = [
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
                name: "objective",
                meaning: method.hasRatios && options.trust == .ratio
                    ? "what an update minimises: the larger of the plain and the clipped loss"
                    : "what an update minimises",
                formula: "mean of \(objectiveFormula)\(startTerm)\(settings)",
                value: text(round?.loss)),
            Quantity(
                name: "clip_fraction",
                meaning: options.trust == .ratio
                    ? "shares of ratios above and below the clipping range"
                    : "shares of steps that the bound on the KL holds, with ratios above and below 1",
                formula: options.trust == .ratio
                    ? "ρ > 1 + ε, ρ < 1 − ε" : "KL > \(options.trustLimit) and A (ρ − 1) > 0",
                value: round.map { "\(text($0.clippedAbove)!) above, \(text($0.clippedBelow)!) below" }),
            Quantity(
                name: "kl",
                meaning:
                    "how far the policy has moved from the one that drew the rollout: the \(distance) per dimension",
                formula: isDensities ? "(μ_new − μ_old)² / 2σ²" : "‖v_new − v_old‖² at one noise level",
                value: text(round?.kl)),
            Quantity(
                name: "approx_kl", meaning: "what the published code reports instead of the KL",
                formula: "½ (log p_new − log p_old)²", value: text(round?.approximateKL)),
            Quantity(
                name: "kl_start",
                meaning: "how far the policy has moved from the frozen start: the \(distance) per dimension",
                formula: isDensities ? "(μ_new − μ_start)² / 2σ²" : "‖v_new − v_start‖² at one noise level",
                value: text(round?.startKL)),
            Quantity(
                name: "gradient_norm",
                meaning: "norm of the gradient of all parameters, before it is clipped to \(options.gradientNorm)",
                formula: "‖∇ objective‖", value: text(round?.gradientNorm)),
            Quantity(
                name: "rate", meaning: "AdamW's learning rate, after \(options.warmup) rounds of warm-up",
                formula: rateFormula, value: text(round?.learningRate)),
        ]
        return first + all.filter { shown.contains($0.name) } + own
    }

    /// Those that this run's algorithm has.
    private var shownQuantities: [String] {
        let method = options.method, isStepwise = method.recording == .densities
        return (isStepwise ? ["sigma", "log_prob", "approx_kl"] : [])
            + (isScored ? ["reward", "zero_spread"] : []) + (method.usesAdvantages ? ["advantage"] : [])
            + (method.hasRatios ? ["clip_fraction"] : []) + (isStepwise ? ["ratio"] : [])
            + (recordsPolicy ? ["kl"] : []) + ["objective", "kl_start", "gradient_norm", "rate"]
    }

    private var objectiveFormula: String {
        options.trust == .divergence
            ? "−A ρ, without gradient where the KL is above its limit and would rise" : options.method.formula
    }

    private var clipText: String {
        "\(options.clip)" + (options.clipHigh.map { " below and \($0) above" } ?? "")
    }

    /// The numbers in the algorithm's formula.
    private var settings: String {
        let names = [
            ("clip", options.trust == .divergence ? "KL limit \(options.trustLimit)" : "ε = \(clipText)"),
            ("beta", "β = \(options.beta.map { "\($0)" } ?? "")"),
            ("negative_guidance", "η = \(options.negativeGuidance)"), ("last", "K = \(options.last)"),
        ]
        let used = names.filter { options.algorithm.uses($0.0) }.map(\.1)
        let weight = options.algorithm.uses("loss_weight") && options.lossWeight != .none
        return (used + (weight ? ["w by \(options.lossWeight.rawValue)"] : [])).map { ", " + $0 }.joined()
    }

    private var rateFormula: String {
        let left = "the share of the \(options.rounds ?? 0) rounds that is left"
        let rising = "\(options.rate) · min(1, round / warm-up)"
        return switch options.rateShape {
        case .constant: rising
        case .linear: rising + " · " + left
        case .cosine: rising + " · ½ (1 + cos(π (1 − " + left + ")))"
        }
    }

    private var advantageFormula: String {
        if options.aggregate == .each {
            return "A = Σ weight · (r − mean of the group) / std for each reward, over the std of the round"
        }
        return switch options.std {
        case .group: "A = (r − mean of the group) / (std of the group + ε), within ± \(options.advantageClip)"
        case .global: "A = (r − mean of the group) / (std of the round + ε), within ± \(options.advantageClip)"
        case .none: "A = r − mean of the group, within ± \(options.advantageClip)"
        }
    }

    /// The KL to the start, where the objective has it.
    private var startTerm: String {
        let other = "\(options.kl) KL" + (options.klPrompt == .own ? "" : " to the start at \(options.klPrompt.title)")
        if prompts.contains(where: \.isPreserved) { return " + \(options.keepKL) KL for what is kept, + \(other) else" }
        return options.kl > 0 ? " + \(other)" : ""
    }
}
