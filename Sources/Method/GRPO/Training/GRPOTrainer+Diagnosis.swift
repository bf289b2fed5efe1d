import Diffusion
import Foundation
import Training

extension GRPOTrainer {
    /// What looks right or wrong about the run: the questions that users of such trainers ask again and again.
    public func diagnosis() -> [Finding] {
        (options.method.recording == .densities ? [trainedSteps] : []) + schedulerFlags
            + (history.isEmpty ? [notBegun] : roundFindings)
    }

    private var notBegun: Finding {
        Finding("history", .suspicious, "no round is finished yet", advice: "train for a while first")
    }

    private var roundFindings: [Finding] {
        let method = options.method
        return (method.hasRatios ? [firstRatio] : []) + (isScored ? [zeroSpread] : [])
            + (method.hasRatios ? [clipping] : []) + [gradients, drift] + (isScored ? [movingTerms] : [movingLoss])
            + [pictureStructure].compactMap { $0 } + (judge == nil || !isScored ? [] : [rewardHacking])
    }

    // MARK: Before any round

    private var trainedSteps: Finding {
        let smallest = stepPlan.trainable.map { stepPlan.sigmas[$0] }.min() ?? 0
        var text =
            "\(stepPlan.trainable.count) of \(stepPlan.timesteps.count) can be trained, σ at least \(short(smallest))"
        if !stepPlan.deterministic.isEmpty {
            text += "; σ = 0 at timestep \(stepPlan.deterministic.map(String.init).joined(separator: ", ")), left out"
        }
        // log ρ grows as 1/σ: at a σ this small an update of nothing much leaves the clip range.
        return Finding(
            "trained steps", smallest < 0.03 ? .suspicious : .fine, text,
            unlessFine:
                "the ratio of a step with so small a σ varies wildly: leave the last one out, or normalise ratios (ratio_norm)"
        )
    }

    private var schedulerFlags: [Finding] {
        let c = pipeline.scheduler
        var found: [Finding] = []
        if c.clipSample ?? true {
            found.append(
                Finding(
                    "scheduler", .broken,
                    "clip_sample is true: it clips latents at ±\(short(Double(c.clipSampleRange)))",
                    advice: "latents are not pixels: set clip_sample to false in scheduler_config.json"))
        }
        if c.rescaleBetasZeroSNR, c.predictionType == .epsilon {
            found.append(
                Finding(
                    "scheduler", .broken, "rescale_betas_zero_snr with epsilon prediction: the first step divides by 0",
                    advice: "it belongs to models of v_prediction"))
        }
        if c.setAlphaToOne ?? true, (c.timestepSpacing ?? .leading) == .leading, c.stepsOffset == 0 {
            found.append(
                Finding(
                    "scheduler", .suspicious,
                    "steps_offset is 0 and set_alpha_to_one true: the last step starts at timestep 0",
                    advice: "Stable Diffusion was published with steps_offset 1 and set_alpha_to_one false"))
        }
        return found.isEmpty ? [Finding("scheduler", .fine, "no setting that ruins a loaded model")] : found
    }

    // MARK: Of the rounds done

    private var firstRatio: Finding {
        let worst = history.map(\.firstRatioError).highest() ?? 0
        return Finding(
            "ratio at first", worst <= 1e-5 ? .fine : worst < options.clip / 2 ? .suspicious : .broken,
            "at most \(short(worst)) away from 1 before a round's first update",
            unlessFine: "rollout and update must compute the same: float32 weights, same guidance, same stored latents")
    }

    private var zeroSpread: Finding {
        let recent = history.suffix(10)
        let share = recent.reduce(0) { $0 + $1.zeroSpread } / Double(recent.count)
        return Finding(
            "reward spread", share == 0 ? .fine : share < 0.5 ? .suspicious : .broken,
            "\(percent(share)) of the groups of the last \(recent.count) rounds have no spread of rewards",
            unlessFine:
                "such a group teaches nothing: larger groups, other prompts, per-sample latents, or a finer reward")
    }

    private var clipping: Finding {
        let recent = history.suffix(10)
        func mean(_ read: (RoundMetrics) -> Double) -> Double {
            recent.reduce(0) { $0 + read($1) } / Double(recent.count)
        }
        let (above, below) = (mean(\.clippedAbove), mean(\.clippedBelow))
        let text = "\(percent(above)) of the ratios above 1 + ε, \(percent(below)) below 1 − ε"
        if above + below > 0.5 {
            return Finding(
                "clipping", .suspicious, text,
                advice: "most steps are clipped: lower the rate, or fewer updates per rollout")
        }
        if options.updates > 1, above + below < 1e-3, history.count > 10 {
            return Finding(
                "clipping", .suspicious, text,
                advice: "nothing is ever clipped: the rate may be too small to change anything")
        }
        if above + below > 0.05, max(above, below) > 5 * min(above, below) {
            return Finding(
                "clipping", .suspicious, text,
                advice: "one side only: ratios drift together, as they do at steps of small σ (try ratio_norm)")
        }
        return Finding("clipping", .fine, text)
    }

