import Language
import Notebook

extension Registry {
    /// Every verb of Rhumb: the language's own, then a family a topic. Nothing is loaded before a verb runs.
    public static func rhumb() -> Registry {
        let registry = Registry.withBuiltins()
        for family in VerbFamily.all { registry.add(family) }
        return registry
    }
}

/// Verbs of one topic: what `rhumb verbs` lists together, and a page of the reference.
struct VerbFamily {
    let name: String
    /// Empty for verbs that join a family of the language's own.
    let summary: String
    let verbs: [Verb]
    /// Whether a verb whose name the language has already becomes a variant of it for tensors and pictures.
    let extendsBuiltins: Bool

    init(_ name: String, _ summary: String, _ verbs: [Verb], extendsBuiltins: Bool = false) {
        (self.name, self.summary, self.verbs, self.extendsBuiltins) = (name, summary, verbs, extendsBuiltins)
    }
}

extension VerbFamily {
    /// In the order in which they are listed. Of verbs of one name the first is the one that lists and pages show
    /// first.
    static var all: [VerbFamily] {
        [
            files, tensors, random, shapes, elementwise, reductions, linearAlgebra, networks, gradients, images,
            VerbFamily(
                "clip", "texts and pictures in the space of a CLIP model", EmbedVerbs.all + ComparisonVerbs.all),
            VerbFamily(
                "steering", "directions in CLIP space, and what steering along them does",
                DirectionVerbs.all + DirectionAlgebraVerbs.all + DirectionAlgebraVerbs.variants + ProbeVerbs.all
                    + RewardVerbs.all + MeaningVerbs.all + [DescribeVerb.describe, ConfidenceVerb.confidence]
                    + DirectionSetVerbs.all + AttributionVerbs.all + [TransportVerb.transport]),
            VerbFamily(
                "world", "the bundled world of emoji scenes, with captions and prompts",
                SceneVerbs.all + PromptVerbs.all),
            VerbFamily(
                "diffusion", "text-to-image diffusion models: sampling, and what happens on the way",
                [
                    SampleVerb.sample, PromptEmbeddingVerb.promptEmbedding, DenoiseVerb.denoise,
                    DenoisingErrorVerb.denoisingError, TrajectoryVerb.trajectory,
                ] + LatentVerbs.all + EraseVerb.all),
            VerbFamily("session", "", NotebookVerbs.all + [OpenVerb.open] + InstallationVerbs.all),
            VerbFamily(
                "training", "training the bundled models from nothing",
                CLIPTrainerVerbs.all + DiffusionTrainerVerbs.all + DetectorTrainerVerbs.all + TrainingVerbs.all),
            VerbFamily(
                "grpo", "training a diffusion model on a reward",
                TrainerVerbs.all + RolloutVerbs.all + RewardFunctions.all + LoRAVerb.all),
            VerbFamily(
                "evaluation", "judging a model's pictures by a detector that no reward has seen",
                DetectVerb.all + [EvaluateVerb.evaluate, CompareVerb.compare] + JudgeVerbs.all + FidelityVerbs.all
                    + [DetectionCountsVerb.counts]),
            VerbFamily(
                "figures", "plots, pictures side by side, maps of embeddings",
                [PlotVerb.plot] + ChartVerbs.all + [GridVerb.grid, EmbeddingMapVerb.embeddingMap]),
        ]
    }
}

extension Registry {
    /// Adds a family: the one way in which verbs of Rhumb join the language.
    func add(_ family: VerbFamily) {
        if !family.summary.isEmpty { describe(family: family.name, family.summary) }
        if family.extendsBuiltins { add(tensorVerbs: family.verbs) } else { add(family.verbs) }
    }
}
