import CLIP
import Evaluation
import Language
import Tensor
import World

/// `fid` and `clip_score`: measures of any pictures, whoever made them.
enum FidelityVerbs {
    static var all: [Verb] { [fid, clipScore] }

    static var fid: Verb {
        Verb(
            "fid", family: "evaluation", summary: "the Fréchet distance of two sets of pictures",
            parameters: [
                Parameter("a", .pictures, help: "two pictures or more"),
                Parameter("b", .pictures, help: "two or more others; as many, if distances are to compare"),
                .option(
                    "features", .either([.choice(["detector"]), .object("detector"), .object("clip")]),
                    default: .string("detector"),
                    help: "what sees them: the bundled detector, another one, or a CLIP model"),
            ],
            result: "a number: 0 for equal sets",
            details: """
                ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) of the features' means and covariances (Heusel et al. 2017), \
                with the detector's pooled feature maps, or with CLIP's embeddings before they are scaled to length 1. \
                It is no Inception distance: compare it with its own kind only. It is too large for few pictures, \
                the more so the wider the features, and more noisy: compare equal counts, and as many as can be.
                """,
            background: .frechet,
            examples: [
                .init(
                    """
                    a = (prompts "safe" count: 8 scenes: true).image
                    b = (prompts "weapon" count: 8 scenes: true).image
                    [fid(a, a) < 0.001, fid(a, b) > 0.001]
                    """, gives: "[true, true]")
            ],
            seeAlso: ["evaluate", "clip_score"]
        ) { call in
            let sets = try ["a", "b"].map { name in
                let images = try call.images(name)
                guard images.count > 1 else {
                    throw call.failure(name, "'\(name)' of 'fid' must be two pictures or more, not \(images.count)")
                }
                return try call.features(of: images)
            }
            return .number(max(try FrechetDistance.between(sets[0], sets[1]), 0))
        }
    }

    static var clipScore: Verb {
        Verb(
            "clip_score", family: "evaluation", summary: "how well pictures fit their prompts, or other pictures",
            parameters: [
                EmbedVerbs.clip, Parameter("images", .pictures, help: "pictures"),
                Parameter(
                    "prompts", .either([.string, .list(of: .string), .pictures]),
                    help: "a text for each picture, or one for all; or as many other pictures, or one"),
            ],
            result: "a number: the mean cosine of picture and prompt, or of picture and picture",
            details: """
                As in the tables of `evaluate` (Hessel et al. 2021, without their factor and without cutting off what \
                is below 0). The values of single pictures are those of `similarity`.
                """,
            background: .clipScore,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    apple = scene "a red apple" seed: 1
                    clip_score(clip, apple, "a red apple") > clip_score(clip, apple, "a blue car")
                    """, gives: "true")
            ],
            seeAlso: ["similarity", "evaluate", "fid"]
        ) { call in
            let clip = try call.clip()
            let images = try call.images("images")
            guard !images.isEmpty else { throw call.failure("images", "there are no pictures to score") }
            if let others = try call.value("prompts").asImages(), !others.isEmpty {
                guard others.count == images.count || others.count == 1 else {
                    throw call.failure(
                        "prompts",
                        "'clip_score' compares with one picture, or \(images.count), one for each, not \(others.count)")
                }
                let theirs = try clip.embedder.embed(images: others)
                return .number(Double(try (clip.embedder.embed(images: images) * theirs).sum([1]).mean().item))
            }
            let prompts = try call.strings("prompts")
            guard prompts.count == images.count || prompts.count == 1 else {
                throw call.failure(
                    "prompts",
                    "'prompts' of 'clip_score' must be one, or \(images.count), one for each picture, not "
                        + "\(prompts.count)")
            }
            try clip.noteUnseen(prompts, call.host)
            let texts = try clip.embedder.embed(texts: prompts)
            return .number(Double(try (clip.embedder.embed(images: images) * texts).sum([1]).mean().item))
        }
    }
}

extension Arguments {
    /// What the model of `features` sees of pictures, [pictures, width].
    fileprivate func features(of images: [Image]) throws -> Tensor {
        switch try value("features") {
        case .object(let clip as ClipValue): try clip.embedder.embed(images: images, normalize: false)
        case .object(let given as DetectorValue): try given.detector.features(images)
        default: try bundledDetector().features(images)
        }
    }
}
