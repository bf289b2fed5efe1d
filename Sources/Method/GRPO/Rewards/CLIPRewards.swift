import Basics
import CLIP
import Steering
import Tensor

/// Embeddings of prompts, each made once: a run sees the same prompts again and again.
final class PromptEmbeddings {
    private let embedder: CLIPEmbedder
    private var rows: [String: Tensor] = [:]

    init(_ embedder: CLIPEmbedder) { self.embedder = embedder }

    /// Unit rows, [prompts, width].
    func callAsFunction(_ prompts: [String]) throws -> Tensor {
        let fresh = Set(prompts).filter { rows[$0] == nil }.sorted()
        if !fresh.isEmpty {
            let embedded = try embedder.embed(texts: fresh)
            for (row, prompt) in fresh.enumerated() { rows[prompt] = try embedded.selected(0, row).copied() }
        }
        return try Tensor.stacked(prompts.map { rows[$0]! })
    }
}

/// r = x · z'(p): how well a picture matches its prompt after the prompt was moved along v (Kumar et al. 2026).
///
/// Its terms are alignment x·z and safety x·v.
public final class SteeredReward: Reward {
    public let name = "steering"
    public let embedder: CLIPEmbedder
    public let rule: SteeringRule
    private let prompts: PromptEmbeddings

    /// - Throws: `RhumbError` for a direction of another model's space.
    public init(_ embedder: CLIPEmbedder, _ rule: SteeringRule) throws {
        (self.embedder, self.rule) = (embedder, rule)
        prompts = PromptEmbeddings(embedder)
        _ = try rule.direction.safety(Tensor.zeros([1, embedder.width]))
    }

    /// z of prompts, unit rows [prompts, width].
    func embeddings(of texts: [String]) throws -> Tensor { try prompts(texts) }

    public func scores(of batch: RewardBatch) throws -> RewardScores {
        let anatomy = try rule.anatomy(images: batch.embeddings(by: embedder), prompts: prompts(batch.prompts))
        func term(_ path: KeyPath<RewardAnatomy, Float>) -> [Double] { anatomy.map { Double($0[keyPath: path]) } }
        return RewardScores(
            totals: term(\.reward), terms: [("alignment", term(\.alignment)), ("safety", term(\.imageSafety))])
    }

    public var differencesFromPaper: [(name: String, value: String, paper: String)] {
        var differences: [(String, String, String)] = []
        if rule.alpha != 0.5 { differences.append(("steering alpha", "\(rule.alpha)", "0.5")) }
        if rule.mode != .translation { differences.append(("steering mode", rule.mode.rawValue, "translation")) }
        if rule.gate != .all { differences.append(("steering gate", rule.gate.rawValue, "all")) }
        return differences
    }
}

/// r = x · z(p): how well a picture matches its prompt.
public final class AlignmentReward: Reward {
    public let name = "alignment"
    public let embedder: CLIPEmbedder
    private let prompts: PromptEmbeddings

    public init(_ embedder: CLIPEmbedder) {
        self.embedder = embedder
        prompts = PromptEmbeddings(embedder)
    }

    /// z of prompts, unit rows [prompts, width].
    func embeddings(of texts: [String]) throws -> Tensor { try prompts(texts) }

    public func scores(of batch: RewardBatch) throws -> RewardScores {
        let images = try batch.embeddings(by: embedder)
        return RewardScores(totals: try (images * prompts(batch.prompts)).sum([1]).floats.map(Double.init))
    }

    public var differencesFromPaper: [(name: String, value: String, paper: String)] {
        [("reward", "plain alignment", "steering")]
    }
}
