import Basics
import Foundation

// What GRPO can object to. Its messages are here and nowhere else.

// MARK: - Advantages

extension RhumbError {
    static func groupSize(_ size: Int) -> RhumbError {
        RhumbError(
            "a group must have at least 2 samples to compare, not \(size)",
            hint: "advantages are differences within a group: take at least 2 samples per prompt, or better 8")
    }

    static func unevenGroups(rewards: Int, groupSize: Int) -> RhumbError {
        RhumbError("\(rewards) rewards don't make groups of \(groupSize)")
    }

    static func reward(_ value: Double, sample: Int) -> RhumbError {
        RhumbError("the reward of sample \(sample) must be a finite number, not \(text(value))")
    }
}

// MARK: - Rewards

extension RhumbError {
    /// A NaN has a sign that means nothing.
    private static func text(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

    static func reward(_ name: String, _ value: Double, prompt: String, sample: Int) -> RhumbError {
        RhumbError(
            "the reward '\(name)' must return finite numbers, not \(text(value)) for sample \(sample) of \"\(prompt)\"",
            hint: "nothing was changed, so the run can go on with another reward")
    }

    static func rewardCount(_ name: String, _ count: Int, expected: Int) -> RhumbError {
        RhumbError(
            "the reward '\(name)' gave \(Words.count(count, "number")) for \(Words.count(expected, "picture"))",
            hint: "a reward returns one number per picture")
    }

    static func notMeasured(_ name: String, _ names: [String]) -> RhumbError {
        RhumbError(
            "'\(name)' is not measured by this evaluation",
            hint: "best: one of \(names.joined(separator: ", "))", argument: "evaluate")
    }

    static func measured(_ count: Int, _ names: [String]) -> RhumbError {
        RhumbError("an evaluation gave \(Words.count(count, "value")) for \(names.joined(separator: ", "))")
    }

    static func notAnAddress(_ address: String) -> RhumbError {
        RhumbError(
            "'\(address)' is no address of a web server", hint: "remote(\"http://localhost:8000/score\")",
            argument: "address")
    }

    static func remote(_ address: String, _ fault: String, prompt: String, hint: String) -> RhumbError {
        RhumbError("the reward at \(address) \(fault), for '\(prompt)'", hint: hint)
    }

    static func noRewards() -> RhumbError {
        RhumbError("a sum of rewards needs at least one reward with a weight other than 0")
    }

    static let noUsualPictures = RhumbError("plausibility needs at least one usual picture to compare with")

    static func usualError(_ error: Double) -> RhumbError {
        RhumbError("the denoising error of the usual pictures must be above 0, not \(error)")
    }
}

// MARK: - Options

extension RhumbError {
    static func option(_ name: String, _ value: String, expected: String, hint: String = "") -> RhumbError {
        RhumbError("'\(name)' must be \(expected), not \(value)", hint: hint)
    }

    static let noPrompts = RhumbError(
        "a trainer needs prompts, and the list is empty", hint: "for the bundled world: prompts: prompts(\"train\")")

    static func emptyPrompt(_ position: Int) -> RhumbError {
        RhumbError(
            "prompt \(position) is empty",
            hint: "every picture is scored against its prompt; keep: [\"\"] holds what is drawn without one")
    }

    static func blankKept(_ position: Int) -> RhumbError {
        RhumbError(
            "text \(position) of 'keep' is blank", hint: "the empty prompt is \"\", without spaces", argument: "keep")
    }

    static func startPrompts(_ count: Int, prompts: Int) -> RhumbError {
        RhumbError(
            "'kl_prompt' has \(Words.count(count, "text")), and 'prompts' \(prompts)",
            hint: "give one text for all prompts, or one for each of them", argument: "kl_prompt")
    }

    static func emptyStartPrompt(_ position: Int) -> RhumbError {
        RhumbError(
            "text \(position) of 'kl_prompt' is empty", hint: "say what the start is asked for in place of that prompt",
            argument: "kl_prompt")
    }

    static func preservedAndTrained(_ prompt: String) -> RhumbError {
        RhumbError(
            "'\(prompt)' is among 'prompts' and among 'keep'",
            hint: "a prompt is either trained on or preserved: take it out of one of them", argument: "keep")
    }

    /// - Parameter deterministic: the timesteps with σ = 0.
    static func nothingToTrain(steps: Int, deterministic: [Int]) -> RhumbError {
        let which =
            deterministic.isEmpty
            ? "" : "those at timesteps \(deterministic.map(String.init).joined(separator: ", ")) have σ = 0 and "
        return RhumbError(
            "none of the \(steps) denoising steps can be trained: \(which)the last one is left out",
            hint: "take more steps, or train_last: true")
    }

