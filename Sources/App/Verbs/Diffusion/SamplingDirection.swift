import Basics
import CLIP
import Diffusion
import Language

/// Steering while sampling, as the verbs take it that sample.
extension SamplingParameters {
    static var steer: Parameter {
        .option(
            "steer", .optional(.object("direction")), default: .none,
            help: "a direction along which the prompts' states are moved, without training")
    }

    static var alpha: Parameter {
        .option(
            "alpha", .optional(.number()), fallback: .described("0.5 with steer"),
            help: "strength α of `steer`, as of the verb `steer`")
    }

    static func clip(called name: String) -> Parameter {
        .option(
            name, .optional(.object("clip")), fallback: .described("the model that the direction was made with"),
            help: "for a direction out of a file: the model that it was made with")
    }
}

extension Arguments {
    /// The direction along which prompts are moved, where there is one.
    ///
    /// - Parameter clipName: the parameter that names the model that the direction was made with.
    /// - Throws: `RhumbError` at `steer` for a direction of another model, and at what needs `steer` where that is
    ///   missing.
    func samplingDirection(
        in encoder: TextEncoder, clip clipName: String = "clip"
    ) throws -> SamplingRecord.Steering? {
        guard let value = try optional("steer", { try object($0, as: DirectionValue.self) }) else {
            for name in ["alpha", clipName] where try isGiven(name) {
                throw failure(
                    name, "'\(name)' needs 'steer', the direction to move prompts along",
                    hint: "leave it out, or add steer: v")
            }
            return nil
        }
        if verb.parameters.contains(where: { $0.name == "embeddings" }), try isGiven("embeddings") {
            throw failure(
                "steer", "'steer' moves what the text encoder says of a prompt, and 'embeddings' takes its place",
                hint: "leave one of them out")
        }
        let given = try optional(clipName) { try object($0, as: ClipValue.self) }
        // A model that is given is checked against the direction's own.
        if let given { try check(value, madeFor: given, at: "steer") }
        guard let embedder = given?.embedder ?? value.model?.embedder else {
            throw failure(
                "steer",
                "this direction comes without \(value.model.map { "'\($0.name)'" } ?? "its model"), whose text "
                    + "projection is needed", hint: "add \(clipName): the model that it was made with")
        }
        let alpha = try optional("alpha", number) ?? 0.5
        do {
            return SamplingRecord.Steering(
                name: value.direction.termsText, alpha: alpha,
                states: try TextSteering(
                    vector: value.direction.vector, of: embedder, in: encoder, alpha: Float(alpha)),
                vector: value.direction.vector)
        } catch let error as RhumbError where error.argument == nil {
            throw failure("steer", error.message, hint: error.hint)
        }
    }
}
