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
        case .choice, .text: .text(try call.string(name))
        case .texts: .texts(try call.strings(name))
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
        case .choice(let names): .choice(names)
        case .text: .string
        case .texts: .list(of: .string)
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
        self = try call.string("preset") == "paper" ? .paper : .miniature
        let hadAdapters = lora != nil
        for item in Self.switches where try call.isGiven(item.name) {
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
        // Who asks for guidance wants it.
        if try call.isGiven("guidance") && !call.isGiven("cfg_free") { cfgFree = false }
        // A rate for adapters would wreck a whole model within a round.
        if try hadAdapters && lora == nil && !call.isGiven("rate") { rate = GRPOOptions().rate }
        seed = try call.seed()
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
