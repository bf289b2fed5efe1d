import Basics
import Tensor

/// What one round does, decided by the run's seed and the round's number alone: a resumed run needs no saved generator,
/// and a rollout that was interrupted comes out the same when it is drawn again.
struct RoundPlan {
    /// Positions in the list of prompts.
    let prompts: [Int]
    /// Steps to train.
    let steps: [Int]
    /// Starting latents and the noise of the steps come from this stream, in that order.
    let noise: Generator

    /// - Parameters:
    ///   - round: from 0.
    ///   - promptCount: of the whole list, above 0.
    init(round: Int, promptCount: Int, steps plan: StepPlan, options: GRPOOptions) {
        let streams = SeedStreams(options.seed)
        prompts = (0..<options.roundPrompts).map { slot in
            // The list is gone through in one random order after another, a round taking up where the last one ended.
            let (pass, place) = (round * options.roundPrompts + slot).quotientAndRemainder(dividingBy: promptCount)
            return streams.generator(.prompts, pass).permutation(promptCount)[place]
        }
        steps = plan.chosen(options, generator: streams.generator(.steps, round))
        noise = streams.generator(.noise, round)
    }

    private init(_ plan: RoundPlan, noise: Generator) {
        (prompts, steps, self.noise) = (plan.prompts, plan.steps, noise)
    }

    /// The same with other noise, for groups that are drawn once more.
    ///
    /// - Parameter attempt: from 1 to 100.
    func again(_ attempt: Int, round: Int, _ options: GRPOOptions) -> RoundPlan {
        RoundPlan(self, noise: SeedStreams(options.seed).generator(.redraws, round * 1000 + attempt))
    }
}

/// What one update takes of a rollout: these samples, at these steps.
public struct UpdatePart: Codable, Equatable, Sendable {
    public let samples: [Int]
    public let steps: [Int]

    package init(samples: [Int], steps: [Int]) { (self.samples, self.steps) = (samples, steps) }

    /// - Throws: `RhumbError` where there are more updates than things to share out.
    static func parts(samples: Int, steps: [Int], round: Int, _ options: GRPOOptions) throws -> [UpdatePart] {
        let generator = SeedStreams(options.seed).generator(.updates, round)
        func shares(_ count: Int, _ what: String) throws -> [[Int]] {
            guard options.updates <= count else {
                throw RhumbError.tooManyUpdates(options.updates, parts: count, of: what)
            }
            let order = options.shuffle ? generator.permutation(count) : Array(0..<count)
            return (0..<options.updates).map { update in
                order[count * update / options.updates..<count * (update + 1) / options.updates].sorted()
            }
        }
        switch options.split {
        case .samples: return try shares(samples, "samples").map { UpdatePart(samples: $0, steps: steps) }
        case .steps:
            return try shares(steps.count, "steps").map { part in
                UpdatePart(samples: Array(0..<samples), steps: part.map { steps[$0] })
            }
        }
    }
}

/// Independent streams of random numbers from one seed, by purpose and number.
struct SeedStreams {
    enum Purpose: UInt64 { case prompts = 1, steps, updates, noise, adapters, levels, redraws }

    private let seed: UInt64

    init(_ seed: UInt64) { self.seed = seed }

    func generator(_ purpose: Purpose, _ number: Int) -> Generator {
        // Its low 32 bits alone reach a generator.
        Generator(seed: SplitMix64.first(of: SplitMix64.first(of: seed &+ purpose.rawValue) &+ UInt64(number)))
    }
}
