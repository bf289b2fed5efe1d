import Basics

/// One switch of a GRPO run, declared once: its name, what it may be, where it is kept and what it is for.
///
/// Checks, the options of the verb `trainer`, `t.differences`, checkpoints and the table in `docs/grpo.md` come from
/// here; the default is that of `GRPOOptions.miniature`, the paper's value that of `GRPOOptions.paper`.
public struct GRPOSwitch: Sendable {
    /// What a switch may be.
    public indirect enum Kind: Sendable, Equatable {
        case flag
        case whole(ClosedRange<Int>)
        case number(Bounds)
        /// A list of so many numbers.
        case numbers(Int, Bounds)
        /// A number, or a list of so many.
        case numberOrList(Int, Bounds)
        case choice([String])
        case text
        case texts
        /// A text, or a list of them.
        case textOrTexts
        case optional(Kind)

        func accepts(_ setting: Setting) -> Bool {
            switch (self, setting) {
            case (.flag, .flag), (.text, .text), (.texts, .texts), (.textOrTexts, .text),
                (.textOrTexts, .texts):
                true
            case (.whole(let range), .whole(let value)): range.contains(value)
            case (.number(let bounds), .number(let value)): bounds.contains(value)
            case (.numbers(let count, let bounds), .numbers(let values)):
                values.count == count && values.allSatisfy(bounds.contains)
            case (.numberOrList(_, let bounds), .number(let value)): bounds.contains(value)
            case (.numberOrList(let count, let bounds), .numbers(let values)):
                values.count == count && values.allSatisfy(bounds.contains)
            case (.choice(let names), .text(let name)): names.contains(name)
            case (.optional(let kind), _): setting == .none || kind.accepts(setting)
            default: false
            }
        }

        /// As a message says it: `a number above 0 and below 1`.
        var text: String {
            switch self {
            case .flag: "true or false"
            case .whole(let range):
                range.upperBound == .max
                    ? "a whole number, at least \(range.lowerBound)"
                    : "a whole number \(range.lowerBound)…\(range.upperBound)"
            case .number(let bounds): "a number " + bounds.text(Setting.text)
            case .numbers(let count, let bounds): "\(count) numbers " + bounds.text(Setting.text)
            case .numberOrList(let count, let bounds):
                "a number \(bounds.text(Setting.text)), or a list of \(count)"
            case .choice(let names): names.map { "\"\($0)\"" }.joined(separator: " or ")
            case .text: "a string"
            case .texts: "a list of strings"
            case .textOrTexts: "a string, or a list of strings"
            case .optional(let kind): kind.text + ", or none"
            }
        }
    }

    /// What a switch is set to.
    public enum Setting: Sendable, Equatable {
        case none, flag(Bool), whole(Int), number(Double), numbers([Double]), text(String), texts([String])

        /// The shortest form: 8 for 8.0, 1e-05 for 0.00001.
        static func text(_ number: Double) -> String {
            let text = "\(number)"
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }

        var text: String {
            switch self {
            case .none: "none"
            case .flag(let value): "\(value)"
            case .whole(let value): "\(value)"
            case .number(let value): Self.text(value)
            case .numbers(let values): "[" + values.map(Self.text).joined(separator: ", ") + "]"
            case .text(let value): value
            case .texts(let values): values.joined(separator: " ")
            }
        }
    }

    /// As the verb calls it.
    public let name: String
    public let kind: Kind
    public let help: String
    /// What stands for the default where that is found when a run is made, such as "the rank".
    public let defaultText: String?
    /// Whether a run with another setting is another run.
    public let changesResults: Bool
    private let get: @Sendable (GRPOOptions) -> Setting
    private let put: @Sendable (inout GRPOOptions, Setting) -> Void
    private let shown: @Sendable (GRPOOptions) -> String

