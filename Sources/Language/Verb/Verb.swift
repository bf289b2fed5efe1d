/// The one declaration of a verb. Argument checks, did-you-mean, help, completion, the reference page and the tests
/// that run its examples all come from it.
///
///     Verb(
///         "twice", family: "numbers", summary: "a number times two",
///         parameters: [Parameter("x", .number(), help: "a number")], result: "number",
///         examples: [.init("twice 3", gives: "6")]
///     ) { call in .number(try 2 * call.number("x")) }
public final class Verb {
    public let name: String
    /// The group it is listed in: `lists`, `steering`.
    public let family: String
    /// One line without a full stop: `the direction from unsafe to safe anchors`.
    public let summary: String
    public let parameters: [Parameter]
    /// What it returns, in a few words.
    public let result: String
    /// Further paragraphs of its page, in Markdown.
    public let details: String
    /// Its formulas and their sources, where it computes what was published.
    public let background: Background?
    public let examples: [Example]
    public let seeAlso: [String]
    /// Options it doesn't list are gathered in `Arguments.extra` instead of being refused: for verbs that hand their
    /// arguments on to another one.
    public let takesAnyOption: Bool
    /// What it does besides giving a value and output.
    public let effects: Set<Effect>
    public let body: (Arguments) throws -> Value
    /// A faster way for the commonest arguments: see `Shortcut`.
    let shortcut: Shortcut?
    /// How many positional parameters stand at the front; 0 when a rest parameter makes things harder.
    let leadingPositional: Int

    /// What a call of a verb reaches beyond its arguments and its value.
    public enum Effect: Sendable {
        /// It reads files, and says so by ``Arguments/willRead(_:as:)``.
        case readsFiles
        /// It writes the files that its parameters of type `file` name.
        case writesFiles
        /// It looks at what no record of a run can hold, such as the machine or the prompt, which the host is told of.
        case looksOutside
        /// It looks at variables that its arguments don't name.
        case readsVariables
        /// It makes, changes or removes variables.
        case changesVariables
        /// It makes variables that no text names beforehand.
        case bringsVariables
        /// It is given the place of its call with the variables of the function around it.
        case seesVariables
    }

    /// Line of code and what it must give.
    public struct Example {
        public let code: String
        /// What the last value displays as, or what was printed when there is no value; nil when it only has to run.
        public let gives: String?
        /// Whether it only makes sense at the prompt; it is shown, but not run by tests.
        public let needsPrompt: Bool

        public init(_ code: String, gives: String? = nil, needsPrompt: Bool = false) {
            self.code = code
            self.gives = gives
            self.needsPrompt = needsPrompt
        }
    }

    public convenience init(
        _ name: String, family: String, summary: String, parameters: [Parameter] = [], result: String = "",
        details: String = "", background: Background? = nil, examples: [Example] = [], seeAlso: [String] = [],
        takesAnyOption: Bool = false,
        effects: Set<Effect> = [], body: @escaping (Arguments) throws -> Value
    ) {
        self.init(
            name, family: family, summary: summary, parameters: parameters, result: result, details: details,
            background: background,
            examples: examples, seeAlso: seeAlso, takesAnyOption: takesAnyOption, effects: effects, shortcut: nil,
            body: body)
    }

    init(
        _ name: String, family: String, summary: String, parameters: [Parameter] = [], result: String = "",
        details: String = "", background: Background? = nil, examples: [Example] = [], seeAlso: [String] = [],
        takesAnyOption: Bool = false,
        effects: Set<Effect> = [], shortcut: Shortcut?, body: @escaping (Arguments) throws -> Value
    ) {
        self.name = name
        self.family = family
        self.summary = summary
        self.parameters = parameters
        self.result = result
        self.details = details
        self.background = background
        self.examples = examples
        self.seeAlso = seeAlso
        self.takesAnyOption = takesAnyOption
        self.effects = effects
        self.shortcut = shortcut
        let hasRest = parameters.contains { $0.style == .rest }
        leadingPositional = hasRest ? 0 : parameters.prefix { $0.style == .positional }.count
        self.body =
            !effects.contains(.looksOutside)
            ? body
            : { call in
                call.host.willLookOutside()
                return try body(call)
            }
    }

    func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }
}
