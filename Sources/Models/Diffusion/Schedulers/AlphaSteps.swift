import Basics
import Tensor

/// The noise schedule at the steps of a sampler that goes along ᾱ: what DDPM, LCM, PNDM and TCD share.
struct AlphaSteps {
    let configuration: SchedulerConfiguration
    let schedule: NoiseSchedule
    /// The training timestep of each call of the model.
    let timesteps: [Int]

    /// - Throws: `RhumbError` for timesteps outside the schedule, and for `thresholding`.
    init(_ configuration: SchedulerConfiguration, timesteps: [Int], by sampler: String) throws {
        if configuration.thresholding == true { throw RhumbError.unsupported("thresholding", by: sampler) }
        self.configuration = configuration
        schedule = try NoiseSchedule(configuration)
        if let outside = timesteps.first(where: { !(0..<configuration.numTrainTimesteps).contains($0) }) {
            throw RhumbError.timestep(outside, limit: configuration.numTrainTimesteps)
        }
        self.timesteps = timesteps
    }

    /// The steps of a distilled model: as many as there are to be of the levels that it was distilled on, falling.
    ///
    /// - Parameter strength: the share of the levels that are passed, from the cleanest up.
    init(
        distilled configuration: SchedulerConfiguration, steps count: Int, strength: Double = 1, by sampler: String
    ) throws {
        let training = configuration.numTrainTimesteps, original = configuration.originalInferenceSteps ?? 50
        guard (1...training).contains(original) else {
            throw RhumbError.schedule(
                "original_inference_steps", "\(original)", expected: "a number from 1 to \(training)")
        }
        let passed = Int(Double(original) * strength)
        guard (0...max(passed, 0)).contains(count), count > 0 else {
            throw strength < 1 && (1...original).contains(count)
                ? RhumbError.distilledSteps(count, limit: original, strength: strength)
                : RhumbError.distilledSteps(count, limit: original, by: sampler)
        }
        let levels = (1...passed).reversed().map { $0 * (training / original) - 1 }
        let distance = Double(passed) / Double(count)
        try self.init(
            configuration, timesteps: (0..<count).map { levels[Int((Double($0) * distance).rounded(.down))] },
            by: sampler)
    }

    /// ᾱ of a timestep; before the first one 1, or where the configuration says so that of the first.
    func alpha(_ timestep: Int, endsAtOne: Bool) -> Float {
        let all = schedule.alphasCumprod
        return timestep >= 0 ? all[min(timestep, all.count - 1)] : endsAtOne ? 1 : all[0]
    }

    /// A clean sample with the noise that a step begins with.
    func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        guard timesteps.indices.contains(index) else { throw RhumbError.stepIndex(index, count: timesteps.count) }
        return try schedule.addNoise(to: original, noise: noise, timesteps: [timesteps[index]])
    }

    /// x̂₀ and ε̂ from whatever the model predicts, not clipped.
    func prediction(_ output: Tensor, _ sample: Tensor, at index: Int) throws -> (original: Tensor, epsilon: Tensor) {
        let alpha = schedule.alphasCumprod[timesteps[index]]
        let signal = alpha.squareRoot(), deviation = (1 - alpha).squareRoot()
        switch configuration.predictionType {
        case .epsilon:
            guard signal > 0 else { throw RhumbError.noSignal(timestep: timesteps[index]) }
            return (try (sample - output * deviation) / signal, output)
        case .sample: return (output, try (sample - output * signal) / deviation)
        case .velocity:
            return (try sample * signal - output * deviation, try output * signal + sample * deviation)
        }
    }

    /// x̂₀ within ± `clip_sample_range`, where the configuration, or its default, says so.
    func clipped(_ original: Tensor, byDefault clips: Bool) throws -> Tensor {
        guard configuration.clipSample ?? clips else { return original }
        let range = abs(configuration.clipSampleRange)
        return try original.clamped(-range, range)
    }
}
