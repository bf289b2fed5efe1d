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
                Parameter(
                    "prompt", .either([.string, .list(of: .string), .object("tensor")]),
                    help: "a text, a list of texts, or embeddings of tokens as `token_embedding` gives them"),
                SamplingParameters.clipSkip, SamplingParameters.weights,
            ],
            result: "a tensor [tokens, width]; for several texts [texts, tokens, width]",
            details: """
                The last states of the text encoder after its final norm, padded to its length, as diffusers gives them \
                to the UNet (`prompt_embeds`). `sample … embeddings:` takes them back, changed as you like.

                Embeddings of tokens, start and end included, go through the text encoder, padded to its length; \
                gradients flow to them.
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
                .init(
                    """
                    sd = load "emoji-sd"
                    tokens = token_embedding sd "an apple"
                    prompt_embedding(sd, tokens)[0] == prompt_embedding(sd, "an apple")
                    """, gives: "true"),
            ],
            seeAlso: ["sample", "denoise", "denoising_error", "token_embedding", "embed"]
        ) { call in
            try MappedFiles.check()
            let skipped = try call.optional("clip_skip", call.whole) ?? 0
            if try call.value("prompt").object(as: TensorValue.self) != nil {
                if try call.boolean("weights") {
                    throw call.failure(
                        "weights", "'weights' is for texts, and embeddings of tokens are none", hint: "leave it out")
                }
                let tokens = try call.tensor("prompt"), isOne = tokens.rank == 2
                let states = try call.textEncoder().context(
                    tokenEmbeddings: isOne ? tokens.unsqueezed(0) : tokens, skipping: skipped)
                return .tensor(isOne ? try states.squeezed(0) : states)
            }
            let texts = try call.strings("prompt"), readsWeights = try call.boolean("weights")
            let seen = readsWeights ? try texts.map { try WeightedText($0).plain } : texts
            try call.noteUnseenByModel(seen)
            let states = try call.textEncoder().context(of: texts, skipping: skipped, readsWeights: readsWeights)
            if case .string = try call.value("prompt") { return .tensor(try states.squeezed(0)) }
            return .tensor(states)
        }
    }
}

extension Arguments {
    /// The text encoder of `model`, a pipeline or a CLIP.
    func textEncoder() throws -> TextEncoder {
        if let pipeline = try value("model").object(as: PipelineValue.self) { return pipeline.model.text }
        return try TextEncoder(of: object("model", as: ClipValue.self).embedder)
    }

    /// Says which words of texts the vocabulary of `model` lacks.
    func noteUnseenByModel(_ texts: [String]) throws {
        if let pipeline = try value("model").object(as: PipelineValue.self) {
            try pipeline.noteUnseen(texts, host)
        } else {
            try object("model", as: ClipValue.self).noteUnseen(texts, host)
        }
    }

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
