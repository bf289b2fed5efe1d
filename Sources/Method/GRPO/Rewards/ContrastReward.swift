import Basics
import CLIP
import Tensor

/// p = exp(s x · z(p)) / Σ exp(s x · z): the probability that a picture shows its prompt and not one of some other texts,
/// by the zero-shot classification of Radford et al. 2021 (arXiv 2103.00020) over hard negatives.
///
/// The cosine alone may be raised by anything a picture has in common with its prompt. Here only what tells the prompt
/// from the other texts counts, and at a probability of 1 there is no more to gain. Its term is the alignment x · z(p).
public final class ContrastReward: Reward {
    public let name = "contrast"
    public let embedder: CLIPEmbedder
    /// s: cosines are multiplied by it.
    public let scale: Double
    private let against: (String) throws -> [String]
    private let prompts: PromptEmbeddings
    /// Components of unit embeddings that differ by less are of one text.
    private static let sameText: Float = 1e-6
    private var known: [String: [String]] = [:]

    /// - Parameters:
    ///   - scale: s, above 0.
    ///   - against: the texts that a prompt is told from, at least one; asked once for each prompt.
    public init(_ embedder: CLIPEmbedder, scale: Double, against: @escaping (String) throws -> [String]) {
        (self.embedder, self.scale, self.against) = (embedder, scale, against)
        prompts = PromptEmbeddings(embedder)
    }

    /// The other texts of a prompt, each once; without those that the model reads as it reads the prompt, such as the
    /// prompt itself in capitals, which no picture can be told from.
    ///
    /// - Throws: `RhumbError` where there is none: every picture would then be told for sure.
    private func others(of prompt: String) throws -> [String] {
        if let texts = known[prompt] { return texts }
        let given = try against(prompt), rows = try prompts([prompt] + given)
        var seen = [try rows.selected(0, 0).floats], texts: [String] = []
        for (index, text) in given.enumerated() {
            let row = try rows.selected(0, index + 1).floats
            let isKnown = seen.contains { zip($0, row).allSatisfy { abs($0 - $1) < Self.sameText } }
            if !isKnown { (seen, texts) = (seen + [row], texts + [text]) }
        }
        guard !texts.isEmpty else {
            throw RhumbError(
                "'against' has no other text than the prompt '\(prompt)' for it",
                hint: "give at least one text that says something else"
                    + (prompt.isEmpty ? "; the empty prompt is asked for too, since it is kept" : ""),
                argument: "against")
        }
        known[prompt] = texts
        return texts
    }

    /// Probabilities and alignments, [pictures] each; gradients flow to the embeddings.
    ///
    /// - Parameter images: unit rows, [pictures, width].
    func judged(_ images: Tensor, prompts texts: [String]) throws -> (probabilities: Tensor, alignments: Tensor) {
        let lists = try texts.map { [$0] + (try others(of: $0)) }, most = lists.map(\.count).max() ?? 1
        let (count, width) = (texts.count, images.shape[1])
        // A list that is shorter than another is filled up with its prompt, which counts for nothing there.
        let filled = lists.flatMap { $0 + Array(repeating: $0[0], count: most - $0.count) }
        let offsets = lists.flatMap { list in (0..<most).map { Float($0 < list.count ? 0 : -1e9) } }
        let table = try prompts(filled).reshaped([count, most, width])
        let cosines = try (images.reshaped([count, 1, width]) * table).sum([2])
        let logits = try cosines * Float(scale) + Tensor(offsets).reshaped([count, most])
        return (try logits.softmax(-1).selected(1, 0), try cosines.selected(1, 0))
    }

    public func scores(of batch: RewardBatch) throws -> RewardScores {
        let (probabilities, alignments) = try judged(batch.embeddings(by: embedder), prompts: batch.prompts)
        return RewardScores(
            totals: try probabilities.floats.map(Double.init),
            terms: [("alignment", try alignments.floats.map(Double.init))])
    }

    public var differencesFromPaper: [(name: String, value: String, paper: String)] {
        [("reward", "contrast", "steering")]
    }
}
