import GRPO
import Language

/// `steering` and `alignment`: rewards to train on.
enum RewardFunctions {
    static var all: [Verb] { [steering, alignment] }

    private static var steering: Verb {
        Verb(
            "steering", family: "grpo", summary: "the steered reward, for a trainer",
            parameters: [SteeringParameters.clip, SteeringParameters.direction] + SteeringParameters.rule,
            result: "a reward; rewards add up and take weights: `steering(clip, v) + 0.5 * alignment(clip)`",
            details: """
                r = x · z'(p), the picture's embedding against the prompt's moved along the direction (see `reward`). Its terms are \
                alignment x · z and safety x · v. The published code steers every prompt (`gate: "all"`), its text only unsafe ones \
                (`gate: "unsafe"`).
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: anchors("safe") unsafe: anchors("unsafe")
                    steering(clip, v, alpha: 0.5) + 2 * alignment(clip)
                    """, gives: "reward steering + 2 alignment")
            ],
            seeAlso: ["trainer", "alignment", "reward", "direction"]
        ) { call in
            let clip = try call.object("clip", as: ClipValue.self)
            return .object(RewardValue(try SteeredReward(clip.embedder, call.steeringRule())))
        }
    }

    private static var alignment: Verb {
        Verb(
            "alignment", family: "grpo", summary: "the cosine of pictures with their prompts as a reward, for a trainer",
            parameters: [Parameter("clip", .object("clip"), help: "the model that judges")],
            result: "a reward",
            details: "r = x · z(p). Times −1 it is the negative-only reward that wrecks a model: `-alignment(clip)`.",
            examples: [.init("-alignment(load(\"emoji\"))", gives: "reward -1 alignment")],
            seeAlso: ["trainer", "steering"]
        ) { call in .object(RewardValue(AlignmentReward(try call.object("clip", as: ClipValue.self).embedder))) }
    }
}
