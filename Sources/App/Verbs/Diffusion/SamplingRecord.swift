import Basics
import CLIP
import Diffusion
import Files
import Language
import Tensor

/// What pictures were sampled from, so that they can say it.
struct SamplingRecord {
    let pipeline: PipelineValue
    /// One per picture.
    let prompts: [String]
    let options: SamplingOptions
    let seeds: Seeds
    var startsFromImage = false
    var hasMask = false
    /// Whether the prompts are texts, and not what embeddings are called.
    var isTold = true

    /// One seed for all pictures, or one a picture.
    enum Seeds {
        case shared(UInt64)
        case each([UInt64])
    }

    /// Where the noise of the pictures comes from.
    var source: NoiseSource {
        switch seeds {
        case .shared(let seed): NoiseSource(Generator(seed: seed))
        case .each(let seeds): NoiseSource(each: seeds.map { Generator(seed: $0) })
        }
    }
    var steering: Steering?

    /// A direction along which the prompts were moved.
    struct Steering {
        let name: String
        let alpha: Double
        let states: TextSteering
        let vector: Tensor
    }

    /// The pictures of latents, named and with their parameters.
    ///
    /// - Parameter isShared: whether each rank decodes its share; all must then ask for them.
    func images(
        _ latents: Tensor, isShared: Bool = false, progress: StableDiffusion.Progress? = nil
    ) throws -> [Value] {
        try naming {
            try isShared
                ? pipeline.model.sharedImages(latents, progress: progress)
                : pipeline.model.images(latents, progress: progress)
        }.enumerated().map { index, image in
            .object(ImageValue(image, name: prompts[index], parameters: parameters(of: index)))
        }
    }

    /// Does what makes the pictures; one that is not finite is named by its prompt and its seed.
    func naming<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let error as NotFiniteError {
            let all =
                switch seeds {
                case .shared(let seed): [seed]
                case .each(let seeds): seeds
                }
            throw error.asked(by: prompts, seeds: all)
        }
    }

    /// The parameters of one of the pictures, in the order in which they are written.
    private func parameters(of index: Int) -> Record {
        let sampler = options.sampler ?? SamplerKind(for: pipeline.model.scheduler)
        let seed =
            switch seeds {
            case .shared(let seed): seed
            case .each(let seeds): seeds[index]
            }
        var fields: [(String, Value)] = [
            (isTold ? "prompt" : "embeddings", .string(prompts[index])), ("seed", .number(Double(seed))),
            ("steps", .number(Double(options.steps))), ("guidance", .number(Double(options.guidanceScale))),
            ("eta", .number(options.eta)), ("sampler", .string(sampler.rawValue)), ("model", .string(pipeline.name)),
        ]
        if options.sampler == nil, let replaced = SamplerKind.replacedClass(in: pipeline.model.scheduler) {
            fields.append(("in_place_of", .string(replaced)))
        }
        if !options.negativePrompt.isEmpty { fields.append(("negative", .string(options.negativePrompt))) }
        if options.clipSkip > 0 { fields.append(("clip_skip", .number(Double(options.clipSkip)))) }
        if options.readsWeights { fields.append(("weights", .boolean(true))) }
        if options.guidanceRescale > 0 {
            fields.append(("guidance_rescale", .number(Double(options.guidanceRescale))))
        }
        if let safety = options.safety {
            fields.append(("safe_scale", .number(Double(safety.guidanceScale))))
            fields.append(("concept", .string(safety.concept)))
        }
        if let steering {
            fields += [("steer", .string(steering.name)), ("alpha", .number(steering.alpha))]
        }
        if pipeline.model.task == .editing {
            fields.append(("image_guidance", .number(Double(options.imageGuidance))))
        } else if startsFromImage {
            fields.append(("strength", .number(options.strength)))
        }
        for (name, size) in [("original_size", options.sizes.original), ("target_size", options.sizes.target)] {
            if let size { fields.append((name, .list(size.map { .number(Double($0)) }))) }
        }
        if options.sizes.crop != [0, 0] {
            fields.append(("crop", .list(options.sizes.crop.map { .number(Double($0)) })))
        }
        if hasMask { fields.append(("mask", .boolean(true))) }
        // A picture of several takes its noise from the middle of the stream.
        if case .shared = seeds, prompts.count > 1 {
            fields += [("index", .number(Double(index))), ("pictures", .number(Double(prompts.count)))]
        }
        return Record(fields)
    }
}
