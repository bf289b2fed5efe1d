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
            "mode", .choice(Steering.allCases.map(\.rawValue)), default: "translation",
            help: "translation adds α v to the prompt; projection sets its part along v to α")
    }
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
}

extension Arguments {
    /// The direction of a verb that steers.
    ///
    /// - Throws: `RhumbError` at the argument where it was made for another model than `clip`.
    func direction() throws -> DirectionValue {
        let value: DirectionValue = try object("direction")
        guard let model = value.model, let clip = try? object("clip", as: ClipValue.self),
            try clip.directionModel.fingerprint != model.fingerprint
        else { return value }
        throw failure(
            "direction",
            "this direction was made for '\(model.name)', and means nothing in the space of '\(clip.name)'",
            hint: "make it with that model: direction clip safe: […] unsafe: […]")
    }

    /// The rule that `SteeringParameters.rule` and `direction` describe.
    func steeringRule() throws -> SteeringRule {
        SteeringRule(
            try direction().direction, alpha: Float(try number("alpha")), mode: try choice("mode"),
            gate: try choice("gate"),
            threshold: Float(try number("threshold")), temperature: Float(try number("temperature")))
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
        let record = try record(name)
        guard let safe = record["safe"], let unsafe = record["unsafe"] else {
            throw failure(
                name, "'\(name)' must have the fields safe and unsafe, not \(record.keys.joined(separator: ", "))",
                hint: "{safe: [...], unsafe: [...]}")
        }
        func scores(_ value: Value) throws -> [Double] {
            try direction.safety(clip.rows(value, host: host).tensor).floats.map(Double.init)
        }
        return (try scores(safe), try scores(unsafe))
    }
}
