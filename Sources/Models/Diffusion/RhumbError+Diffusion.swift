import Basics
import Tensor

// What files and inputs of diffusion models can get wrong. Its messages are here and nowhere else.

// MARK: - Models

extension RhumbError {
    static func configuration(_ key: String, _ value: String, _ expected: String) -> RhumbError {
        RhumbError("'\(key)' in the configuration must be \(expected), not \(value)")
    }

    static func unsupported(_ key: String, _ value: String, file: String, supported: String) -> RhumbError {
        RhumbError("'\(key)' in '\(file)' is \(value), which is not supported", hint: "supported: \(supported)")
    }

    static func vocabulary(tokenizer: Int, model: Int) -> RhumbError {
        RhumbError(
            "the tokenizer has \(tokenizer) tokens, and the text encoder's 'vocab_size' is \(model)",
            hint: "tokenizer and weights must come from the same model")
    }

    static func otherArchitecture(_ name: String, _ shape: [Int], _ other: [Int]?) -> RhumbError {
        let what =
            other.map { "'\(name)' is \(text(shape)) in one and \(text($0)) in the other" }
            ?? "only one of them has '\(name)'"
        return RhumbError("the models must be of one architecture: \(what)")
    }

    static func sample(_ shape: [Int], channels: Int) -> RhumbError {
        RhumbError("the UNet's latents must have shape [batch, height, width, \(channels)], not \(text(shape))")
    }

    static func context(_ shape: [Int], batch: Int, width: Int) -> RhumbError {
        RhumbError(
            "the UNet's context must have shape [\(batch), tokens, \(width)], not \(text(shape))",
            hint: "text encoder and UNet must come from the same model")
    }

    static func missingCondition(_ what: String) -> RhumbError {
        RhumbError(
            "this UNet is told \(what) besides the text, and there is none here",
            hint: "'sample' gives it; what else takes a pipeline wants one for text to picture")
    }

    static func unusedCondition(_ what: String) -> RhumbError {
        RhumbError("this UNet is not told \(what)")
    }

    static func pooled(_ shape: [Int], batch: Int, width: Int) -> RhumbError {
        RhumbError(
            "the UNet's pooled text must have shape [\(batch), \(width)], not \(text(shape))",
            hint: "text encoder and UNet must come from the same model")
    }

    static func timesteps(_ count: Int, batch: Int) -> RhumbError {
        RhumbError("\(batch) latents need one timestep, or one each, not \(count)")
    }

    static func pixels(_ shape: [Int], channels: Int) -> RhumbError {
        RhumbError(
            "the autoencoder's pixels must have shape [batch, height, width, \(channels)], not \(text(shape))")
    }

    static func latents(_ shape: [Int], channels: Int) -> RhumbError {
        RhumbError(
            "the autoencoder's latents must have shape [batch, height, width, \(channels)], not \(text(shape))")
    }

    private static func text(_ shape: [Int]) -> String { "[\(shape.map(String.init).joined(separator: ", "))]" }
}

// MARK: - Schedulers

extension RhumbError {
    static func option(_ key: String, _ value: String, known: [String]) -> RhumbError {
        RhumbError(
            "the scheduler's '\(key)' is '\(value)', which is not supported",
            hint: "supported: \(known.joined(separator: ", "))")
    }

    static func unsupported(_ key: String, by sampler: String) -> RhumbError {
        RhumbError(
            "the scheduler's configuration asks for '\(key)', which \(sampler) does not do here",
            hint: "take it out of 'scheduler_config.json', or use another sampler")
    }

    static func schedule(_ key: String, _ value: String, expected: String) -> RhumbError {
        RhumbError("the scheduler's '\(key)' must be \(expected), not \(value)")
    }

    static func steps(_ steps: Int, limit: Int) -> RhumbError {
        RhumbError(
            "the number of steps must be from 1 to \(limit), not \(steps)",
            hint: "the model was trained on \(limit) noise levels")
    }

    static func distilledSteps(_ steps: Int, limit: Int, by sampler: String) -> RhumbError {
        RhumbError(
            "\(sampler) takes 1 to \(limit) steps, not \(steps)",
            hint: "its model was distilled on 'original_inference_steps' of them; 4 are common")
    }

    static func distilledSteps(_ steps: Int, limit: Int, strength: Double) -> RhumbError {
        RhumbError(
            "with 'strength' \(strength) LCM takes at most \(Int(Double(limit) * strength)) steps, not \(steps)",
            hint: "fewer steps, or a greater strength")
    }

