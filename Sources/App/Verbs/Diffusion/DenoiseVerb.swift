import Basics
import Diffusion
import Language
import Tensor

/// `denoise`: one step of DDIM with every quantity in it.
enum DenoiseVerb {
    static var denoise: Verb {
        Verb(
            "denoise", family: "diffusion", summary: "one denoising step of DDIM, with every quantity in it",
            parameters: [
                .pipeline,
                Parameter("sample", .object("tensor"), help: "noisy latents, [samples, height, width, channels]"),
                Parameter(
                    "prompt", .either([.string, .list(of: .string)]), fallback: .described("none with `embeddings`"),
                    help: "a text for all samples, or one for each"),
                .option("step", .whole(in: 0...999), default: 0, help: "which of the steps, from 0"),
                SamplingParameters.steps, SamplingParameters.guidance, SamplingParameters.eta,
                SamplingParameters.negative,
                .option(
                    "embeddings", .optional(.either([.object("tensor"), .list(of: .object("tensor"))])),
                    default: .none, help: "in place of `prompt`: what `prompt_embedding` gives, or a list of it"),
                .option(
                    "negative_embeddings", .optional(.either([.object("tensor"), .list(of: .object("tensor"))])),
                    default: .none, help: "in place of `negative`, for one sample or each"),
                .option(
                    "noise", .optional(.object("tensor")), fallback: .described("drawn by `seed`"),
                    help: "standard normal, of the sample's shape"),
                .seed,
            ],
            result: """
                a record: time, alpha, previous_alpha, sigma; tensors sample, output, epsilon, original, mean, noise, \
                previous; log_probability of each sample (noise and log_probability are none where sigma is 0)
                """,
            details: """
                With ᾱ at the step's time and ᾱ′ at the one it leads to, and a model that predicts the noise:

                | quantity | formula |
                |---|---|
                | `output` | the UNet's prediction, guided: ε_negative + guidance · (ε_prompt − ε_negative) |
                | `original` | x̂₀ = (sample − √(1 − ᾱ) ε̂) / √ᾱ |
                | `sigma` | η √((1 − ᾱ′) / (1 − ᾱ)) √(1 − ᾱ / ᾱ′) |
                | `mean` | μ = √ᾱ′ x̂₀ + √(1 − ᾱ′ − σ²) ε̂ |
                | `previous` | μ + σ · noise: the sample of the next step |
                | `log_probability` | −(previous − μ)² / 2σ² − log σ − ½ log 2π, averaged over dimensions |

                Gradients flow from all of them to `embeddings` that ask for them. `denoising_error` is the loss that \
                pictures have.
                """,
            background: .denoise,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    x = randn(sd.latent_shape, seed: 2)
                    d = denoise sd x "a dog" step: 3 steps: 8 eta: 1 seed: 5
                    d.previous ≈ d.mean + d.sigma * d.noise within 1e-5
                    """, gives: "true"),
                .init(
                    """
                    sd = load "emoji-sd"
                    x = randn(sd.latent_shape, seed: 2)
                    for i in 0..3 { x = denoise(sd, x, "a dog", step: i, steps: 3).previous }
                    decode sd x
                    """, gives: "image 64×64"),
                .init(
                    """
                    sd = load "emoji-sd"
                    x = randn(sd.latent_shape, seed: 2)
                    e = requires_grad (prompt_embedding sd "a dog")
                    d = denoise sd x embeddings: e step: 3 steps: 8
                    backward (mean((d.original - randn(sd.latent_shape, seed: 3)) ** 2))
                    e.grad.shape
                    """, gives: "[20, 128]"),
            ],
            seeAlso: ["sample", "denoising_error", "prompt_embedding", "trajectory", "decode"]
        ) { call in
            let pipeline = try call.pipeline(), model = pipeline.model
            let options = try call.samplingOptions(), index = try call.whole("step")
            let scheduler = try DDIMScheduler(model.scheduler, steps: options.steps)
            let sample = try call.tensor("sample").detached().to(.float32)
            try call.checkNegative(options)
            let embeddings = try call.promptEmbeddings(count: 1)
            if embeddings == nil {
                try call.checkPrompt(hint: "denoise sd x \"a red apple\"")
            } else {
                try call.checkNoPrompt()
            }
            let prompts = try call.prompts(for: sample)
            try pipeline.noteUnseen((embeddings == nil ? prompts : []) + [options.negativePrompt], call.host)
            let sigma = try scheduler.sigma(at: index, eta: options.eta)
            if try sigma == 0 && call.isGiven("noise") {
                throw call.failure(
                    "noise", "'noise' can't be added in a step with sigma 0",
                    hint: "leave it out, or give eta: 1")
            }
            func step() throws -> Record {
                var noise: Tensor?
                if sigma > 0 {
                    noise =
                        try call.optional("noise", call.tensor)
                        ?? StableDiffusion.noise(sample.shape, generator: Generator(seed: call.seed()))
                }
                let unet = try embeddings?.requiresGradient ?? false ? model.frozenUNet() : model.unet
                let output = try unet(
                    sample, time: Float(scheduler.timesteps[index]),
                    guided: model.guidance(of: prompts, options, embeddings: embeddings))
                let step = try scheduler.step(output, at: index, sample, eta: options.eta, noise: noise)
                return quantities(scheduler, index, sample, output, step, noise)
            }
            return .record(try embeddings?.requiresGradient ?? false ? step() : withoutGradients(step))
        }
    }

    private static func quantities(
        _ scheduler: DDIMScheduler, _ index: Int, _ sample: Tensor, _ output: Tensor, _ step: DenoisingStep,
        _ noise: Tensor?
    ) -> Record {
        let numbers: [(String, Float)] = [
            ("time", Float(scheduler.timesteps[index])), ("alpha", scheduler.alphas[index]),
            ("previous_alpha", scheduler.previousAlphas[index]), ("sigma", step.sigma),
        ]
        let tensors: [(String, Tensor?)] = [
            ("sample", sample), ("output", output), ("epsilon", step.epsilon), ("original", step.predictedOriginal),
            ("mean", step.mean), ("noise", noise), ("previous", step.previous),
            ("log_probability", step.logProbability),
        ]
        var record = Record()
        for (name, number) in numbers { record[name] = .number(Double(number)) }
        for (name, tensor) in tensors { record[name] = tensor.map { Value.tensor($0) } ?? Value.none }
        return record
    }
}

extension Arguments {
    /// One prompt a row of latents: a single text stands for all.
    fileprivate func prompts(for latents: Tensor) throws -> [String] {
        guard latents.rank == 4, let rows = latents.shape.first, rows > 0 else {
            throw failure(
                "sample",
                "'sample' of '\(verb.name)' must be latents [samples, height, width, channels], "
                    + "not of shape \(Words.shape(latents.shape))")
        }
        let isTold = try isGiven("prompt")
        let prompts = isTold ? try strings("prompt") : [String](repeating: "", count: rows)
        if prompts.count == rows { return prompts }
        guard prompts.count == 1 else {
            throw failure("prompt", "\(rows) samples need one prompt or \(rows), not \(prompts.count)")
        }
        return [String](repeating: prompts[0], count: rows)
    }
}
