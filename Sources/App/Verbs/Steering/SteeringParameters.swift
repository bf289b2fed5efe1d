import Language
import Steering
import Tensor

/// The parameters that the steering verbs share, declared once.
enum SteeringParameters {
    static var clip: Parameter {
        Parameter("clip", .object("clip"), help: "the model whose space is steered")
    }
    static var direction: Parameter {
        Parameter("direction", .object("direction"), help: "from unsafe to safe, made by 'direction'")
    }

    /// Prompts, pictures or their embeddings.
    static let embeddable = Embeddable.type
    static let texts = ValueType.either([.string, .list(of: .string), .object("tensor")])
    static let pictures = ValueType.pictures

    static var alpha: Parameter {
        Parameter.option("alpha", .number(), default: 0.5, help: "strength α; the paper's is 0.5")
    }
    static var mode: Parameter {
        Parameter.option(
            "mode", .choice(Steering.allCases.map(\.rawValue)), default: "translation", help: modeHelp)
    }
    private static let modeHelp =
        "translation adds α v; projection sets the part along v to α; ablation takes it away; amplification adds its "
        + "α-fold; clamp brings it to α where it is less"
    /// With LEACE, which learns what it takes away from labelled examples.
    static var modeOrErasure: [Parameter] {
        [
            .option(
                "mode", .choice(Steering.allCases.map(\.rawValue) + [leace, transport]), default: "translation",
                help: modeHelp + "; leace takes away what a linear classifier could tell the sides of 'fit' by; "
                    + "transport moves unsafe embeddings, and with a gate others, to where those of the safe side lie"),
            .option(
                "fit", .optional(.record), default: .none,
                help: "for leace and transport: labelled examples {safe: [...], unsafe: [...]} to learn from"),
        ]
    }
    static let leace = "leace"
    static let transport = "transport"
    static var gate: Parameter {
        Parameter.option(
            "gate", .choice(Gate.allCases.map(\.rawValue)), default: "all",
            help: "which prompts are steered: all, unsafe ones only, or softly by their safety")
    }
    static var threshold: Parameter {
        Parameter.option(
            "threshold", .number(), default: 0, help: "the safety below which something counts as unsafe")
    }
    static var temperature: Parameter {
        Parameter.option(
            "temperature", .number(in: 1e-6...Double.infinity), default: 0.05, help: "width of the soft gate")
    }

    static var rule: [Parameter] { [alpha, mode, gate, threshold, temperature] }
    static var ruleOrErasure: [Parameter] { [alpha] + modeOrErasure + [gate, threshold, temperature] }
}

extension Arguments {
    /// The direction of a verb that steers.
    ///
    /// - Throws: `RhumbError` at the argument where it was made for another model than `clip`.
    func direction(_ name: String = "direction") throws -> DirectionValue {
        let value: DirectionValue = try object(name)
        if let clip = try? object("clip", as: ClipValue.self) { try check(value, madeFor: clip, at: name) }
        return value
    }

    /// - Throws: `RhumbError` at the argument where a direction was made for another model.
    func check(_ value: DirectionValue, madeFor clip: ClipValue, at name: String) throws {
        guard let model = value.model, try clip.directionModel.fingerprint != model.fingerprint else { return }
        throw failure(
            name,
            "this direction was made for '\(model.name)', and means nothing in the space of '\(clip.name)'",
            hint: "make it with that model: direction clip safe: […] unsafe: […]")
    }

    /// The rule that `SteeringParameters.rule` and `direction` describe.
    ///
    /// - Throws: also for a strength that the mode has no place for.
    func steeringRule() throws -> SteeringRule {
        let mode: Steering = try choice("mode")
        if !mode.hasStrength, try isGiven("alpha") {
            throw failure(
                "alpha", "'alpha' has no effect in mode \"\(mode.rawValue)\"",
                hint: "leave it out; mode: \"projection\" sets the part along v to alpha")
        }
        return SteeringRule(
            try direction().direction, alpha: Float(try number("alpha")), mode: mode, gate: try choice("gate"),
            threshold: Float(try number("threshold")), temperature: Float(try number("temperature")))
    }

    /// Embeddings steered as `SteeringParameters.ruleOrErasure` says, unit rows.
    func steered(_ rows: Tensor, by clip: ClipValue) throws -> Tensor {
        let mode = try string("mode")
        guard [SteeringParameters.leace, SteeringParameters.transport].contains(mode) else {
            if try isGiven("fit") {
                throw failure(
                    "fit", "'fit' is for modes \"leace\" and \"transport\"", hint: "leave it out, or mode: \"leace\"")
            }
            return try steeringRule().steered(rows)
        }
        let others = mode == SteeringParameters.leace ? ["alpha", "gate", "threshold", "temperature"] : ["alpha"]
        for name in others where try isGiven(name) {
            throw failure(name, "'\(name)' has no effect in mode \"\(mode)\"", hint: "leave it out")
        }
        guard try !value("fit").isNone else {
            throw failure(
                "mode", "mode \"\(mode)\" needs examples to learn from", hint: "fit: {safe: […], unsafe: […]}")
        }
        let fit = try labelledRows("fit", by: clip)
        if mode == SteeringParameters.leace {
            return try LinearErasure(safe: fit.safe, unsafe: fit.unsafe).erased(rows).normalized()
        }
        // Conditional is what it is for: whoever wants all of them says so.
        let gate: Gate = try isGiven("gate") ? choice("gate") : .unsafe
        let rule = SteeringRule(
            try direction().direction, gate: gate, threshold: Float(try number("threshold")),
            temperature: Float(try number("temperature")))
        return try GaussianTransport(safe: fit.safe, unsafe: fit.unsafe).steered(rows, gate: rule)
    }

    /// A choice as the case of an enumeration with the same raw value.
    func choice<Choice: RawRepresentable<String>>(_ name: String) throws -> Choice {
        let text = try string(name)
        guard let choice = Choice(rawValue: text) else { throw failure(name, "'\(name)' can't be \"\(text)\"") }
        return choice
    }

    /// Rows and labels of a record of groups, `{safe: [...], unsafe: [...]}`; a plain list is one group.
    func groups(_ name: String, by clip: ClipValue) throws -> [(name: String, rows: EmbeddedRows)] {
        switch try value(name) {
        case .record(let record):
            guard record.count > 0 else {
                throw failure(name, "'\(name)' is an empty record", hint: "{safe: [...], unsafe: [...]}")
            }
            return try record.fields.map { ($0, try clip.rows($1, host: host)) }
        case let other: return [("all", try clip.rows(other, host: host))]
        }
    }

    /// Scores along v of the fields `safe` and `unsafe` of a record.
    func labelledSafety(_ name: String, by clip: ClipValue, along direction: Direction) throws -> (
        safe: [Double], unsafe: [Double]
    ) {
        let rows = try labelledRows(name, by: clip)
        func scores(_ rows: Tensor) throws -> [Double] { try direction.safety(rows).floats.map(Double.init) }
        return (try scores(rows.safe), try scores(rows.unsafe))
    }

    /// The fields `safe` and `unsafe` of a record, as unit rows.
    func labelledRows(_ name: String, by clip: ClipValue) throws -> (safe: Tensor, unsafe: Tensor) {
        let record = try record(name)
        guard let safe = record["safe"], let unsafe = record["unsafe"] else {
            throw failure(
                name, "'\(name)' must have the fields safe and unsafe, not \(record.keys.joined(separator: ", "))",
                hint: "{safe: [...], unsafe: [...]}")
        }
        return (try clip.rows(safe, host: host).tensor, try clip.rows(unsafe, host: host).tensor)
    }
}
