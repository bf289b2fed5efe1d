import Basics
import Files
import Language
import Notebook

extension Registry {
    /// Everything that the declarations of the verbs say, in the order of the reference.
    package var json: JSON {
        [
            "rhumb": .string(Rhumb.version),
            "families": .array(families.map { ["name": .string($0.name), "summary": .string($0.summary)] }),
            "verbs": .array(families.flatMap(\.verbs).map(\.json)),
            "constants": .object(
                constants.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }),
        ]
    }
}

extension VerbEntry {
    /// A verb with its declarations: one for each kind of first argument.
    fileprivate var json: JSON {
        [
            "name": .string(name), "family": .string(verb.family), "summary": .string(verb.summary),
            "variants": .array(variants.map(\.json)),
        ]
    }
}

extension Verb {
    fileprivate var json: JSON {
        [
            "family": .string(family), "summary": .string(summary), "usage": .string(usage),
            "parameters": .array(parameters.map(\.json)), "takes_any_option": .bool(takesAnyOption),
            "result": .string(result), "details": .string(details),
            "examples": .array(examples.map(\.json)), "see_also": .array(seeAlso.map { .string($0) }),
            "formulas": .array(
                (background?.formulas ?? []).map { ["formula": .string($0.text), "meaning": .string($0.meaning)] }),
            "sources": .array((background?.sources ?? []).map { .string($0) }),
            "effects": .array(effects.map(\.word).sorted().map { .string($0) }),
        ]
    }
}

extension Verb.Example {
    fileprivate var json: JSON {
        ["code": .string(code), "gives": gives.map { .string($0) } ?? .null, "needs_prompt": .bool(needsPrompt)]
    }
}

extension Verb.Effect {
    fileprivate var word: String {
        switch self {
        case .readsFiles: "reads_files"
        case .writesFiles: "writes_files"
        case .looksOutside: "looks_outside"
        case .readsVariables: "reads_variables"
        case .changesVariables: "changes_variables"
        case .bringsVariables: "brings_variables"
        case .seesVariables: "sees_variables"
        }
    }
}

extension Parameter {
    fileprivate var json: JSON {
        var members: [JSON.Member] = [
            .init("name", .string(name)), .init("style", .string(styleWord)), .init("takes", .string(type.text)),
            .init("type", type.json), .init("required", .bool(isRequired)), .init("help", .string(help)),
        ]
        switch fallback {
        case .required: break
        case .value(let value): members.append(.init("default", value.json))
        // One that is found when the verb runs.
        case .described(let text): members.append(.init("default_described", .string(text)))
        }
        return .object(members)
    }

    private var styleWord: String {
        switch style {
        case .positional: "positional"
        case .option: "option"
        case .rest: "rest"
        }
    }
}

extension ValueType {
    /// Its kind, with what narrows it in the words of JSON Schema.
    package var json: JSON {
        func kind(_ word: String, _ more: [JSON.Member] = []) -> JSON { .object([.init("kind", .string(word))] + more) }
        func texts(_ name: String, _ texts: [String]) -> [JSON.Member] {
            [.init(name, .array(texts.map { .string($0) }))]
        }
        return switch self {
        case .any: kind("any")
        case .number(let bounds): kind("number", bounds?.members ?? [])
        case .whole(let range):
            kind(
                "whole",
                range.map { range in
                    (range.lowerBound == .min ? [] : [JSON.Member("minimum", .integer(range.lowerBound))])
                        + (range.upperBound == .max ? [] : [JSON.Member("maximum", .integer(range.upperBound))])
                } ?? [])
        case .boolean: kind("boolean")
        case .string: kind("string")
        case .choice(let choices): kind("choice", texts("choices", choices))
        case .file(let suffixes): kind("file", texts("suffixes", suffixes))
        case .list(let element): kind("list", [.init("of", element.json)])
        case .record: kind("record")
        case .range: kind("range")
        case .table: kind("table")
        case .function: kind("function")
        case .object(let name): kind("object", [.init("name", .string(name))])
        case .word: kind("word")
        case .either(let types): kind("either", [.init("of", .array(types.map(\.json)))])
        case .optional(let type): kind("optional", [.init("of", type.json)])
        }
    }
}

extension Bounds {
    fileprivate var members: [JSON.Member] {
        func number(_ number: Double) -> JSON { Int(exactly: number).map { .integer($0) } ?? .number(number) }
        func end(_ end: End, _ closed: String, _ open: String) -> [JSON.Member] {
            switch end {
            case .none: []
            case .closed(let value): [.init(closed, number(value))]
            case .open(let value): [.init(open, number(value))]
            }
        }
        return end(lower, "minimum", "exclusiveMinimum") + end(upper, "maximum", "exclusiveMaximum")
    }
}
