import Basics

/// All verbs, by name and by family.
public final class Registry {
    private var byName: [String: VerbEntry] = [:]
    /// In the order they were added.
    public private(set) var entries: [VerbEntry] = []
    /// Names that stand for a value unless a variable has them: `pi`.
    public private(set) var constants: [String: Value] = [:]
    private var familySummaries: [(name: String, summary: String)] = []

    public init() {}

    /// Adds a verb.
    ///
    /// When there is one of that name already, the new one becomes a variant of it for other kinds of first
    /// argument: `mean` of a list of numbers is the language's, `mean` of a tensor comes from elsewhere. Of variants that
    /// take the same value the one that takes fewer kinds of value is called, in whatever order they were added.
    public func add(_ verb: Verb) {
        if let entry = byName[verb.name] {
            entry.variants.append(verb)
        } else {
            let entry = VerbEntry(verb)
            byName[verb.name] = entry
            entries.append(entry)
        }
    }

    public func add(_ verbs: some Sequence<Verb>) {
        for verb in verbs { add(verb) }
    }

    public func add(constant name: String, _ value: Value) { constants[name] = value }

    /// Says what a family is about; families are listed in the order described, then those never described.
    public func describe(family name: String, _ summary: String) {
        if let position = familySummaries.firstIndex(where: { $0.name == name }) {
            familySummaries[position].summary = summary
        } else {
            familySummaries.append((name, summary))
        }
    }

    public subscript(name: String) -> VerbEntry? { byName[name] }

    public var names: [String] { entries.map(\.name) }

    /// Families with their summaries and verbs.
    public var families: [Family] {
        var order = familySummaries
        for entry in entries where !order.contains(where: { $0.name == entry.verb.family }) {
            order.append((entry.verb.family, ""))
        }
        return order.compactMap { name, summary in
            let verbs = entries.filter { $0.verb.family == name }
            return verbs.isEmpty ? nil : Family(name: name, summary: summary, verbs: verbs)
        }
    }

    public struct Family {
        public let name: String
        public let summary: String
        public let verbs: [VerbEntry]
    }

    /// Verbs whose name, summary, parameters or text mention a word; names first.
    public func search(_ word: String) -> [VerbEntry] {
        let word = word.lowercased()
        func rank(_ entry: VerbEntry) -> Int? {
            if entry.name.lowercased().contains(word) { return 0 }
            if entry.variants.contains(where: { $0.summary.lowercased().contains(word) }) { return 1 }
            let rest = entry.variants.flatMap { verb in
                [verb.details, verb.result] + verb.parameters.flatMap { [$0.name, $0.help] }
            }
            return rest.contains { $0.lowercased().contains(word) } ? 2 : nil
        }
        let found = entries.compactMap { entry in rank(entry).map { (rank: $0, entry: entry) } }
        return found.sorted { ($0.rank, $0.entry.name) < ($1.rank, $1.entry.name) }.map(\.entry)
    }

    /// The verb that a mistyped name most likely stands for.
    public func suggestion(for name: String) -> String? { Suggestion.closest(to: name, in: entries.lazy.map(\.name)) }
}

/// A verb and its variants for other kinds of first argument.
public final class VerbEntry {
    public let name: String
    /// The one declared first, then variants added later.
    public internal(set) var variants: [Verb]

    /// What calls of the verb go through.
    let link: UnsafeMutablePointer<VerbLink>

    init(_ verb: Verb) {
        name = verb.name
        variants = [verb]
        link = .allocate(capacity: 1)
        link.initialize(to: VerbLink(entry: .passUnretained(self), shortcut: verb.shortcut?.body))
    }

    deinit { link.deallocate() }

    var takesFirst: Bool { verb.shortcut?.takesFirst ?? false }

    /// The first declaration.
    public var verb: Verb { variants[0] }

    /// The variant for a first argument; the first declaration when none claims it.
    func variant(for first: Value?) -> Verb {
        if variants.count == 1 { return variants[0] }
        guard let first else { return variants[0] }
        func narrowest(_ takes: (ValueType) -> Bool) -> Verb? {
            variants.filter { $0.parameters.first.map { takes($0.type) } ?? false }
                .min { $0.parameters[0].type.kinds < $1.parameters[0].type.kinds }
        }
        return narrowest { $0.accepts(first) } ?? narrowest { $0.acceptsKind(first) } ?? variants[0]
    }
}
