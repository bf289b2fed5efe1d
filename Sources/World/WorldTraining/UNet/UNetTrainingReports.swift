import Training

/// What one step of the UNet's training did.
public struct UNetTrainingStep: Sendable, TrainingReport, Equatable {
    public static var columns: KeyValuePairs<String, (Self) -> Double> {
        [
            "step": { Double($0.step) }, "loss": \.loss, "error": \.error, "gradient_norm": \.gradientNorm,
            "rate": \.learningRate,
        ]
    }

    /// Counted from 1.
    public let step: Int
    /// Mean squared error of the noise, each sample weighted by its signal-to-noise ratio, and unweighted.
    public let loss, error: Double
    public let gradientNorm, learningRate: Double
}

/// How good the averaged weights were at some step, on held-out scenes with fixed noise.
public struct UNetTrainingCheck: Sendable, TrainingReport, Equatable {
    public static var columns: KeyValuePairs<String, (Self) -> Double> {
        ["step": { Double($0.step) }, "error": \.error, "wrong_caption": \.wrongCaption]
    }

    public let step: Int
    /// Mean squared error of the noise, and how much larger it is when every scene gets another's caption: what the
    /// captions are worth to the model.
    public let error, wrongCaption: Double
}