    /// - Parameters:
    ///   - get: none where a switch is not set.
    ///   - put: called with what `kind` accepts.
    ///   - shown: as tables and messages show it; the setting's own text when absent.
    init(
        _ name: String, _ kind: Kind, _ help: String, defaultText: String? = nil, changesResults: Bool = true,
        shown: (@Sendable (GRPOOptions) -> String)? = nil, get: @escaping @Sendable (GRPOOptions) -> Setting,
        put: @escaping @Sendable (inout GRPOOptions, Setting) -> Void
    ) {
        (self.name, self.kind, self.help, self.defaultText) = (name, kind, help, defaultText)
        (self.changesResults, self.get, self.put) = (changesResults, get, put)
        self.shown = shown ?? { get($0).text }
    }

    public func setting(in options: GRPOOptions) -> Setting { get(options) }

    /// As tables and messages show it.
    public func value(in options: GRPOOptions) -> String { shown(options) }

    /// - Throws: `RhumbError` for a setting that the switch can't have.
    public func set(_ setting: Setting, in options: inout GRPOOptions) throws {
        try check(setting)
        put(&options, setting)
    }

    func check(_ setting: Setting) throws {
        guard kind.accepts(setting) else {
            throw RhumbError.option(name, setting.text, expected: kind.text, hint: help)
        }
    }
}

// MARK: By where they are kept

extension GRPOSwitch {
    typealias Path<Value> = WritableKeyPath<GRPOOptions, Value> & Sendable

    static func flag(_ name: String, _ path: Path<Bool>, _ help: String) -> GRPOSwitch {
        GRPOSwitch(name, .flag, help, get: { .flag($0[keyPath: path]) }) { options, setting in
            if case .flag(let value) = setting { options[keyPath: path] = value }
        }
    }

    static func whole(
        _ name: String, _ range: ClosedRange<Int>, _ path: Path<Int>, changesResults: Bool = true, _ help: String
    ) -> GRPOSwitch {
        GRPOSwitch(
            name, .whole(range), help, changesResults: changesResults, get: { .whole($0[keyPath: path]) }
        ) { options, setting in
            if case .whole(let value) = setting { options[keyPath: path] = value }
        }
    }

    /// - Parameter absent: what none is called in tables.
    static func optionalWhole(
        _ name: String, _ range: ClosedRange<Int>, _ path: Path<Int?>, absent: String, _ help: String
    ) -> GRPOSwitch {
        GRPOSwitch(
            name, .optional(.whole(range)), help, shown: { $0[keyPath: path].map(String.init) ?? absent },
            get: { $0[keyPath: path].map(Setting.whole) ?? .none }
        ) { options, setting in
            if case .whole(let value) = setting { options[keyPath: path] = value } else { options[keyPath: path] = nil }
        }
    }

    static func number(_ name: String, _ bounds: Bounds, _ path: Path<Double>, _ help: String) -> GRPOSwitch {
        GRPOSwitch(name, .number(bounds), help, get: { .number($0[keyPath: path]) }) { options, setting in
            if case .number(let value) = setting { options[keyPath: path] = value }
        }
    }

    static func numbers(
        _ name: String, _ count: Int, _ bounds: Bounds, _ path: Path<[Double]>, _ help: String
    ) -> GRPOSwitch {
        GRPOSwitch(name, .numbers(count, bounds), help, get: { .numbers($0[keyPath: path]) }) { options, setting in
            if case .numbers(let values) = setting { options[keyPath: path] = values }
        }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, _ path: Path<Choice>, shown: (@Sendable (GRPOOptions) -> String)? = nil, _ help: String
    ) -> GRPOSwitch {
        GRPOSwitch(
            name, .choice(Choice.allCases.map(\.rawValue)), help, shown: shown,
            get: { .text($0[keyPath: path].rawValue) }
        ) { options, setting in
            if case .text(let value) = setting, let choice = Choice(rawValue: value) { options[keyPath: path] = choice }
        }
    }
}
