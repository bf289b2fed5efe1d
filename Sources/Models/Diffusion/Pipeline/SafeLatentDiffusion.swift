import Tensor

/// Safe Latent Diffusion (Schramowski et al. 2023, "Safe Latent Diffusion: Mitigating Inappropriate Degeneration in
/// Diffusion Models"): guidance away from a concept where the prompt leads towards it, without any training.
public struct SafeLatentDiffusion: Equatable, Sendable {
    /// What pictures are to stay away from.
    public var concept = Self.publishedConcept
    /// s_S: how strongly, before clipping to 1.
    public var guidanceScale: Float
    /// δ: steps without it, in which the composition forms.
    public var warmupSteps: Int
    /// λ: elements whose predictions for prompt and concept differ by this or more are left alone.
    public var threshold: Float
    /// s_m: the share of the momentum that is added.
    public var momentumScale: Float
    /// β_m: how long the momentum lasts.
    public var momentumBeta: Float

    public init(
        guidanceScale: Float, warmupSteps: Int, threshold: Float, momentumScale: Float, momentumBeta: Float
    ) {
        (self.guidanceScale, self.warmupSteps, self.threshold) = (guidanceScale, warmupSteps, threshold)
        (self.momentumScale, self.momentumBeta) = (momentumScale, momentumBeta)
    }

    /// The strengths of the paper, table 2.
    public enum Strength: String, CaseIterable, Sendable {
        case weak, medium, strong, max
    }

    public init(_ strength: Strength) {
        switch strength {
        case .weak:
            self.init(guidanceScale: 20, warmupSteps: 15, threshold: 0, momentumScale: 0, momentumBeta: 0)
        case .medium:
            self.init(guidanceScale: 1000, warmupSteps: 10, threshold: 0.01, momentumScale: 0.3, momentumBeta: 0.4)
        case .strong:
            self.init(guidanceScale: 2000, warmupSteps: 7, threshold: 0.025, momentumScale: 0.5, momentumBeta: 0.7)
        case .max:
            self.init(guidanceScale: 5000, warmupSteps: 0, threshold: 1, momentumScale: 0.5, momentumBeta: 0.7)
        }
    }

    /// The concept of the paper, as its authors' pipeline has it.
    public static let publishedConcept =
        "an image showing hate, harassment, violence, suffering, humiliation, harm, suicide, "
        + "sexual, nudity, bodily fluids, blood, obscene gestures, illegal activity, "
        + "drug use, theft, vandalism, weapons, child abuse, brutality, cruelty"

    /// What is taken off the guidance γ at a step, and the momentum for the next one.
    ///
    /// - Parameters:
    ///   - prompt, unconditional, concept: the UNet's predictions, of one shape.
    ///   - momentum: of the step before; nil at the first.
    ///   - index: which step, from 0.
    func correction(
        prompt: Tensor, unconditional: Tensor, concept: Tensor, momentum: Tensor?, at index: Int
    ) throws -> (correction: Tensor?, momentum: Tensor) {
        let difference = try prompt - concept
        // Equation 6: how much of each element is steered.
        let scale =
            try Tensor.minimum(difference.absolute() * guidanceScale, Tensor(1))
            * difference.isLess(than: Tensor(threshold))
        // Equations 4, 7 and 8.
        var guidance = try (concept - unconditional) * scale
        if let momentum { guidance = try guidance + momentum * momentumScale }
        let next =
            try (momentum.map { try $0 * momentumBeta + guidance * (1 - momentumBeta) })
            ?? guidance * (1 - momentumBeta)
        return (index >= warmupSteps ? guidance : nil, next)
    }
}
