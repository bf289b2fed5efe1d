import Language
import Notebook

extension Registry {
    /// Every verb of Rhumb: the language's own, then a family a topic. Nothing is loaded before a verb runs.
    public static func rhumb() -> Registry {
        let registry = Registry.withBuiltins()
        registry.addFiles()
        registry.addTensorCreation()
        registry.addRandomTensors()
        registry.addShapes()
        registry.addElementwise()
        registry.addReductions()
        registry.addLinearAlgebra()
        registry.addNetworks()
        registry.addGradients()
        registry.addImages()
        registry.describe(family: "clip", "texts and pictures in the space of a CLIP model")
        registry.add(EmbedVerbs.all + ComparisonVerbs.all)
        registry.describe(family: "steering", "directions in CLIP space, and what steering along them does")
        registry.add(DirectionVerbs.all + DirectionAlgebraVerbs.all + ProbeVerbs.all + RewardVerbs.all)
        registry.add(DirectionAlgebraVerbs.variants)
        registry.describe(family: "grpo", "training a diffusion model on a reward")
        registry.describe(family: "world", "the bundled world of emoji scenes, with captions and prompts")
        registry.add(SceneVerbs.all + PromptVerbs.all)
        registry.describe(family: "diffusion", "text-to-image diffusion models: sampling, and what happens on the way")
        registry.add(
            [SampleVerb.sample, DenoiseVerb.denoise, DenoisingErrorVerb.denoisingError, TrajectoryVerb.trajectory]
                + LatentVerbs.all)
        registry.describe(family: "training", "training the bundled models from nothing")
        registry.add(CLIPTrainerVerbs.all + DiffusionTrainerVerbs.all + DetectorTrainerVerbs.all)
        registry.describe(family: "evaluation", "judging a model's pictures by a detector that no reward has seen")
        registry.add(DetectVerb.all + [EvaluateVerb.evaluate, CompareVerb.compare])
        registry.add(NotebookVerbs.all + [OpenVerb.open] + InstallationVerbs.all + TrainingVerbs.all)
        // After the verbs of every run, whose `step` and `resume` take less of a GRPO run.
        registry.add(TrainerVerbs.all + RolloutVerbs.all + RewardFunctions.all + [LoRAVerb.lora])
        registry.describe(family: "figures", "plots, pictures side by side, maps of embeddings")
        registry.add([PlotVerb.plot] + ChartVerbs.all + [GridVerb.grid, EmbeddingMapVerb.embeddingMap])
        return registry
    }
}
