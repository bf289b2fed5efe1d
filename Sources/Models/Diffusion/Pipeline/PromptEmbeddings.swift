import Basics
import Tensor

/// States of prompts that were made elsewhere, in place of texts: diffusers' `prompt_embeds` and
/// `negative_prompt_embeds`.
public struct PromptEmbeddings {
    /// [prompts, tokens, width], or [1, tokens, width] for all.
    public let prompts: Tensor
    /// As `prompts`; nil takes the states of the negative prompt's text.
    public let negative: Tensor?

    /// - Throws: `RhumbError` for states of another rank, of other lengths, or that are not finite.
    public init(_ prompts: Tensor, negative: Tensor? = nil) throws {
        for states in [prompts, negative].compactMap(\.self) {
            guard states.rank == 3, !states.shape.contains(0) else { throw RhumbError.promptStates(states.shape) }
            guard states.isFinite else { throw RhumbError.promptStatesNotFinite }
        }
        if let negative, negative.shape[1] != prompts.shape[1] {
            throw RhumbError.negativeStates(negative.shape[1], tokens: prompts.shape[1])
        }
        self.prompts = try prompts.to(.float32)
        self.negative = try negative?.to(.float32)
    }

    /// Whether gradients are asked for.
    public var requiresGradient: Bool { prompts.requiresGradient || negative?.requiresGradient ?? false }

    /// The states of `count` prompts for a text encoder's width.
    ///
    /// - Throws: `RhumbError` for another width or number of prompts, and where the negative prompt is a text and has
    ///   another length.
    func rows(_ count: Int, for text: TextEncoder, guided: Bool) throws -> (context: Tensor, negative: Tensor?) {
        func expanded(_ states: Tensor) throws -> Tensor {
            guard states.shape[2] == text.width else {
                throw RhumbError.promptWidth(states.shape[2], model: text.width)
            }
            guard [1, count].contains(states.shape[0]) else {
                throw RhumbError.promptCount(states.shape[0], pictures: count)
            }
            return try states.expanded([count] + states.shape.dropFirst()).contiguous()
        }
        if guided, negative == nil, prompts.shape[1] != text.length {
            throw RhumbError.negativeStates(text.length, tokens: prompts.shape[1])
        }
        return (try expanded(prompts), guided ? try negative.map(expanded) : nil)
    }
}