    static func stepIndex(_ index: Int, count: Int) -> RhumbError {
        RhumbError("there is no step \(index): steps go from 0 to \(count - 1)")
    }

    static func timestep(_ timestep: Int, limit: Int) -> RhumbError {
        RhumbError(
            "timestep \(timestep) lies outside the noise schedule, which has 0 to \(limit - 1)",
            hint: "fewer steps, or a smaller 'steps_offset', keep inside it")
    }

    static func noSignal(timestep: Int) -> RhumbError {
        RhumbError(
            "at timestep \(timestep) the schedule leaves no signal at all, where a prediction of the noise says nothing",
            hint: "'rescale_betas_zero_snr' goes with 'v_prediction' or 'sample'")
    }

    static func noiseNeeded(index: Int) -> RhumbError {
        RhumbError(
            "step \(index) adds noise and needs some", hint: "give noise of the sample's shape, or eta 0")
    }

    static var noTimesteps: RhumbError { RhumbError("there is no timestep", hint: "time: [200, 600]") }

    static func draws(_ draws: Int) -> RhumbError {
        RhumbError("the number of draws must be at least 1, not \(draws)")
    }

    static func eta(_ eta: Double) -> RhumbError {
        RhumbError("eta must be from 0 (deterministic) to 1 (as much noise as DDPM), not \(eta)")
    }

    static func deterministic(index: Int, timestep: Int) -> RhumbError {
        RhumbError(
            "step \(index), at timestep \(timestep), adds no noise, so its result has no probability density",
            hint: "leave that step out, or use eta above 0 and 'set_alpha_to_one' false")
    }

    static func outOfOrder(index: Int, expected: Int, sampler: String) -> RhumbError {
        RhumbError("\(sampler) builds on the step before: step \(expected) must come next, not \(index)")
    }

    static func shapes(_ name: String, _ found: [Int], sample: [Int]) -> RhumbError {
        RhumbError("\(name) of shape \(text(found)) does not fit a sample of shape \(text(sample))")
    }
}

// MARK: - Pipelines

extension RhumbError {
    static func parts(
        _ part: String, _ key: String, _ value: Int, _ other: String, _ otherKey: String, _ otherValue: Int
    ) -> RhumbError {
        RhumbError(
            "'\(key)' of the \(part) is \(value), and '\(otherKey)' of the \(other) is \(otherValue)",
            hint: "all parts must come from the same model")
    }

    static func size(width: Int, height: Int, multiple: Int) -> RhumbError {
        RhumbError(
            "the sides of this model's pictures must be multiples of \(multiple) pixels, not \(width)×\(height)")
    }

    static func sizes(_ first: Image, _ other: Image) -> RhumbError {
        RhumbError(
            "pictures must have one size, not \(first.width)×\(first.height) and \(other.width)×\(other.height)",
            hint: "'resize' makes them equal")
    }

    static func notFinite(_ part: String, _ place: String) -> RhumbError {
        RhumbError(
            "the \(part) gives numbers that are not finite \(place)",
            hint:
                "there is no picture in them; a weight may be broken: load the model again, or train it with a lower rate"
        )
    }

    static let latentsNotFinite = RhumbError(
        "the latents hold numbers that are not finite: there is no picture in them")
    static let pictureNotFinite = RhumbError("a picture to encode holds values that are not finite")
    static let noImages = RhumbError("there is no picture to encode")
    static let noPrompts = RhumbError("there is no prompt to sample")
    static let latentsAndImages = RhumbError("sampling starts from latents or from pictures, not from both")

    static func startingLatents(_ shape: [Int], count: Int) -> RhumbError {
        RhumbError(
            "\(count) samples must start from one latent or \(count) of this model's channels, not from shape \(text(shape))"
        )
    }

    static func strength(_ strength: Double) -> RhumbError {
        RhumbError("'strength' must be from 0 to 1, not \(strength)")
    }

    static func safetyWithoutGuidance(_ scale: Float) -> RhumbError {
        RhumbError(
            "the guidance scale of Safe Latent Diffusion must be above 1, not \(scale)",
            hint: "it changes classifier-free guidance, which is off otherwise: guidance: 5")
    }
}

// MARK: - Single files and parts

