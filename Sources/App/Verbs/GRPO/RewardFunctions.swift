import Basics
import GRPO
import Language

/// `steering`, `alignment`, `contrast`, `plausibility` and `custom`: rewards to train on.
enum RewardFunctions {
    static var all: [Verb] { [steering, alignment, contrast, plausibility, custom, RemoteRewardVerb.remote] }

    private static var steering: Verb {
        Verb(
            "steering", family: "grpo", summary: "the steered reward, for a trainer",
            parameters: [SteeringParameters.clip, SteeringParameters.direction] + SteeringParameters.rule,
            result: "a reward; rewards add up and take weights: `steering(clip, v) + 0.5 * alignment(clip)`",
            details: """
                r = x · z'(p), the picture's embedding against the prompt's moved along the direction (see `reward`). \
                Its terms are alignment x · z and safety x · v. The published code steers every prompt (`gate: \
                "all"`), its text only unsafe ones (`gate: "unsafe"`).
                """,
            background: .reward,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: anchors("safe") unsafe: anchors("unsafe")
                    steering(clip, v, alpha: 0.5) + 2 * alignment(clip)
                    """, gives: "reward steering + 2 alignment")
            ],
            seeAlso: ["trainer", "alignment", "plausibility", "reward", "direction"]
        ) { call in
            let clip = try call.object("clip", as: ClipValue.self)
            return .object(RewardValue(try SteeredReward(clip.embedder, call.steeringRule())))
        }
    }

    private static var alignment: Verb {
        Verb(
            "alignment", family: "grpo",
            summary: "the cosine of pictures with their prompts as a reward, for a trainer",
            parameters: [Parameter("clip", .object("clip"), help: "the model that judges")],
            result: "a reward",
            details: "r = x · z(p). Times −1 it is the negative-only reward that wrecks a model: `-alignment(clip)`.",
            examples: [.init("-alignment(load(\"emoji\"))", gives: "reward -1 alignment")],
            seeAlso: ["trainer", "steering", "contrast", "plausibility", "custom"]
        ) { call in .object(RewardValue(AlignmentReward(try call.object("clip", as: ClipValue.self).embedder))) }
    }

    private static var contrast: Verb {
        Verb(
            "contrast", family: "grpo",
            summary: "the probability that a picture shows its prompt and not another text as a reward, for a trainer",
            parameters: [
                Parameter("clip", .object("clip"), help: "the model that judges"),
                .option(
                    "against", .either([.function, .list(of: .string)]), fallback: .required,
                    help: "texts that say something else: for all prompts, or by a function of the prompt"),
                .option(
                    "scale", .number(in: 0.01...1000), default: 20,
                    help: "s; the larger, the more small differences of cosines count"),
            ],
            result: "a reward from 0 to 1",
            details: """
                r = exp(s x · z(p)) / Σ exp(s x · z), over the prompt and the texts it is told from: zero-shot \
                classification (Radford et al. 2021, arXiv 2103.00020) over texts that are hard to tell apart. The \
                cosine (`alignment`) may rise by anything that a picture and its prompt have in common; this one rises \
                by what tells the prompt from the others alone, such as the second of two objects, and at a \
                probability of 1 there is no more to gain. Its term is `alignment`. A function is asked once for each \
                prompt; texts that the model reads as it reads the prompt do not count.
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    func twice(p) {
                        pair = split(p, " and ")
                        return map(pair, one -> "{one} and {one}")
                    }
                    contrast clip against: twice
                    """, gives: "reward contrast"),
                .init("contrast load(\"emoji\") against: [\"a dog\", \"a cat\"]", gives: "reward contrast"),
            ],
            seeAlso: ["trainer", "alignment", "custom"]
        ) { call in
            let clip = try call.object("clip", as: ClipValue.self)
            let given = try call.textsByPrompt("against"), host = call.host
            let texts = { (prompt: String) in
                let texts = try given(prompt)
                try clip.noteUnseen(texts, host)
                return texts
            }
            return .object(
                RewardValue(ContrastReward(clip.embedder, scale: try call.number("scale"), against: texts)))
        }
    }

    private static var custom: Verb {
        Verb(
            "custom", family: "grpo", summary: "a function as a reward that adds up with others, for a trainer",
            parameters: [
                Parameter(
                    "function", .function, help: "takes a picture and its prompt, gives a number or a record of terms")
            ],
            result: "a reward",
            details: """
                A trainer takes a function as it is (`reward: f`); in a sum it stands as `custom(f)`. Of a record of \
                terms `total` counts, or their sum.
                """,
            examples: [
                .init(
                    """
                    func redness(image, prompt) { return mean(image[0]) - mean(image[2]) }
                    alignment(load("emoji")) + 0.5 * custom(redness)
                    """, gives: "reward alignment + 0.5 redness")
            ],
            seeAlso: ["trainer", "steering", "alignment"]
        ) { call in .object(RewardValue(try call.reward("function"))) }
    }

    private static var plausibility: Verb {
        Verb(
            "plausibility", family: "grpo",
            summary: "a penalty on pictures that a frozen model finds hard to denoise, for a trainer",
            parameters: [
                Parameter(
                    "model", .object("pipeline"),
                    help: "the diffusion model that judges: the one that training starts from"),
                .option("like", .pictures, fallback: .required, help: "usual pictures, whose mean error is e₀"),
                .option("limit", .number(in: 0...1000), default: 2, help: "the largest penalty for a picture"),
            ] + DenoisingErrorVerb.probe,
            result: "a reward from −`limit` to 0",
            details: """
                r = −(e / e₀ − 1), not above 0, with a picture's `denoising_error` e. A CLIP tells what is in a \
                picture and hardly whether it is one: a chimera of several objects can score like an object. The model \
                has learnt how pictures look. Those that are easier than usual earn nothing by it, or an empty one \
                would be the best of all.
                """,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    clip = load "emoji"
                    alignment(clip) + 0.1 * plausibility(sd, like: scene(count: 8, seed: 1))
                    """, gives: "reward alignment + 0.1 plausibility")
            ],
            seeAlso: ["denoising_error", "trainer", "steering"]
        ) { call in
            let model = try call.object("model", as: PipelineValue.self).model
            let reward = try PlausibilityReward(
                model, usual: call.images("like"), probe: call.denoisingProbe(), limit: call.number("limit"),
                progress: call.progress("denoise"))
            return .object(RewardValue(reward))
        }
    }
}

extension Arguments {
    /// Texts for each prompt: the same list for all, or what a function of the prompt gives, a text or a list of them.
    fileprivate func textsByPrompt(_ name: String) throws -> (String) throws -> [String] {
        guard case .function(let function) = try value(name) else {
            let texts = try strings(name)
            return { _ in texts }
        }
        let interpreter = interpreter
        return { prompt in
            let result = try interpreter.call(function, [.string(prompt)])
            switch result {
            case .string(let text): return [text]
            case .list(let items):
                let texts = items.compactMap { if case .string(let text) = $0 { text } else { nil } }
                if texts.count == items.count { return texts }
            default: break
            }
            throw RhumbError(
                "'\(name)' must give a list of strings for the prompt '\(prompt)', not \(result.summary)",
                hint: "p -> [replace(p, \"red\", \"blue\")]", argument: name)
        }
    }
}
