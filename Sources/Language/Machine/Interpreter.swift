import Basics

/// One session of the language: its variables, its verbs and the machine that runs its code.
///
/// Not thread-safe; one session belongs to one thread. Verbs may call back into it (`call`, `run`) while they run.
///
///     let interpreter = Interpreter(registry: .withBuiltins(), host: host)
///     try interpreter.run(Source(name: "example", text: "x = 1 + 1"))
///     interpreter["x"]  // .number(2)
public final class Interpreter {
    public let registry: Registry
    /// Not retained beyond the session; output goes here.
    public var host: any SessionHost

    // MARK: The machine's state; see `Interpreter+Execute.swift`.

    /// Frames that calls of the language may stack up.
    static let frameLimit = 10_000
    /// Calls from Swift back into the language that may stack up; each takes some of the thread's own stack.
    static let reentryLimit = 120
    static let stackSize = SessionVariables.capacity + 400_000

    let variables = SessionVariables()
    /// The session's variables, then the registers of running code. Memory is touched only when used.
    let stack = UnsafeMutablePointer<Value>.allocate(capacity: Interpreter.stackSize)
    let frames = UnsafeMutablePointer<Frame>.allocate(capacity: Interpreter.frameLimit)
    /// Running frames.
    var depth = 0
    /// Calls at this depth or deeper are not made as others are: those too deep, and all within a profile.
    var watchedDepth = Interpreter.frameLimit
    /// Told of calls while a profile is taken.
    var profile: Profile?
    /// The innermost statement being measured.
    weak var measurement: Measurement?
    /// Where the call of a verb that sees variables stands, until that takes it.
    var place: Place?
    /// Where code typed at a breakpoint runs.
    package var standing: Place?
    /// Running calls of `execute`.
    var reentries = 0
    /// Calls of `execute` so far. A verb that calls a function for each element must notice interrupts too.
    var entries = 0
    /// The first register free for code called from Swift.
    var top: UnsafeMutablePointer<Value>
    /// Registers from here on were never used and are not initialised.
    var high: UnsafeMutablePointer<Value>
    /// Functions whose variables were overwritten while they might be running.
    var retired: [Value] = []
    /// Files being imported, to notice circles.
    var importing: [String] = []
    /// Of the source that runs.
    var outcome = Outcome(value: .none, isSilenced: true)
    private var seeds: SeedStream

    /// - Parameters:
    ///   - host: where output goes.
    ///   - seed: start of the stream that random verbs draw their seeds from.
    public init(registry: Registry, host: any SessionHost, seed: UInt64 = 0) {
        self.registry = registry
        self.host = host
        seeds = SeedStream(seed)
        top = stack + SessionVariables.capacity
        high = top
        _ = makeSlot("_")
    }

    deinit {
        stack.deinitialize(count: variables.names.count)
        let first = stack + SessionVariables.capacity
        first.deinitialize(count: high - first)
        stack.deallocate()
        frames.deallocate()
    }

    /// A seed for a random verb that was given none. Equal sessions draw equal seeds.
    public func drawSeed() -> UInt64 { seeds.next() }

    /// Where the stream of seeds stands. Work that goes on from a saved state puts it where it was then.
    public var seedPosition: UInt64 {
        get { seeds.state }
        set { seeds.state = newValue }
    }

    // MARK: Variables

    /// A variable of the session; nil when there is none of that name or it has no value yet.
    public subscript(name: String) -> Value? {
        get {
            guard let slot = variables.slot(name), hasValue(slot) else { return nil }
            return stack[slot]
        }
        set {
            guard let slot = makeSlot(name) else { return }
            if depth > 0, case .function = stack[slot] { retired.append(stack[slot]) }
            stack[slot] = newValue ?? .unset
        }
    }

    /// Names and values of the session's variables in the order they came up; `_`, the last value, not among them.
    public var namedValues: [(name: String, value: Value)] {
        variables.names.enumerated().compactMap { slot, name in
            hasValue(slot) && name != "_" ? (name, stack[slot]) : nil
        }
    }

    /// Names that came up so far, in that order, with or without a value.
    package var names: [String] { variables.names }

    func slot(_ name: String) -> Int? { variables.slot(name) }

    func hasValue(_ slot: Int) -> Bool {
        if case .unset = stack[slot] { return false }
        return true
    }

    /// The slot of a name, made when it is new; nil when there are too many.
    func makeSlot(_ name: String) -> Int? {
        if let slot = variables.slot(name) { return slot }
        guard let slot = variables.makeSlot(name) else { return nil }
        (stack + slot).initialize(to: .unset)
        if let entry = registry[name] {
            entry.link.pointee.shadow = slot
            entry.link.pointee.shortcut = nil
        }
        return slot
    }

    /// What values are called elsewhere.
    private static let otherLanguages = [
        "None": "none", "null": "none", "NULL": "none", "nil": "none", "undefined": "none", "True": "true",
        "TRUE": "true",
        "False": "false", "FALSE": "false", "NaN": "nan", "Inf": "inf", "Infinity": "inf", "elif": "else if",
        "lambda": "x -> x",
    ]

    /// What somebody means who writes a name that nothing has.
    static func meantName(_ name: String, among known: [String], in registry: Registry) -> String? {
        otherLanguages[name]
            ?? Suggestion.closest(to: name, in: known + registry.names + registry.constants.keys.sorted())
    }

    /// An error for a name that neither a variable nor a verb has.
    ///
    /// - Parameter others: names to suggest besides.
    func unknownName(_ name: String, at span: SourceSpan, others: [String] = []) -> Diagnostic {
        let guess = Self.meantName(name, among: namedValues.map(\.name) + others, in: registry)
        return Diagnostic(
            .runtime, Message.unknownName(name), at: span, label: guess.map { "did you mean '\($0)'?" } ?? "",
            help: guess == nil ? Message.unknownNameHelp(name) : "")
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014), cut to 32 bits so that a shown seed is easy to type.
struct SeedStream {
    fileprivate(set) var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return (bits ^ (bits >> 31)) >> 32
    }
}
