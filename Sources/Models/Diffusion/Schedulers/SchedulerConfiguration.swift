import Basics
import Files
import Foundation

/// How the noise level grows over the training timesteps.
public enum BetaSchedule: String, Codable, Sendable, CaseIterable {
    case linear
    /// Linear in √β: what latent diffusion models are trained with.
    case scaledLinear = "scaled_linear"
    /// Nichol and Dhariwal's cosine.
    case squaredCosine = "squaredcos_cap_v2"
}

/// What the model's output is.
public enum PredictionType: String, Codable, Sendable, CaseIterable {
    /// The noise ε.
    case epsilon
    /// The original x₀.
    case sample
    /// v = √ᾱ ε − √(1 − ᾱ) x₀ (Salimans and Ho 2022).
    case velocity = "v_prediction"
}

/// Which of the training timesteps a sampler visits (Lin et al. 2024, table 2).
public enum TimestepSpacing: String, Codable, Sendable, CaseIterable {
    case leading, trailing, linspace
}

/// diffusers' `scheduler_config.json` under the published keys.
///
/// One file serves every sampler, whichever class it was written for: what it says counts, and what it leaves out takes
/// the default of the sampler that is used. So does diffusers in `from_config`.
public struct SchedulerConfiguration: Equatable, Sendable {
    /// The class of diffusers that the file was written for: `DDIMScheduler`, `PNDMScheduler`, ….
    public var className = "DDIMScheduler"
    /// Noise levels that the model was trained on.
    public var numTrainTimesteps = 1000
    public var betaStart = 0.0001
    public var betaEnd = 0.02
    public var betaSchedule = BetaSchedule.linear
    /// Betas given one by one, in place of a schedule.
    public var trainedBetas: [Float]?
    public var predictionType = PredictionType.epsilon
    public var timestepSpacing: TimestepSpacing?
    /// Added to the timesteps of `leading` spacing.
    public var stepsOffset = 0
    /// Whether betas are rescaled so that the last timestep is noise alone (Lin et al. 2024, algorithm 1).
    public var rescaleBetasZeroSNR = false

    // DDIM's.
    /// Whether the predicted original is held within ± `clipSampleRange`.
    public var clipSample: Bool?
    public var clipSampleRange: Float = 1
    /// Whether the last step ends at ᾱ = 1; else at the ᾱ of timestep 0, which keeps a little noise in it.
    public var setAlphaToOne: Bool?
    public var thresholding: Bool?
    /// PNDM's: whether its first steps are PLMS's too.
    public var skipPRKSteps: Bool?
    /// DDPM's: `fixed_small` or `fixed_large`.
    public var varianceType: String?
    /// LCM's and TCD's: steps that the model was distilled on, and the scale of timesteps in LCM's boundary condition.
    public var originalInferenceSteps: Int?
    public var timestepScaling: Double?
    /// UniPC's.
    public var predictX0: Bool?
    public var disableCorrector: [Int]?

    // DPM-Solver's, DEIS's, UniPC's and Euler's.
    public var algorithmType: String?
    public var solverOrder: Int?
    public var solverType: String?
    public var lowerOrderFinal: Bool?
    public var eulerAtFinal: Bool?
    public var finalSigmasType: String?
    public var lambdaMinClipped: Double?
    public var interpolationType: String?
    public var timestepType: String?
    public var useKarrasSigmas: Bool?
    public var useExponentialSigmas: Bool?
    public var useBetaSigmas: Bool?
    public var useLuLambdas: Bool?
    public var useFlowSigmas: Bool?

    /// What else the file holds, passed on to what is saved.
    var other: [JSON.Member] = []

    public init() {}

    /// What Stable Diffusion 1.x is trained with, sampled by DDIM as its authors do.
    public static let stableDiffusion: SchedulerConfiguration = {
        var configuration = SchedulerConfiguration()
        (configuration.betaStart, configuration.betaEnd) = (0.00085, 0.012)
        configuration.betaSchedule = .scaledLinear
        (configuration.clipSample, configuration.setAlphaToOne) = (false, false)
        (configuration.timestepSpacing, configuration.stepsOffset) = (.leading, 1)
        return configuration
    }()
}

