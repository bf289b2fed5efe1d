import Basics
import Diffusion
import Erasure
import Language

/// `erase` and `weight_difference`: concepts taken out of a model without training, and where models differ.
enum EraseVerb {
    static var all: [Verb] { [erase, difference] }

    private static let texts = ValueType.either([.string, .list(of: .string)])

    static var erase: Verb {
        Verb(
            "erase", family: "diffusion", summary: "take concepts out of a model without training: UCE, RECE",
            parameters: [
                .pipeline, Parameter("concepts", texts, help: "phrases that stand for what is erased"),
                .option(
                    "method", .choice(["uce", "rece"]), default: "uce",
                    help: "uce: one edit; rece: also erases what through the edited model still gives the concept"),
                .option(
                    "replacement", texts, default: .string(""),
                    help: "what stands in their place, one for all or one for each; \"\" is the empty prompt"),
                .option("preserve", texts, default: .list([]), help: "phrases that are to be read as before"),
                .option(
                    "states", .optional(.choice(ConceptErasure.States.allCases.map(\.rawValue))),
                    fallback: .described("last, all for rece"),
                    help: "the states that stand for a phrase: of its last token, or of all with the padding"),
                .option(
                    "scale", .number(in: .above(0)), default: 1, help: "how much erased concepts count"),
                .option(
                    "preserve_scale", .optional(.number(in: .atLeast(0))), fallback: .described("1, 0.1 for rece"),
                    help: "how much preserved ones do"),
                .option(
                    "penalty", .optional(.number(in: .above(0))), fallback: .described("0.5, 0.1 for rece"),
                    help: "λ: how much the matrices hold on to what they are"),
                .option(
                    "rounds", .optional(.whole(in: 1...100)), fallback: .described("3"),
                    help: "of rece, after the first edit"),
                .option(
                    "regularisation", .optional(.number(in: .above(0))), fallback: .described("0.1"),
                    help: "r: how short rece keeps the states that it finds"),
            ],
            result: "a pipeline with edited matrices; the given one stays as it is",
            details: """
                UCE (Gandikota et al., arXiv 2308.14761) gives every matrix W that reads the text for cross-attention, \
                keys and values, the W' that makes scale Σ ‖W'c − W c*‖² + preserve_scale Σ ‖W'k − W k‖² + \
                λ ‖W' − W‖² least, c being the states of a concept, c* of what replaces it, k of what is preserved. \
                It is solved exactly.

                RECE (Gong et al., arXiv 2407.12383) then looks for states c' = (Σ W'ᵀW' + r)⁻¹ Σ W'ᵀ W c, which give \
                what the concept gave before, and erases them too, in some rounds. Its authors set the fallbacks named \
                above. `save` writes the model, `weight_difference` shows what was edited.
                """,
            background: .erase,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    edited = erase sd ["a knife", "a gun"] replacement: "a ball" preserve: ["a dog"]
                    edited.name
                    """, gives: #""emoji-sd without a knife, a gun""#),
                .init(
                    """
                    sd = load "emoji-sd"
                    moved = weight_difference sd (erase sd "a knife" method: "rece" rounds: 1)
                    len (filter moved row -> row.relative > 0)
                    """),
            ],
            seeAlso: ["trainer", "evaluate", "weight_difference", "save"]
        ) { call in
            let pipeline = try call.pipeline()
            let erasure = try call.erasure()
            try pipeline.noteUnseen(erasure.concepts.flatMap { [$0.concept, $0.replacement] }, call.host)
            let host = call.host
            let model = try erasure(pipeline.model) { done, total in
                host.progress(StepProgress("erase", done: done, total: total, detail: "matrices"))
                if host.isInterrupted { throw Interruption() }
            }
            let names = erasure.concepts.map(\.concept).joined(separator: ", ")
            return .pipeline(model, name: "\(pipeline.name) without \(names)")
        }
    }

    static var difference: Verb {
        Verb(
            "weight_difference", family: "diffusion", summary: "where two models' UNets differ, layer by layer",
            parameters: [
                Parameter("before", .object("pipeline"), help: "a model"),
                Parameter(
                    "after", .object("pipeline"), help: "one of the same architecture: trained, edited, with adapters"),
            ],
            result: "a table: layer, parameters, norm, relative; in the order of the model",
            details: """
                `norm` is the Frobenius norm of the difference of all of a layer's parameters, `relative` the same \
                over the norm of the first model's. Adapters count as merged.
                """,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    moved = weight_difference sd (erase sd "a knife")
                    edited = filter moved row -> row.relative > 0
                    all(map(edited.layer, l -> contains(l, "attn2")))
                    """, gives: "true")
            ],
            seeAlso: ["erase", "trainer", "lora", "bars"]
        ) { call in
            let before = try call.object("before", as: PipelineValue.self).model.unet.mergedParameters()
            let after = try call.object("after", as: PipelineValue.self).model.unet.mergedParameters()
            let layers = try WeightDifference.layers(from: before, to: after)
            return .table(
                try Table([
                    .init("layer", layers.map(\.layer)), .init("parameters", layers.map { Double($0.count) }),
                    .init("norm", layers.map(\.norm)), .init("relative", layers.map(\.relative)),
                ]))
        }
    }
}

extension Arguments {
    /// - Throws: for replacements that are neither one nor one for each, empty lists, and options of the other method.
    fileprivate func erasure() throws -> ConceptErasure {
        let (concepts, replacements) = (try strings("concepts"), try strings("replacement"))
        guard !concepts.isEmpty else { throw failure("concepts", "there is nothing to erase") }
        guard replacements.count == 1 || replacements.count == concepts.count else {
            throw failure(
                "replacement",
                "'replacement' must be one phrase, or \(concepts.count), one for each concept, not "
                    + "\(replacements.count)")
        }
        var erasure = ConceptErasure(
            concepts.enumerated().map { ($1, replacements.count == 1 ? replacements[0] : replacements[$0]) })
        erasure.preserved = try strings("preserve")
        erasure.eraseScale = try number("scale")
        if erasure.preserved.isEmpty, try isGiven("preserve_scale") {
            throw failure(
                "preserve_scale", "'preserve_scale' is for phrases of 'preserve', and none is given",
                hint: "leave it out")
        }
        if try string("method") == "rece" {
            (erasure.states, erasure.preserveScale, erasure.penalty, erasure.rounds) = (.all, 0.1, 0.1, 3)
        } else {
            for name in ["rounds", "regularisation"] where try isGiven(name) {
                throw failure(name, "'\(name)' is for method: \"rece\"", hint: "leave it out")
            }
        }
        if let states = try optional("states", string) { erasure.states = .init(rawValue: states)! }
        if let scale = try optional("preserve_scale", number) { erasure.preserveScale = scale }
        if let penalty = try optional("penalty", number) { erasure.penalty = penalty }
        if let rounds = try optional("rounds", whole) { erasure.rounds = rounds }
        if let regularisation = try optional("regularisation", number) { erasure.regularisation = regularisation }
        return erasure
    }
}