    private var gradients: Finding {
        if let round = history.first(where: { !$0.highestGradientNorm.isFinite || !$0.gradientNorm.isFinite }) {
            return Finding("gradient norm", .broken, "not finite in round \(round.round)", advice: Self.goBack)
        }
        let highest = history.map(\.highestGradientNorm).highest() ?? 0
        let usual = history.map(\.gradientNorm).sorted()[history.count / 2]
        return Finding(
            "gradient norm", highest > 100 * usual ? .suspicious : .fine,
            "all finite; usually \(short(usual)), at most \(short(highest)), clipped at \(short(options.gradientNorm))",
            unlessFine: "single updates are far larger than the others: look at the rewards of that round")
    }

    private var drift: Finding {
        let last = history[history.count - 1]
        let what = options.method.recording == .densities ? "KL" : "squared difference"
        let text =
            "\(what) to the start \(short(last.startKL)) a dimension"
            + (recordsPolicy ? ", to the rollout's policy \(short(last.kl))" : "")
        guard last.startKL.isFinite, last.kl.isFinite else {
            return Finding("drift", .broken, text, advice: Self.goBack)
        }
        if last.startKL > 0.05 {
            return Finding(
                "drift", .suspicious, text,
                advice: "far from its start: use a KL weight, a lower rate, or fewer rounds")
        }
        if history.count >= 20, last.startKL < 1e-9 {
            return Finding(
                "drift", .suspicious, text, advice: "the policy has hardly moved: a higher rate, or a higher LoRA rank")
        }
        return Finding("drift", .fine, text)
    }

    /// Where nothing is scored, what the loss did.
    private var movingLoss: Finding {
        let part = max(history.count / 10, 1)
        func mean(_ rounds: ArraySlice<RoundMetrics>) -> Double {
            rounds.reduce(0) { $0 + $1.loss } / Double(max(rounds.count, 1))
        }
        return Finding(
            "loss", .fine, "\(short(mean(history.prefix(part)))) → \(short(mean(history.suffix(part))))")
    }

    /// What the terms of the reward did from the first tenth of the run to the last.
    private var movingTerms: Finding {
        let part = max(history.count / 10, 1)
        func change(_ read: (RoundMetrics) -> Double) -> Double {
            let (first, last) = (history.prefix(part), history.suffix(part))
            return last.reduce(0) { $0 + read($1) } / Double(part) - first.reduce(0) { $0 + read($1) } / Double(part)
        }
        let terms =
            [("reward", change(\.reward))]
            + history[0].termNames.map { name in
                (name, change { $0.terms[name] ?? 0 })
            }
        return Finding(
            "reward", .fine, terms.map { "\($0.0) \($0.1 < 0 ? "−" : "+")\(short(abs($0.1)))" }.joined(separator: ", "))
    }

    /// The reward rises and the judge, whom training never asks, falls.
    private var rewardHacking: Finding {
        let part = max(history.count / 5, 1)
        func means(_ read: (RoundMetrics) -> Double) -> (Double, Double) {
            (
                history.prefix(part).reduce(0) { $0 + read($1) } / Double(part),
                history.suffix(part).reduce(0) { $0 + read($1) } / Double(part)
            )
        }
        let reward = means(\.reward), judge = means { $0.judge ?? 0 }
        let text = "reward \(short(reward.0)) → \(short(reward.1)), judge \(short(judge.0)) → \(short(judge.1))"
        guard [reward.0, reward.1, judge.0, judge.1].allSatisfy(\.isFinite) else {
            return Finding("judge", .broken, text, advice: Self.goBack)
        }
        return Finding(
            "judge", history.count >= 5 && reward.1 > reward.0 && judge.1 < judge.0 ? .suspicious : .fine, text,
            unlessFine:
                "the reward rises for something that the judge does not score higher: look at the pictures, add a KL, stop earlier"
        )
    }

    private static let goBack =
        "a number that is not finite spoils what follows: resume an earlier checkpoint, with a lower rate"

    private func short(_ value: Double) -> String { String(format: "%.3g", value) }
    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
