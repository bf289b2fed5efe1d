import Basics
import GRPO
import Language

extension GRPOSwitch {
    /// As the verb `trainer` takes it.
    var parameter: Parameter {
        .option(
            name, kind.type, fallback: defaultText.map { .described($0) } ?? .value(setting(in: .miniature).value),
            help: help)
    }

    /// What a call gives.
    fileprivate func setting(from call: Arguments) throws -> Setting { try Self.setting(kind, name, call) }

    private static func setting(_ kind: Kind, _ name: String, _ call: Arguments) throws -> Setting {
        switch kind {
        case .flag: .flag(try call.boolean(name))
        case .whole: .whole(try call.whole(name))
        case .number: .number(try call.number(name))
        case .numbers: .numbers(try call.numbers(name))
        case .numberOrList:
            if case .list = try call.value(name) {
                .numbers(try call.numbers(name))
            } else {
                .number(try call.number(name))
            }
        case .choice, .text: .text(try call.string(name))
        case .texts: .texts(try call.strings(name))
        case .textOrTexts:
            if case .list = try call.value(name) {
                .texts(try call.strings(name))
            } else {
                .text(try call.string(name))
            }
        case .optional(let kind): try call.value(name).isNone ? .none : setting(kind, name, call)
        }
    }
}

extension GRPOSwitch.Kind {
    /// As the language checks it.
    var type: ValueType {
        switch self {
        case .flag: .boolean
        case .whole(let range): .whole(in: range)
        case .number(let bounds): .number(in: bounds)
        case .numbers(_, let bounds): .list(of: .number(in: bounds))
        case .numberOrList(_, let bounds): .either([.number(in: bounds), .list(of: .number(in: bounds))])
        case .choice(let names): .choice(names)
        case .text: .string
        case .texts: .list(of: .string)
        case .textOrTexts: .either([.string, .list(of: .string)])
        case .optional(let kind): .optional(kind.type)
        }
    }
}

extension GRPOSwitch.Setting {
    fileprivate var value: Value {
        switch self {
        case .none: .none
        case .flag(let value): .boolean(value)
        case .whole(let value): .number(Double(value))
        case .number(let value): .number(value)
        case .numbers(let values): .numbers(values)
        case .text(let value): .string(value)
        case .texts(let values): .strings(values)
        }
    }
}

extension GRPOOptions {
    /// The settings that a call of `trainer` asks for.
    init(_ call: Arguments) throws {
        let kind = AlgorithmKind(rawValue: try call.string("algorithm")) ?? .grpo
        self = kind.settings(of: try call.string("preset") == "paper" ? .paper : .miniature)
        let hadAdapters = lora != nil
        for item in Self.switches where try call.isGiven(item.name) {
            guard kind.uses(item.name) else { throw Self.unused(item.name, kind, call) }
            if lora == nil && item.name.hasPrefix("lora_") {
                throw call.failure(
                    item.name, "'\(item.name)' needs adapters, which this run does not train",
                    hint: "give their rank too: lora: 8")
            }
            let setting = try item.setting(from: call)
            do { try item.set(setting, in: &self) } catch let error as RhumbError {
                throw call.failure(item.name, error.message, hint: error.hint)
            }
        }
        try Self.checkCompanions(self, call)
        // Who asks for guidance wants it.
        if try call.isGiven("guidance") && !call.isGiven("cfg_free") { cfgFree = false }
        // A rate for adapters would wreck a whole model within a round.
        if try hadAdapters && lora == nil && !call.isGiven("rate") { rate = GRPOOptions().rate }
        seed = try call.seed()
    }
}

extension GRPOOptions {
    /// Switches of the pictures that the policy draws, which are nothing to a run of given ones.
    static let ofDrawing = ["group", "guidance", "negative", "cfg_free", "latents", "sampler", "resample", "parity"]

    /// Switches that are read, but not beside others that are given.
    private static func checkCompanions(_ options: GRPOOptions, _ call: Arguments) throws {
        if options.trust == .divergence, try call.isGiven("clip") {
            throw call.failure(
                "clip", "'clip' bounds ratios, and trust: \"divergence\" bounds the KL", hint: "trust_limit: 1e-5")
        }
        if options.algorithm == .grpo, options.trust == .ratio, try call.isGiven("trust_limit") {
            throw call.failure(
                "trust_limit", "'trust_limit' bounds the KL, and ratios are clipped here",
                hint: "trust: \"divergence\" too, or clip: 1e-3")
        }
        guard try call.isGiven("pairs") else { return }
        for name in ofDrawing where try call.isGiven(name) {
            throw call.failure(
                name, "'\(name)' is for pictures that the policy draws, and 'pairs' gives them", hint: "leave it out")
        }
    }

    private static func unused(_ name: String, _ kind: AlgorithmKind, _ call: Arguments) -> Error {
        let others = AlgorithmKind.using(name).map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return call.failure(
            name, "'\(name)' does nothing with algorithm: \"\(kind.rawValue)\"",
            hint: "leave it out; it is read by \(others)")
    }
}

// MARK: The table of `docs/grpo.md`

extension GRPOSwitch {
    /// A row a switch: what it may be, the default, the paper's value and what it is for; Markdown.
    static var table: String {
        let rows = GRPOOptions.switches.map { item in
            let paper = item.value(in: .paper), here = item.defaultText ?? item.value(in: .miniature)
            return "| `\(item.name)` | \(item.kind.type.text) | \(here) | \(paper) | \(item.help) |"
        }
        return (["| option | may be | default | paper | |", "|---|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}