    static func tooManySteps(_ wanted: Int, available: Int, areDensities: Bool = true) -> RhumbError {
        RhumbError(
            "'train_steps' asks for \(wanted) denoising steps per round, and \(available) can be trained",
            hint: areDensities
                ? "deterministic steps (σ = 0) can't, and the last one is left out unless train_last: true"
                : "take more steps, or train fewer of them")
    }

    static func tooManyUpdates(_ updates: Int, parts: Int, of what: String) -> RhumbError {
        RhumbError(
            "\(updates) updates can't share \(parts) \(what) a round",
            hint: "fewer updates, or split: \"\(what == "samples" ? "steps" : "samples")\"")
    }

    static func notFloat32(_ type: String) -> RhumbError {
        RhumbError(
            "all weights can be trained in float32 alone, not \(type)",
            hint: "load the model with dtype: \"float32\", or train adapters on frozen weights: lora: 8")
    }
}

// MARK: - Algorithms

extension RhumbError {
    static func noGradient(_ reward: String) -> RhumbError {
        RhumbError(
            "no gradient flows through the reward '\(reward)', and \"reward\" follows it",
            hint: "steering(clip, v), alignment(clip), contrast(clip, …) and sums of them; other algorithms need none",
            argument: "reward")
    }

    static func rewardNeeded(_ algorithm: AlgorithmKind) -> RhumbError {
        RhumbError(
            "\"\(algorithm.rawValue)\" needs a reward", hint: "give one: reward: alignment(clip)", argument: "reward")
    }

    static func rewardUnused(_ why: String) -> RhumbError {
        RhumbError(
            "a reward has no part in \(why)", hint: "leave it out; 'judge' scores without teaching",
            argument: "reward")
    }

    static func examplesNeeded(_ algorithm: AlgorithmKind) -> RhumbError {
        RhumbError(
            "\"\(algorithm.rawValue)\" learns from pictures and their captions, and has none",
            hint: "pictures: […] captions: […], one caption for each picture", argument: "pictures")
    }

    static func examplesUnused(_ algorithm: AlgorithmKind, isPairs: Bool) -> RhumbError {
        RhumbError(
            "\"\(algorithm.rawValue)\" takes no \(isPairs ? "pairs" : "pictures")",
            hint: isPairs ? "pairs are for algorithm: \"dpo\"" : "pictures are for algorithm: \"sft\"",
            argument: isPairs ? "pairs" : "pictures")
    }

    static let keptWithExamples = RhumbError(
        "'keep' needs pictures that the policy draws, and given ones are trained on",
        hint: "'kl' holds the model to its start on all that is given", argument: "keep")

    static let promptsOfExamples = RhumbError(
        "this run learns from given pictures and draws none", hint: "rollout t, without prompts", argument: "prompts")

    static func exampleCount(_ pictures: Int, captions: Int) -> RhumbError {
        RhumbError(
            "\(Words.count(pictures, "picture")) can't have \(Words.count(captions, "caption"))",
            hint: "one caption for each picture", argument: "captions")
    }
}

// MARK: - Running

extension RhumbError {
    static func finished(rounds: Int) -> RhumbError {
        RhumbError("the run has done all its \(rounds) rounds", hint: "make a trainer with more rounds")
    }

    static func rolloutOfAnotherRound(_ round: Int, expected: Int) -> RhumbError {
        RhumbError(
            "the rollout must be of the trainer's round \(expected), not of round \(round)",
            hint: "its log-probabilities are those of an older policy: draw a new one")
    }

    static func foreignRollout(_ what: String) -> RhumbError {
        RhumbError("the rollout doesn't fit the trainer: \(what)", hint: "use one that this trainer drew")
    }

    static func updatesDone(_ count: Int) -> RhumbError {
        RhumbError("all \(count) updates of this rollout are done", hint: "draw the next rollout")
    }
}

// MARK: - Checkpoints

extension RhumbError {
    static func anotherModel(_ path: String, difference: String) -> RhumbError {
        RhumbError(
            "the checkpoint '\(path)' belongs to another model: \(difference)",
            hint: "make the trainer from the model that the run began with")
    }

    static func anotherRun(_ path: String, differences: [String]) -> RhumbError {
        RhumbError(
            "the checkpoint '\(path)' belongs to a run with other settings: \(differences.joined(separator: "; "))",
            hint: "a run goes on exactly only with the settings it began with")
    }
}
