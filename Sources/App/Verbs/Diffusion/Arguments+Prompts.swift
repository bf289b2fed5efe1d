import Basics
import Diffusion
import Language
import Tensor

/// What `sample` is told of its pictures, beside the options of `SamplingParameters`.
extension Arguments {
    /// Whether a parameter holds several: a list, a range, or a tensor [several, tokens, width].
    func isList(_ name: String) throws -> Bool {
        let value = try value(name)
        if let tensor = value.object(as: TensorValue.self) { return tensor.tensor.rank > 2 }
        if case .list = value { return true }
        return false
    }

    /// Refuses options of prompts that others leave without effect.
    func checkPrompts(_ options: SamplingOptions) throws {
        if try isGiven("embeddings") {
            try checkNoPrompt()
            if options.clipSkip > 0 {
                throw failure(
                    "clip_skip", "'clip_skip' is for texts, and 'embeddings' are none",
                    hint: "prompt_embedding sd \"…\" clip_skip: \(options.clipSkip)")
            }
            if options.readsWeights, options.negativePrompt.isEmpty {
                throw failure(
                    "weights", "'weights' is for texts, and 'embeddings' are none",
                    hint: "prompt_embedding sd \"…\" weights: true")
            }
        } else {
            try checkPrompt(hint: "sample sd \"a red apple\"")
        }
        try checkGuided("guidance_rescale", options)
        try checkNegative(options)
        if options.guidanceRescale > 0, try isGiven("safe") {
            throw failure(
                "guidance_rescale", "'guidance_rescale' can't be beside 'safe', which guides otherwise",
                hint: "leave one of them out")
        }
    }

    /// Refuses a prompt beside the embeddings in its place.
    func checkNoPrompt() throws {
        guard try isGiven("prompt") else { return }
        throw failure(
            "prompt", "'prompt' can't be beside 'embeddings', which are taken in its place",
            hint: "leave one of them out")
    }

    /// Refuses to go without prompt and embeddings.
    func checkPrompt(hint: String) throws {
        guard try !isGiven("prompt") else { return }
        throw failure("model", "'\(verb.name)' needs 'prompt', or 'embeddings' in its place", hint: hint)
    }

    /// Refuses an option that does nothing without guidance.
    private func checkGuided(_ name: String, _ options: SamplingOptions) throws {
        guard try isGiven(name), options.guidanceScale <= 1 else { return }
        throw failure(
            name, "'\(name)' needs guidance above 1, not \(NumberText.shown(Double(options.guidanceScale)))",
            hint: "leave '\(name)' out, or guide: guidance: 5")
    }

    /// Refuses embeddings of a negative prompt without guidance, or beside its text.
    func checkNegative(_ options: SamplingOptions) throws {
        try checkGuided("negative_embeddings", options)
        guard try isGiven("negative_embeddings"), try isGiven("negative") else { return }
        throw failure(
            "negative", "'negative' can't be beside 'negative_embeddings', which are taken in its place",
            hint: "leave one of them out")
    }

    /// The embeddings in place of prompts, `count` times each; nil where texts are given.
    func promptEmbeddings(count: Int) throws -> PromptEmbeddings? {
        func states(_ name: String) throws -> Tensor? { try optional(name, promptStates) }
        guard let prompts = try states("embeddings") else {
            guard try isGiven("negative_embeddings") else { return nil }
            throw failure(
                "negative_embeddings", "'negative_embeddings' needs 'embeddings' in place of the prompt",
                hint: "embeddings: prompt_embedding(sd, \"…\")")
        }
        let places = (0..<(prompts.shape.first ?? 0)).flatMap { [Int](repeating: $0, count: count) }
        return try PromptEmbeddings(
            count == 1 || prompts.rank != 3 ? prompts : prompts.gathered(0, places),
            negative: states("negative_embeddings"))
    }

    /// One seed for all pictures, drawn where none is given, or one for each.
    func seeds(pictures: Int) throws -> SamplingRecord.Seeds {
        guard try isList("seed") else { return .shared(try seed()) }
        let seeds = try list("seed").compactMap(\.whole)
        guard seeds.count == pictures else {
            throw failure(
                "seed", "\(Words.count(seeds.count, "seed")) for \(Words.count(pictures, "picture"))",
                hint: "give one seed, or one a picture; count: \(seeds.count) makes as many pictures of one prompt")
        }
        return .each(seeds.map { UInt64($0) })
    }
}
