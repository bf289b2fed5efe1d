import Basics
import CLIP
import Diffusion
import Files
import Language
import Tensor

/// `prompt_embedding`: what a UNet is told of a prompt.
enum PromptEmbeddingVerb {
    static var promptEmbedding: Verb {
        Verb(
            "prompt_embedding", family: "diffusion", summary: "a prompt as a UNet sees it: a vector for each token",
            parameters: [
                Parameter(
                    "model", .either([.object("pipeline"), .object("clip")]),
                    help: "a diffusion model, or a CLIP whose text tower is taken"),
                Parameter("prompt", .either([.string, .list(of: .string)]), help: "a text, or a list of texts"),
                SamplingParameters.clipSkip, SamplingParameters.weights,
            ],
            result: "a tensor [tokens, width]; for a list of texts [texts, tokens, width]",
            details: """
                The last states of the text encoder after its final norm, padded to its length, as diffusers gives them \
                to the UNet (`prompt_embeds`). `sample … embeddings:` takes them back, changed as you like.
                """,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    shape (prompt_embedding sd "a red apple")
                    """, gives: "[20, 128]"),
                .init(
                    """
                    sd = load "emoji-sd"
                    a = prompt_embedding sd "an apple"
                    c = prompt_embedding sd "a cat"
                    sample sd embeddings: (a + c) / 2 steps: 2 seed: 7
                    """, gives: "image 64×64  embeddings 20×128"),
            ],
            seeAlso: ["sample", "embed"]
        ) { call in
            try MappedFiles.check()
            let texts = try call.strings("prompt"), readsWeights = try call.boolean("weights")
            let seen = readsWeights ? try texts.map { try WeightedText($0).plain } : texts
            let encoder: TextEncoder
            if let pipeline = try call.value("model").object(as: PipelineValue.self) {
                encoder = pipeline.model.text
                try pipeline.noteUnseen(seen, call.host)
            } else {
                let clip: ClipValue = try call.object("model")
                encoder = try TextEncoder(of: clip.embedder)
                try clip.noteUnseen(seen, call.host)
            }
            let states = try encoder.context(
                of: texts, skipping: call.optional("clip_skip", call.whole) ?? 0, readsWeights: readsWeights)
            if case .string = try call.value("prompt") { return .tensor(try states.squeezed(0)) }
            return .tensor(states)
        }
    }
}

extension Arguments {
    /// Embeddings of prompts: a tensor of one or of several, or a list of tensors of one; [prompts, tokens, width].
    func promptStates(_ name: String) throws -> Tensor {
        func one(_ tensor: Tensor) throws -> Tensor { tensor.rank == 2 ? try tensor.unsqueezed(0) : tensor }
        if case .list(let list) = try value(name) {
            let tensors = try list.map { item in
                guard let value = item.object(as: TensorValue.self) else {
                    throw try refusal(name, expected: "tensors", item)
                }
                return try one(value.tensor)
            }
            guard let first = tensors.first else {
                throw failure(name, "'\(name)' is an empty list", hint: "give at least one tensor [tokens, width]")
            }
            if let other = tensors.first(where: { $0.shape.dropFirst() != first.shape.dropFirst() }) {
                throw failure(
                    name,
                    "the tensors of '\(name)' are of different shapes: \(Words.shape(first.shape)) and "
                        + Words.shape(other.shape))
            }
            return try Tensor.concatenated(tensors)
        }
        return try one(tensor(name))
    }
}
