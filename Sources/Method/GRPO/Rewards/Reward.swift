import Basics
import CLIP
import Tensor

/// Scores pictures for the prompts they were drawn for.
public protocol Reward: AnyObject {
    /// What tables and messages call it: `steering`.
    var name: String { get }

    /// - Returns: one row per picture. How many there are and whether they are finite is checked by the caller.
    func scores(of batch: RewardBatch) throws -> RewardScores

    /// What about it stands otherwise than in the paper, for the table of differences.
    var differencesFromPaper: [(name: String, value: String, paper: String)] { get }
}

extension Reward {
    public var differencesFromPaper: [(name: String, value: String, paper: String)] { [] }

    /// The scores, checked: a finite number for each picture.
    ///
    /// - Throws: `RhumbError` naming the reward, the prompt and the sample; what the reward itself throws.
    public func checkedScores(of batch: RewardBatch) throws -> RewardScores {
        let scores = try scores(of: batch)
        for (name, values) in [(name, scores.totals)] + scores.terms {
            guard values.count == batch.images.count else {
                throw RhumbError.rewardCount(name, values.count, expected: batch.images.count)
            }
            if let bad = values.firstIndex(where: { !$0.isFinite }) {
                throw RhumbError.reward(name, values[bad], prompt: batch.prompts[bad], sample: bad)
            }
        }
        return scores
    }
}

/// Pictures with their prompts, and what several rewards can share of them.
public final class RewardBatch {
    public let images: [Image]
    /// One for each picture.
    public let prompts: [String]
    private var embedded: [ObjectIdentifier: Tensor] = [:]

    public init(images: [Image], prompts: [String]) {
        (self.images, self.prompts) = (images, prompts)
    }

    /// Unit embeddings of the pictures, [pictures, width]; made once for each model.
    public func embeddings(by embedder: CLIPEmbedder) throws -> Tensor {
        if let known = embedded[ObjectIdentifier(embedder)] { return known }
        let rows = try embedder.embed(images: images)
        embedded[ObjectIdentifier(embedder)] = rows
        return rows
    }
}

/// What a reward says of a batch of pictures.
public struct RewardScores: Codable, Equatable, Sendable {
    /// The reward of each picture.
    public var totals: [Double]
    /// What it is made of, by name, in the order of first use.
    public var terms: [Term]

    public typealias Term = (name: String, values: [Double])

    public init(totals: [Double], terms: [Term] = []) {
        (self.totals, self.terms) = (totals, terms)
    }

    public static func == (a: RewardScores, b: RewardScores) -> Bool {
        a.totals == b.totals && a.terms.elementsEqual(b.terms) { $0 == $1 }
    }

    private enum CodingKeys: CodingKey { case totals, names, values }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        totals = try container.decode([Double].self, forKey: .totals)
        terms = Array(
            zip(
                try container.decode([String].self, forKey: .names),
                try container.decode([[Double]].self, forKey: .values)
            ).map { ($0, $1) })
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(totals, forKey: .totals)
        try container.encode(terms.map(\.name), forKey: .names)
        try container.encode(terms.map(\.values), forKey: .values)
    }
}
