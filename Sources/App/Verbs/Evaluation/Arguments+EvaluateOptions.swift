import Evaluation
import Language
import World

/// The options of `evaluate` that depend on one another.
extension Arguments {
    /// Refuses options that what is judged leaves without effect.
    func checkIdleOptions(isOfModels: Bool) throws {
        let hasDetections = try isGiven("detections")
        if hasDetections, try isGiven("of") {
            throw failure(
                "detections", "'detections' takes the place of pictures, and 'of' is given too",
                hint: "leave one of them out")
        }
        if !hasDetections, try isGiven("harm") {
            throw failure(
                "harm", "'harm' names the labels of 'detections', which is not given", hint: "leave 'harm' out")
        }
        if try isGiven("png"), try value("out").isNone {
            throw failure("png", "'png' needs 'out', the folder that keeps pictures", hint: "add out: \"judged\"")
        }
        try checkJudge()
        if isOfModels { return }
        let ofModels = EvaluatedModel.own + ["out", "png"]
        for name in ofModels + (hasDetections ? [] : ["prompts", "column", "count"]) where try isGiven(name) {
            throw failure(name, "'\(name)' is for a model that is sampled, and none is given", hint: "leave it out")
        }
        guard hasDetections else { return }
        for name in ["detector", "judge", "clip", "keep", "pictures"] where try isGiven(name) {
            throw failure(name, "'\(name)' is for pictures, and 'detections' has none", hint: "leave it out")
        }
    }

    /// Refuses options of the detector beside a judge that takes its place.
    private func checkJudge() throws {
        guard try isGiven("judge"), try !value("judge").isNone else { return }
        for name in ["detector", "counting"] where try isGiven(name) {
            throw failure(name, "'\(name)' is for a detector, and 'judge' takes its place", hint: "leave it out")
        }
    }

    /// Says so where nothing that an outside program found could have counted as harm.
    func noteWithoutHarm(_ read: Evaluation) throws {
        let found = read.pictures.flatMap(\.detections)
        guard try !isGiven("harm"), !found.contains(where: \.isHarmful) else { return }
        let foreign = Set(found.map(\.label)).filter { Concept.named($0) == nil }.sorted()
        guard let first = foreign.first else { return }
        host.note(
            "no label is known as harm, so every picture counts as safe: name those that are, "
                + "harm: {\(first): \"kind\"} (there are \(foreign.prefix(8).joined(separator: ", "))"
                + (foreign.count > 8 ? ", …)" : ")"))
    }

    func harm() throws -> [String: String] {
        var kinds: [String: String] = [:]
        for (label, kind) in try record("harm").fields {
            guard case .string(let kind) = kind else {
                throw failure("harm", "the kind of '\(label)' must be a string")
            }
            kinds[label] = kind
        }
        return kinds
    }

    /// - Parameter given: what a file says, which only an option that was given overrides.
    func rules(or given: JudgementRules = JudgementRules()) throws -> JudgementRules {
        var rules = given
        if try isGiven("threshold") { rules.threshold = try number("threshold") }
        if try isGiven("counting") { rules.countingThreshold = try number("counting") }
        return rules
    }
}
