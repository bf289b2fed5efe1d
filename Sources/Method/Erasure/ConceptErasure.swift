import Basics
import Diffusion
import Tensor

/// Concepts to take out of a model by a closed-form edit of the keys and values of its cross-attention.
///
/// UCE (Gandikota et al. 2024, "Unified Concept Editing in Diffusion Models", equation 7): every matrix W that projects
/// the text becomes the one that makes
///
///     Σ s ‖W' c − W c*‖² + Σ p ‖W' k − W k‖² + λ ‖W' − W‖²
///
/// least, with the states c of what is erased, c* of what stands in its place and k of what is preserved.
///
/// RECE (Gong et al. 2024, "Reliable and Efficient Concept Erasure") does the same, and then some rounds more: each finds
/// in closed form the states that through the edited matrices give what the concept gave before,
/// c' = (Σ W'ᵀ W' + r)⁻¹ Σ W'ᵀ W c over all matrices, and erases these too.
public struct ConceptErasure: Sendable {
    /// Which states of a text stand for its concept.
    public enum States: String, CaseIterable, Sendable {
        /// That of the last token before the end, as UCE's authors do today.
        case last
        /// All of them, padding included, as they did at first, and as RECE does.
        case all
    }

    /// What is erased, and for each what stands in its place.
    public var concepts: [(concept: String, replacement: String)]
    public var preserved: [String] = []
    public var states = States.last
    /// s: how much an erased concept counts.
    public var eraseScale = 1.0
    /// p: how much a preserved one does.
    public var preserveScale = 1.0
    /// λ: how much the matrices hold on to what they are.
    public var penalty = 0.5
    /// Rounds of RECE after the edit of UCE; none is UCE itself.
    public var rounds = 0
    /// r: how short RECE keeps the states that it finds.
    public var regularisation = 0.1

    /// - Parameter concepts: what is erased, and for each what stands in its place; "" is the empty prompt.
    public init(_ concepts: [(concept: String, replacement: String)]) { self.concepts = concepts }

    /// The model with its matrices edited; it stays as it is.
    ///
    /// - Parameter progress: called with matrices done and matrices in all; what it throws ends the work.
    /// - Throws: `RhumbError` for a model without cross-attention, or one that is not finite.
    public func callAsFunction(
        _ model: StableDiffusion, progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws -> StableDiffusion {
        try withoutGradients {
            let unet = try model.unet.mergedParameters()
            let places = unet.indices.filter { Self.readsText(unet[$0].name) }
            guard !places.isEmpty else {
                throw RhumbError("the UNet has no cross-attention, through which a text could be erased")
            }
            let original = try places.map { try unet[$0].tensor.detached().to(.float32) }
            let total = places.count * (rounds + 1)
            var done = 0

            func edited(_ matrices: [Tensor], _ erased: Tensor) throws -> [Tensor] {
                let replacements = try states(of: concepts.map(\.replacement), model)
                let kept = try states(of: preserved, model)
                let inputs = try Tensor.concatenated([erased, kept])
                let weights =
                    [Double](repeating: eraseScale, count: erased.shape[0])
                    + [Double](repeating: preserveScale, count: kept.shape[0])
                return try matrices.map { matrix in
                    let outputs = try Tensor.concatenated([replacements, kept]).matmul(matrix.transposed())
                    let result = try Tensor.ridge(
                        inputs: inputs, outputs: outputs, weights: weights, penalty: penalty, prior: matrix)
                    done += 1
                    try progress(done, total)
                    return result
                }
            }

            let concept = try states(of: concepts.map(\.concept), model)
            var matrices = try edited(original, concept)
            for _ in 0..<rounds {
                matrices = try edited(matrices, adversaries(of: concept, original, matrices))
            }
            let changed = Dictionary(uniqueKeysWithValues: zip(places.map { unet[$0].name }, matrices))
            return try model.replacing(
                unet: model.unet.with(
                    unet.map { ($0.name, try changed[$0.name]?.to($0.tensor.dtype) ?? $0.tensor.detached()) }))
        }
    }

    /// States that through the edited matrices give what the concept's gave through the original ones, [n, width].
    private func adversaries(of concept: Tensor, _ original: [Tensor], _ edited: [Tensor]) throws -> Tensor {
        let wanted = try Tensor.concatenated(original).matmul(concept.transposed())
        return try Tensor.ridge(inputs: Tensor.concatenated(edited), outputs: wanted, penalty: regularisation)
    }

    /// The states that stand for texts, [texts or texts × tokens, width].
    private func states(of texts: [String], _ model: StableDiffusion) throws -> Tensor {
        guard !texts.isEmpty else { return try Tensor.zeros([0, model.unet.configuration.contextWidth]) }
        let context = try model.context(of: texts)
        let length = context.shape[1]
        let flat = try context.reshaped([texts.count * length, context.shape[2]])
        switch states {
        case .all: return flat
        case .last:
            return try flat.gathered(
                0,
                texts.enumerated().map { index, text in
                    // Before the end token; of an empty text, the start.
                    let count = try model.text.tokenizer.encode(text, length: length).count
                    return index * length + max(count - 2, 0)
                })
        }
    }

    /// Whether a parameter projects the text: keys and values of the second attention of each block.
    private static func readsText(_ name: String) -> Bool {
        name.hasSuffix(".attn2.to_k.weight") || name.hasSuffix(".attn2.to_v.weight")
    }
}
