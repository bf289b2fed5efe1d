import Training

/// What one step of training did.
public struct CLIPTrainingStep: Sendable, TrainingReport, Equatable {
    public static var columns: KeyValuePairs<String, (Self) -> Double> {
        [
            "step": { Double($0.step) }, "loss": \.loss, "contrastive": \.contrastive, "auxiliary": \.auxiliary,
            "axis": \.axis, "accuracy": \.accuracy, "gradient_norm": \.gradientNorm, "rate": \.learningRate,
            "scale": \.scale,
        ]
    }

    /// Counted from 1.
    public let step: Int
    /// The weighted sum of the three losses that follow.
    public let loss, contrastive, auxiliary, axis: Double
    /// Share of the batch's pictures that find their own caption.
    public let accuracy: Double
    /// Length of all gradients together, before clipping.
    public let gradientNorm: Double
    public let learningRate: Double
    /// The temperature, exp(logit scale).
    public let scale: Double
}

/// How good the averaged weights were at some step, on held-out prompts and pictures.
public struct CLIPTrainingCheck: Sendable, TrainingReport, Equatable {
    public static var columns: KeyValuePairs<String, (Self) -> Double> {
        [
            "step": { Double($0.step) }, "text_auc": \.worstText, "image_auc": \.worstImage,
            "retrieval": \.retrieval, "matched": \.matched, "unmatched": \.unmatched, "safe": \.safe,
            "harmful": \.harmful, "blank": \.blank,
        ]
    }

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
