import Basics
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
                help: "the training timestep whose noise is added")
        ] + draws
    }

    private static var draws: [Parameter] {
        [
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
            parameters: [
                .pipeline, Parameter("images", .pictures, help: "pictures of one size"),
                .option(
                    "time", .either([.whole(in: 0...999_999), .list(of: .whole(in: 0...999_999))]),
                    default: .number(Double(standard.timestep)),
                    help: "the training timestep whose noise is added, or several"),
            ] + draws + [
                .option(
                    "prompt", .optional(.either([.string, .list(of: .string)])), fallback: .described("nothing"),
                    help: "what the pictures are said to show: a text for all, or one for each"),
                .option(
                    "embeddings", .optional(.either([.object("tensor"), .list(of: .object("tensor"))])),
                    default: .none, help: "in place of `prompt`: what `prompt_embedding` gives, or a list of it"),
            ],
            result: "a tensor: one error per picture; for a list of times [pictures, times]",
            details: """
                The loss the model would be trained with: the mean square of what it says of a noisy picture less what \
                it should say, with the empty prompt or the one that is given. What a model has never learnt to draw it can't take the noise \
                off, so pictures that are none stand out; simple pictures have lower errors than crowded ones. See \
                `plausibility` for a reward made of it.

                Gradients flow to `embeddings` that ask for them, and through `prompt_embedding` to those of tokens: \
                textual inversion finds the token under which pictures are denoised best. Each of several times sees \
                the same noise; another `noise_seed` in each step brings other noise.
                """,
            background: .denoisingError,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    whole = denoising_error sd scene("a dog", seed: 1)
                    noise = denoising_error sd rand([3, 64, 64], seed: 1)
                    whole[0] < noise[0]
                    """, gives: "true"),
                .init(
                    """
                    sd = load "emoji-sd"
                    e = requires_grad (prompt_embedding sd "a dog")
                    backward (sum (denoising_error sd scene("a cat", seed: 1) embeddings: e time: [200, 600]))
                    e.grad.shape
                    """, gives: "[20, 128]"),
            ],
            seeAlso: ["plausibility", "denoise", "prompt_embedding", "encode"]
        ) { call in
            let pipeline = try call.pipeline(), model = pipeline.model, images = try call.images("images")
            var states: Tensor?
            if try call.isGiven("embeddings") {
                try call.checkNoPrompt()
                states = try call.promptStates("embeddings")
            } else if try call.isGiven("prompt") {
                let texts = try call.strings("prompt")
                guard [1, images.count].contains(texts.count) else {
                    throw call.failure(
                        "prompt",
                        "there are \(Words.count(texts.count, "prompt")) for \(Words.count(images.count, "picture"))",
                        hint: "give one for all, or one a picture")
                }
                try pipeline.noteUnseen(texts, call.host)
                states = try model.context(of: texts)
            }
            let times = try call.isList("time") ? call.list("time").compactMap(\.whole) : [call.whole("time")]
            guard let first = times.first else {
                throw call.failure("time", "'time' is an empty list", hint: "time: [200, 600]")
            }
            var probe = try call.draws()
            probe.timestep = first
            let errors = try model.denoisingErrors(
                of: images, under: states, at: times, probe, progress: call.progress("denoise"))
            return .tensor(try call.isList("time") ? errors : errors.squeezed(1))
        }
    }
}

extension Arguments {
    func denoisingProbe() throws -> DenoisingProbe {
        var probe = try draws()
        probe.timestep = try whole("time")
        return probe
    }

    /// How the noise is drawn.
    fileprivate func draws() throws -> DenoisingProbe {
        var probe = DenoisingProbe()
        probe.draws = try whole("draws")
        probe.seed = UInt64(try whole("noise_seed"))
        return probe
    }
}
