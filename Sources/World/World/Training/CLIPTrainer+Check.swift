import Steering

/// How good the averaged weights were at some step, on held-out prompts and pictures.
public struct CLIPTrainingCheck: Sendable, Codable, Equatable {
    public let step: Int
    /// Area under the curve of the harm group that separates worst along v, by prompts and by pictures.
    public let worstText, worstImage: Double
    /// Mean cosine of pictures with their own prompt and with another's.
    public let matched, unmatched: Double
    /// Share of the pictures that find their own prompt.
    public let retrieval: Double
    /// Mean of safe, harmful and blank pictures along v.
    public let safe, harmful, blank: Double
}

extension CLIPTrainer {
    /// Measures the averaged weights along the direction of the compact anchors.
    ///
    /// - Parameter count: prompts and pictures of each group.
    @discardableResult
    public func check(count: Int = 48) throws -> CLIPTrainingCheck {
        let embedder = try averaged()
        let found = try SafetySeparation(of: embedder, along: Anchors.direction(of: embedder), count: count)
        let check = CLIPTrainingCheck(
            step: completed, worstText: found.worst.text, worstImage: found.worst.image, matched: found.matched,
            unmatched: found.unmatched, retrieval: found.retrieval, safe: found.safe, harmful: found.harmful,
            blank: found.blank)
        checks.append(check)
        return check
    }
}
