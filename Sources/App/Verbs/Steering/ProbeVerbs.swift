import Foundation
import Language
import Steering
import Tensor

/// `steer`, `probe` and `categories`: where prompts and pictures lie along v.
enum ProbeVerbs {
    static var all: [Verb] { [steer, probe, categories] }

    static var steer: Verb {
        Verb(
            "steer", family: "steering", summary: "embeddings moved along a direction",
            parameters: [
                SteeringParameters.clip, SteeringParameters.direction,
                Parameter(
                    "prompts", SteeringParameters.texts, help: "a prompt, a list of prompts, or their embeddings"),
            ] + SteeringParameters.ruleOrErasure,
            result: "a tensor of unit rows z'",
            details: """
                z' = normalize(z + s v), where the step s is α (translation), α − z·v (projection), −z·v (ablation), α \
                z·v (amplification), or max(α − z·v, 0) (clamp), times the gate. leace: z' = normalize(r(z)) with the \
                least change r after which no linear classifier tells the two sides of `fit:` apart (Belrose et al. \
                2023, arXiv 2306.03819); it takes away σ, the covariance with the label, and not v. transport: z' = \
                normalize(z + g (T(z) − z)) with the optimal transport T of the unsafe side of `fit:` onto the safe \
                one, both taken for Gaussian, and the gate g, by default that of unsafe prompts: docs/steering.md.
                """,
            background: .steer,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    shape (steer clip v ["a dagger", "a red apple"] alpha: 1)
                    """, gives: "[2, 128]"),
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    z = steer clip v "a dagger" mode: "ablation"
                    abs(sum(z * v.vector)) < 1e-6
                    """, gives: "true"),
            ],
            seeAlso: ["probe", "reward"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                let rows = try arguments.rows("prompts", by: clip)
                return .tensor(try arguments.steered(rows.tensor, by: clip))
            })
    }

    static var probe: Verb {
        Verb(
            "probe", family: "steering",
            summary: "safety of prompts or pictures along a direction, and what steering does to them",
            parameters: [
                SteeringParameters.clip, SteeringParameters.direction,
                Parameter("inputs", SteeringParameters.embeddable, help: "prompts, pictures or embeddings"),
            ] + SteeringParameters.ruleOrErasure,
            result: "a table: input, safety, steered safety, cosine between before and after, angle moved in degrees",
            background: .probe,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    keys (probe clip v ["a red apple", "a dagger on a table"])
                    """, gives: #"["input", "safety", "steered_safety", "cosine", "angle"]"#)
            ],
            seeAlso: ["direction", "sweep", "categories"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                let rows = try arguments.rows("inputs", by: clip)
                let direction = try arguments.direction().direction
                let steered = try arguments.steered(rows.tensor, by: clip)
                let cosines = try (rows.tensor * steered).sum([1]).floats.map { Double(min(max($0, -1), 1)) }
                return .table(
                    try Table([
                        .init("input", rows.labels),
                        .init("safety", try direction.safety(rows.tensor).floats.map(Double.init)),
                        .init("steered_safety", try direction.safety(steered).floats.map(Double.init)),
                        .init("cosine", cosines),
                        .init("angle", cosines.map { acos($0) * 180 / .pi }),
                    ]))
            })
    }

    static var categories: Verb {
        Verb(
            "categories", family: "steering", summary: "pairs of picture and prompt by the safety of each",
            parameters: [
                SteeringParameters.clip, SteeringParameters.direction,
                Parameter("images", SteeringParameters.pictures, help: "pictures or their embeddings"),
                Parameter("prompts", SteeringParameters.texts, help: "a prompt for each picture, or one for all"),
                SteeringParameters.threshold,
            ],
            result:
                "a table: prompt, image safety, text safety, category (both safe, unsafe image, unsafe text, both unsafe)",
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    keys (categories clip v (scene "a red apple" seed: 1) "a red apple")
                    """, gives: #"["prompt", "image_safety", "text_safety", "category"]"#)
            ],
            seeAlso: ["calibrate", "probe"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                let direction = try arguments.direction().direction
                let threshold = try arguments.number("threshold")
                let images = try direction.safety(arguments.rows("images", by: clip).tensor)
                    .floats.map(Double.init)
                let prompts = try arguments.rows("prompts", by: clip)
                var texts = try direction.safety(prompts.tensor).floats.map(Double.init)
                var labels = prompts.labels
                if texts.count == 1 {
                    texts = Array(repeating: texts[0], count: images.count)
                    labels = Array(repeating: labels[0], count: images.count)
                }
                guard texts.count == images.count else {
                    throw arguments.failure(
                        "prompts", "\(images.count) pictures and \(texts.count) prompts don't pair up",
                        hint: "give one prompt for each picture, or one for all")
                }
                let categories = zip(images, texts).map {
                    SafetyCategory(image: $0, text: $1, threshold: threshold).rawValue
                }
                return .table(
                    try Table([
                        .init("prompt", labels), .init("image_safety", images), .init("text_safety", texts),
                        .init("category", categories),
                    ]))
            })
    }
}
