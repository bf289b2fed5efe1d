import Diffusion
import Language
import Tensor

/// `denoising_error`: how hard a model finds pictures to denoise.
enum DenoisingErrorVerb {
    private static let standard = DenoisingProbe()

    /// How pictures are put to the test.
    static var probe: [Parameter] {
        [
            .option(
                "time", .whole(in: 0...999_999), default: .number(Double(standard.timestep)),
                help: "the training timestep whose noise is added"),
            .option(
                "draws", .whole(in: 1...1000), default: .number(Double(standard.draws)),
                help: "draws of the noise that are averaged"),
            .option(
                "noise_seed", .whole(in: 0...9_007_199_254_740_992), default: .number(Double(standard.seed)),
                help: "decides the noise, the same for every picture"),
        ]
    }

    static var denoisingError: Verb {
        Verb(
            "denoising_error", family: "diffusion", summary: "how hard a model finds pictures to denoise",
            parameters: [.pipeline, Parameter("images", .pictures, help: "pictures of one size")] + probe,
            result: "a tensor, one error per picture",
            details: """
                The loss the model would be trained with: the mean square of what it says of a noisy picture less what \
                it should say, with the empty prompt. What a model has never learnt to draw it can't take the noise \
                off, so pictures that are none stand out; simple pictures have lower errors than crowded ones. See \
                `plausibility` for a reward made of it.
                """,
            background: .denoisingError,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    whole = denoising_error sd scene("a dog", seed: 1)
                    noise = denoising_error sd rand([3, 64, 64], seed: 1)
                    whole[0] < noise[0]
                    """, gives: "true")
            ],
            seeAlso: ["plausibility", "denoise", "encode"]
        ) { call in
            let errors = try call.pipeline().model.denoisingErrors(
                of: call.images("images"), call.denoisingProbe(), progress: call.progress("denoise"))
            return .tensor(try Tensor(errors.map(Float.init)))
        }
    }
}

extension Arguments {
    func denoisingProbe() throws -> DenoisingProbe {
        var probe = DenoisingProbe()
        probe.timestep = try whole("time")
        probe.draws = try whole("draws")
        probe.seed = UInt64(try whole("noise_seed"))
        return probe
    }
}
