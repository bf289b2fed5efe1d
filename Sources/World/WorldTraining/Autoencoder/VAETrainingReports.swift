import Training

/// What one step of the autoencoder's training did.
public struct VAETrainingStep: Sendable, TrainingReport, Equatable {
    public static var columns: KeyValuePairs<String, (Self) -> Double> {
        [
            "step": { Double($0.step) }, "loss": \.loss, "pixels": \.pixels, "edges": \.edges,
            "divergence": \.divergence, "gradient_norm": \.gradientNorm, "rate": \.learningRate,
        ]
    }

    /// Counted from 1.
    public let step: Int
    /// The weighted sum of what follows: mean absolute error of pixels, and of differences between neighbours.
    public let loss, pixels, edges: Double
    /// Divergence of the latents from the standard normal distribution, a mean over all of them.
    public let divergence: Double
    public let gradientNorm, learningRate: Double
}

/// How good the averaged weights were at some step, on held-out scenes.
public struct VAETrainingCheck: Sendable, TrainingReport, Equatable {
    public static var columns: KeyValuePairs<String, (Self) -> Double> {
        ["step": { Double($0.step) }, "psnr": \.psnr, "deviation": \.deviation]
    }

    public let step: Int
    /// Peak signal-to-noise ratio of pictures that went through the latents and back, in decibels.
    public let psnr: Double
    /// Standard deviation of the latents.
    public let deviation: Double
}
