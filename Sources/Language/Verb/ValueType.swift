import Basics

/// What a parameter takes. One description drives checking, help and completion.
public indirect enum ValueType: Sendable, Equatable {
    case any
    case number(in: Bounds? = nil)
    /// A number without a fraction.
    case whole(in: ClosedRange<Int>? = nil)
    case boolean
    case string
    /// A string out of a fixed set.
    case choice([String])
    /// A path; completion offers folders and files with these suffixes (without dots; empty means all).
    case file([String])
    case list(of: ValueType = .any)
    case record
    case range
    case table
    case function
    /// An object by its `typeName`.
    case object(String)
    /// A bare word, taken as text without looking it up: `help direction`.
    case word
    case either([ValueType])
    /// The type, or none.
    case optional(ValueType)

    /// As help and messages name it: `number from 0 to 1`, `list of strings`, `clip or string`.
    public var text: String {
        switch self {
        case .any: "anything"
        case .number(let bounds): "number" + (bounds.map { " " + $0.text(NumberText.shown) } ?? "")
        case .whole(let range): "whole number" + (range.map { " " + Self.interval($0) } ?? "")
        case .boolean: "true or false"
        case .string: "string"
        case .choice(let choices): choices.map { "\"\($0)\"" }.joinedWithOr
        case .file: "file"
        case .list(.any): "list"
        case .list(let element): "list of " + element.plural
        case .record: "record"
        case .range: "range"
        case .table: "table"
        case .function: "function"
        case .object(let name): name
        case .word: "word"
        case .either: alternatives.map(\.text).joinedWithOr
        case .optional(let type): type.text
        }
    }

    /// The types of an `either`, nested ones laid flat, each once.
    private var alternatives: [ValueType] {
        guard case .either(let types) = self else { return [self] }
        return types.flatMap(\.alternatives).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private var plural: String {
        switch self {
        case .number, .string, .whole, .list: text.replacingFirstWord { $0 + "s" }
        case .boolean: "booleans"
        case .object(let name): name.hasSuffix("s") ? name : name + "s"
        case .either(let types): types.map(\.plural).joinedWithOr
        default: text + "s"
        }
    }

    /// Both ends included; one at the greatest finite number is none.
    public static func number(in range: ClosedRange<Double>) -> ValueType { .number(in: Bounds(range)) }

    /// `1…5`, `at least 0`, `at most 1`: as short as a reader understands it.
    static func interval(_ range: ClosedRange<Int>) -> String {
        if range.upperBound == .max { return "at least \(range.lowerBound)" }
        if range.lowerBound == .min { return "at most \(range.upperBound)" }
        return "\(range.lowerBound)…\(range.upperBound)"
    }

    /// How many kinds of value it takes: the fewer, the more it says.
    var kinds: Int {
        switch self {
        case .any: .max
        case .optional(let type): type.kinds
        case .either: alternatives.count
        default: 1
        }
    }

    /// The type of a list's elements, where a list is wanted.
    var element: ValueType? {
        switch self {
        case .list(let element): element
        case .either(let types): types.lazy.compactMap(\.element).first
        case .optional(let type): type.element
        default: nil
        }
    }

    /// Whether a value is of the type.
    public func accepts(_ value: Value) -> Bool {
        switch (self, value) {
        case (.any, _): true
        case (.number(let bounds), .number(let number)): bounds?.contains(number) ?? true
        case (.whole(let range), .number):
            if let whole = value.whole { range?.contains(whole) ?? true } else { false }
        case (.boolean, .boolean), (.string, .string), (.file, .string), (.word, .string), (.word, .function): true
        case (.choice(let choices), .string(let string)): choices.contains(string)
        case (.list(.any), .list): true
        case (.list(let element), .list(let items)): items.allSatisfy(element.accepts)
        case (.record, .record), (.range, .range), (.table, .table), (.function, .function): true
        case (.object(let name), .object(let object)): object.typeName == name
        case (.either(let types), _): types.contains { $0.accepts(value) }
        case (.optional(let type), _): value.isNone || type.accepts(value)
        default: false
        }
    }

    /// Whether a value is of the right kind though perhaps out of range; decides how a refusal is worded, and which
    /// variant of a verb is meant.
    func acceptsKind(_ value: Value) -> Bool {
        switch (self, value) {
        case (.number, .number), (.whole, .number), (.choice, .string): true
        case (.list, .list): true
        case (.either(let types), _): types.contains { $0.acceptsKind(value) }
        case (.optional(let type), _): value.isNone || type.acceptsKind(value)
        default: accepts(value)
        }
    }
}

extension [String] {
    /// `a`, `a or b`, `a, b or c`
    var joinedWithOr: String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " or " + last
    }
}

extension String {
    fileprivate func replacingFirstWord(_ change: (Substring) -> String) -> String {
        // "whole number 1…5" is plural in its noun, "list of strings" in its first word.
        if hasPrefix("whole number") { return "whole numbers" + dropFirst("whole number".count) }
        let word = prefix { $0 != " " }
        return change(word) + dropFirst(word.count)
    }
}

extension ValueType {
    /// Whether it takes paths of files.
    package var namesFiles: Bool {
        switch self {
        case .file: true
        case .optional(let type), .list(let type): type.namesFiles
        case .either(let types): types.contains(where: \.namesFiles)
        default: false
        }
    }
}
