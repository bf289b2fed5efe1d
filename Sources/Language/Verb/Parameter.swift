/// One parameter of a verb.
public final class Parameter {
    /// How an argument finds its parameter.
    public enum Style: Sendable {
        /// By position, or by name.
        case positional
        /// By name only: `steps: 20`.
        case option
        /// Takes all remaining positional arguments as a list; only as the last positional parameter.
        case rest
    }

    /// What a parameter is when not given.
    public enum Default {
        case required
        case value(Value)
        /// Stands for a value found at run time, told in these words: `half the group`. The body sees none.
        case described(String)
    }

    public let name: String
    public let type: ValueType
    public let style: Style
    public let fallback: Default
    public let help: String
    /// Names that a text may be besides files, for completion: asked for when somebody completes.
    public let names: @Sendable () -> [String]

    /// A positional parameter. With a `fallback` it may be left out.
    public convenience init(_ name: String, _ type: ValueType, fallback: Default = .required, help: String) {
        self.init(name, type, style: .positional, fallback: fallback, help: help)
    }

    private init(
        _ name: String, _ type: ValueType, style: Style, fallback: Default, help: String,
        names: @escaping @Sendable () -> [String] = { [] }
    ) {
        self.names = names
        self.name = name
        self.type = type
        self.style = style
        self.fallback = fallback
        self.help = help
    }

    /// A positional parameter that may be left out.
    public convenience init(_ name: String, _ type: ValueType, default value: Value, help: String) {
        self.init(name, type, style: .positional, fallback: .value(value), help: help)
    }

    /// An option: `steps: 20`.
    public static func option(_ name: String, _ type: ValueType, default value: Value, help: String) -> Parameter {
        Parameter(name, type, style: .option, fallback: .value(value), help: help)
    }

    /// An option whose default is found at run time, or that must be given.
    public static func option(_ name: String, _ type: ValueType, fallback: Default, help: String) -> Parameter {
        Parameter(name, type, style: .option, fallback: fallback, help: help)
    }

    /// The `seed:` of every random verb: drawn from the session's stream, and shown, when not given.
    public static var seed: Parameter {
        option(
            "seed", .whole(in: 0...(1 << 53)), fallback: .described("drawn from the session's stream and shown"),
            help: "makes the result repeatable")
    }

    /// All remaining positional arguments.
    public static func rest(_ name: String, _ type: ValueType, help: String) -> Parameter {
        Parameter(name, type, style: .rest, fallback: .value([]), help: help)
    }

    /// The same, whose texts may also be names that completion offers.
    public func offering(_ names: @escaping @Sendable () -> [String]) -> Parameter {
        Parameter(name, type, style: style, fallback: fallback, help: help, names: names)
    }

    public var isRequired: Bool {
        if case .required = fallback { return true }
        return false
    }

    /// `default 20`, or an empty string for a required parameter or one that is simply absent.
    var defaultText: String {
        switch fallback {
        case .required: ""
        case .value(.none): ""
        case .value(let value): style == .rest ? "" : "default " + value.summary
        case .described(let text): "default: " + text
        }
    }
}