extension SchedulerConfiguration: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case className = "_class_name"
        case numTrainTimesteps = "num_train_timesteps"
        case betaStart = "beta_start"
        case betaEnd = "beta_end"
        case betaSchedule = "beta_schedule"
        case trainedBetas = "trained_betas"
        case predictionType = "prediction_type"
        case timestepSpacing = "timestep_spacing"
        case stepsOffset = "steps_offset"
        case rescaleBetasZeroSNR = "rescale_betas_zero_snr"
        case clipSample = "clip_sample"
        case clipSampleRange = "clip_sample_range"
        case setAlphaToOne = "set_alpha_to_one"
        case thresholding
        case skipPRKSteps = "skip_prk_steps"
        case varianceType = "variance_type"
        case originalInferenceSteps = "original_inference_steps"
        case timestepScaling = "timestep_scaling"
        case predictX0 = "predict_x0"
        case disableCorrector = "disable_corrector"
        case algorithmType = "algorithm_type"
        case solverOrder = "solver_order"
        case solverType = "solver_type"
        case lowerOrderFinal = "lower_order_final"
        case eulerAtFinal = "euler_at_final"
        case finalSigmasType = "final_sigmas_type"
        case lambdaMinClipped = "lambda_min_clipped"
        case interpolationType = "interpolation_type"
        case timestepType = "timestep_type"
        case useKarrasSigmas = "use_karras_sigmas"
        case useExponentialSigmas = "use_exponential_sigmas"
        case useBetaSigmas = "use_beta_sigmas"
        case useLuLambdas = "use_lu_lambdas"
        case useFlowSigmas = "use_flow_sigmas"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        className = try values.decodeIfPresent(String.self, forKey: .className) ?? className
        // Distilled models' and k-diffusion's samplers have Stable Diffusion's noise by default in diffusers.
        let isDistilled = ["LCMScheduler", "TCDScheduler"].contains(className)
        if isDistilled || className.hasPrefix("KDPM2") || className == "HeunDiscreteScheduler" {
            (betaStart, betaEnd) = (0.00085, 0.012)
        }
        if isDistilled { betaSchedule = .scaledLinear }
        numTrainTimesteps = try values.decodeIfPresent(Int.self, forKey: .numTrainTimesteps) ?? numTrainTimesteps
        betaStart = try values.decodeIfPresent(Double.self, forKey: .betaStart) ?? betaStart
        betaEnd = try values.decodeIfPresent(Double.self, forKey: .betaEnd) ?? betaEnd
        betaSchedule = try values.choice(.betaSchedule) ?? betaSchedule
        trainedBetas = try values.decodeIfPresent([Float].self, forKey: .trainedBetas)
        predictionType = try values.choice(.predictionType) ?? predictionType
        timestepSpacing = try values.choice(.timestepSpacing)
        stepsOffset = try values.decodeIfPresent(Int.self, forKey: .stepsOffset) ?? stepsOffset
        rescaleBetasZeroSNR =
            try values.decodeIfPresent(Bool.self, forKey: .rescaleBetasZeroSNR) ?? rescaleBetasZeroSNR
        clipSample = try values.decodeIfPresent(Bool.self, forKey: .clipSample)
        clipSampleRange = try values.decodeIfPresent(Float.self, forKey: .clipSampleRange) ?? clipSampleRange
        setAlphaToOne = try values.decodeIfPresent(Bool.self, forKey: .setAlphaToOne)
        thresholding = try values.decodeIfPresent(Bool.self, forKey: .thresholding)
        skipPRKSteps = try values.decodeIfPresent(Bool.self, forKey: .skipPRKSteps)
        varianceType = try values.decodeIfPresent(String.self, forKey: .varianceType)
        originalInferenceSteps = try values.decodeIfPresent(Int.self, forKey: .originalInferenceSteps)
        timestepScaling = try values.decodeIfPresent(Double.self, forKey: .timestepScaling)
        predictX0 = try values.decodeIfPresent(Bool.self, forKey: .predictX0)
        disableCorrector = try values.decodeIfPresent([Int].self, forKey: .disableCorrector)
        algorithmType = try values.decodeIfPresent(String.self, forKey: .algorithmType)
        solverOrder = try values.decodeIfPresent(Int.self, forKey: .solverOrder)
        solverType = try values.decodeIfPresent(String.self, forKey: .solverType)
        lowerOrderFinal = try values.decodeIfPresent(Bool.self, forKey: .lowerOrderFinal)
        eulerAtFinal = try values.decodeIfPresent(Bool.self, forKey: .eulerAtFinal)
        finalSigmasType = try values.decodeIfPresent(String.self, forKey: .finalSigmasType)
        lambdaMinClipped = try values.decodeIfPresent(Double.self, forKey: .lambdaMinClipped)
        interpolationType = try values.decodeIfPresent(String.self, forKey: .interpolationType)
        timestepType = try values.decodeIfPresent(String.self, forKey: .timestepType)
        useKarrasSigmas = try values.decodeIfPresent(Bool.self, forKey: .useKarrasSigmas)
        useExponentialSigmas = try values.decodeIfPresent(Bool.self, forKey: .useExponentialSigmas)
        useBetaSigmas = try values.decodeIfPresent(Bool.self, forKey: .useBetaSigmas)
        useLuLambdas = try values.decodeIfPresent(Bool.self, forKey: .useLuLambdas)
        useFlowSigmas = try values.decodeIfPresent(Bool.self, forKey: .useFlowSigmas)
    }
}

extension KeyedDecodingContainer where Key: RawRepresentable, Key.RawValue == String {
    /// A named choice; an unknown name is an error that lists the known ones.
    fileprivate func choice<Choice: RawRepresentable & CaseIterable>(_ key: Key) throws -> Choice?
    where Choice.RawValue == String {
        guard let name = try decodeIfPresent(String.self, forKey: key) else { return nil }
        guard let choice = Choice(rawValue: name) else {
            throw RhumbError.option(key.rawValue, name, known: Choice.allCases.map(\.rawValue))
        }
        return choice
    }
}
