import Basics
import Diffusion
import Tensor

/// Which denoising steps are random, and which a round trains.
///
/// A step with σ = 0 is a point and no distribution: it has no probability to raise, and is left out of training.
public struct StepPlan: Equatable, Sendable {
    /// Timesteps that the model is told, falling.
    public let timesteps: [Int]
    /// σ of each step under η; 0 where it is deterministic.
    public let sigmas: [Double]
    /// Steps that can be trained.
    public let trainable: [Int]

    /// Timesteps whose σ is 0.
    public var deterministic: [Int] {
        trainable.count == timesteps.count ? [] : timesteps.indices.filter { sigmas[$0] == 0 }.map { timesteps[$0] }
    }

    /// - Throws: `RhumbError` where nothing can be trained, or not as many steps as the options ask for.
    public init(_ options: GRPOOptions, scheduler: DDIMScheduler) throws {
        timesteps = scheduler.timesteps
        sigmas = try timesteps.indices.map { Double(try scheduler.sigma(at: $0, eta: options.eta)) }
        guard options.method.recording == .densities else {
            // Nothing asks for a probability.
            trainable = Array(timesteps.indices)
            if let wanted = options.trainSteps, wanted > trainable.count {
                throw RhumbError.tooManySteps(wanted, available: trainable.count, areDensities: false)
            }
            return
        }
        let last = timesteps.count - 1
        let (sigmas, timesteps) = (sigmas, timesteps)
        trainable = timesteps.indices.filter {
            sigmas[$0] > 0 && (options.trainLast || $0 != last) && $0 >= options.branch ?? 0
        }
        guard !trainable.isEmpty else {
            throw RhumbError.nothingToTrain(
                steps: timesteps.count,
                deterministic: timesteps.indices.filter { sigmas[$0] == 0 }.map { timesteps[$0] })
        }
        if let wanted = options.trainSteps, wanted > trainable.count {
            throw RhumbError.tooManySteps(wanted, available: trainable.count)
        }
    }

    /// The steps a round trains, in the order of denoising.
    func chosen(_ options: GRPOOptions, generator: Generator) -> [Int] {
        // The gradient goes through the last steps in one piece.
        if options.algorithm == .reward { return [timesteps.count - options.last] }
        guard let count = options.trainSteps, count < trainable.count else { return trainable }
        switch options.choose {
        case .first: return Array(trainable.prefix(count))
        case .last: return Array(trainable.suffix(count))
        case .random: return generator.permutation(trainable.count).prefix(count).map { trainable[$0] }.sorted()
        case .window:
            let start = generator.nextInteger(in: 0..<trainable.count - count + 1)
            return Array(trainable[start..<start + count])
        }
    }
}