extension RhumbError {
    static func notAStableDiffusion(file: String, missing: String) -> RhumbError {
        RhumbError(
            "'\(file)' lacks '\(missing)', which every Stable Diffusion 1.x and 2.x has",
            hint: "a part of a model goes into a whole one: load \"FOLDER\" unet: \"FILE\", or vae: \"FILE\"")
    }

    static func otherFamily(file: String, _ family: String) -> RhumbError {
        RhumbError(
            "'\(file)' holds \(family), which is not supported",
            hint:
                "supported: Stable Diffusion 1.x, 2.x and XL (base); as: \"tensors\" gives the weights"
        )
    }

    static func noAverages(file: String) -> RhumbError {
        RhumbError(
            "'\(file)' has no averaged weights ('model_ema.…')", hint: "leave 'ema' out: those that it has are taken")
    }

    static func tokenizerNeeded(file: String, tokens: Int) -> RhumbError {
        RhumbError(
            "the text encoder in '\(file)' knows \(tokens) tokens, and CLIP's own vocabulary has 49408",
            hint: "name a folder with its tokenizer: tokenizer: \"FOLDER\"")
    }

    static func noPart(_ part: String, file: String, unexpected: [String]) -> RhumbError {
        let names = unexpected.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        let rest = unexpected.count > 5 ? " and \(unexpected.count - 5) more" : ""
        return RhumbError(
            unexpected.isEmpty
                ? "'\(file)' holds no weights of a \(part)"
                : "'\(file)' holds what is no weight of this \(part): \(names)\(rest)",
            hint: "adapters (LoRA) load with 'lora'; other weights must come from a \(part) of the same sizes")
    }
}

// MARK: - Adapters

extension RhumbError {
    static func lora(rank: Int, alpha: Float) -> RhumbError {
        RhumbError("an adapter's rank and alpha must be above 0, not \(rank) and \(alpha)")
    }

    static func lora(targets: [String]) -> RhumbError {
        RhumbError(
            "the UNet has no linear layer that ends in \(targets.map { "'\($0)'" }.joined(separator: ", "))",
            hint: "the attention layers are 'to_q', 'to_k', 'to_v' and 'to_out.0'")
    }

    static func lora(module: String) -> RhumbError {
        RhumbError("there are no matrices for the adapter of '\(module)'")
    }

    static func lora(file: String, unexpected: [String]) -> RhumbError {
        RhumbError(
            unexpected.isEmpty
                ? "'\(file)' holds no adapters"
                : "'\(file)' holds what fits no layer of this model: \(Words.quoted(unexpected, most: 5))",
            hint: "adapters load onto the model they were trained on, in the layout of PEFT, diffusers or kohya"
        )
    }

    static func lora(file: String, unsupported: String, tensor: String) -> RhumbError {
        RhumbError(
            "'\(file)' holds \(unsupported) ('\(tensor)'), which is not supported",
            hint: "supported: two matrices for a layer of UNet or text encoder, with or without alpha")
    }

    static func lora(file: String, twice module: String) -> RhumbError {
        RhumbError("'\(file)' holds two adapters for the layer '\(module)'")
    }

    static func lora(file: String, module: String, rank: Int, configuration: Int) -> RhumbError {
        RhumbError(
            "the adapter of '\(module)' in '\(file)' must have rank \(configuration) as its configuration says, not \(rank)",
            hint: "matrices and configuration must come from the same training")
    }

    static func lora(file: String, alpha tensor: String, _ value: String) -> RhumbError {
        RhumbError("'\(tensor)' in '\(file)' must be one number above 0, not \(value)")
    }

    static func lora(file: String, tensor: String, shape: [Int], expected: String) -> RhumbError {
        RhumbError("'\(tensor)' in '\(file)' must have its layer's shape \(expected), not \(text(shape))")
    }

    // MARK: Steering

    static func steeringWidth(_ shape: [Int], _ width: Int) -> RhumbError {
        RhumbError("the direction must have the \(width) numbers of its CLIP's space, not shape \(Words.shape(shape))")
    }

    static let otherTextTower = RhumbError(
        "the pipeline's text encoder is not the text tower of the direction's CLIP, so the direction means nothing in it",
        hint: "make the direction with the CLIP whose text tower the pipeline has")

    static let unreachableDirection = RhumbError(
        "no state of the text tower leads along this direction: the CLIP's projection leaves it out")
}
