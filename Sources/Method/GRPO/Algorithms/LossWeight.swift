import Diffusion
import Tensor

/// How the loss of a step or of a noise level counts among those of others.
public enum LossWeight: String, CaseIterable, Sendable {
    /// All alike: the squared error of what the model itself predicts.
    case none
    /// By the step's σ, divided by the mean σ of the trained steps (He et al. 2025, "TempFlow-GRPO"): noisier steps,
    /// where more can be decided, count more.
    case sigma
    /// As an error of the clean latents: for a model of ε times (1 − ᾱ) / ᾱ.
    case clean
    /// As an error of the clean latents times min(ᾱ / (1 − ᾱ), 5) (Hang et al. 2023, "Min-SNR").
    case minSNR = "min_snr"
    /// As an error of the clean latents, divided by its own mean absolute value, through which no gradient goes (Zheng
    /// et al. 2025, "DiffusionNFT").
    case adaptive

    /// Those of algorithms that add noise to finished pictures.
    static let ofLevels: [LossWeight] = [.none, .clean, .minSNR, .adaptive]

    /// γ of Min-SNR.
    private static let mostSNR: Float = 5

    /// The mean squared errors of some predictions under this weight, [N]; differentiable.
    ///
    /// - Parameters:
    ///   - difference: of the prediction from what it should be, [N, …].
    ///   - alphas: ᾱ of each row.
    func errors(_ difference: Tensor, alphas: [Float], _ type: PredictionType) throws -> Tensor {
        let axes = Array(1..<difference.rank)
        let squares = try difference.squared().mean(axes)
        /// From a squared error of the prediction to one of the clean latents.
        let toClean = alphas.map { alpha in
            switch type {
            case .epsilon: (1 - alpha) / alpha
            case .velocity: 1 - alpha
            case .sample: Float(1)
            }
        }
        switch self {
        case .none, .sigma: return squares
        case .clean: return try squares * Tensor(toClean)
        case .minSNR:
            return try squares * Tensor(zip(alphas, toClean).map { min($0 / (1 - $0), Self.mostSNR) * $1 })
        case .adaptive:
            let sizes = try difference.detached().absolute().mean(axes).floats
            return try squares
                * Tensor(zip(toClean, sizes).map { $0 / max($0.squareRoot() * $1, 1e-5) })
        }
    }
}
