/// What could stand at the cursor.
public struct Completion {
    public struct Candidate: Equatable {
        /// Replaces the text in `range`.
        public let text: String
        /// A few words for a list of candidates.
        public let summary: String

        public init(text: String, summary: String) {
            self.text = text
            self.summary = summary
        }
    }

    /// UTF-8 offsets of what is replaced.
    public let range: Range<Int>
    /// Best first.
    public let candidates: [Candidate]
}

extension Interpreter {
    /// Candidates for the text before a cursor: verbs at the start of a command; variables of the right kind, option
    /// names and option values among its arguments; members after a point; file names, and names of models, inside a string.
    ///
    /// - Parameter cursor: UTF-8 offset into the text.
    public func complete(_ text: String, cursor: Int) -> Completion {
        let cursor = min(max(cursor, 0), text.utf8.count)
        let context = CompletionContext(before: Source(name: "prompt", text: text).slice(0..<cursor))
        let candidates: [Completion.Candidate] =
            switch context.kind {
            case .member(let path): memberCandidates(path)
            case .text: textCandidates(context)
            case .word: wordCandidates(context)
            }
        let prefix = context.prefix.lowercased()
        var seen: Set<String> = []
        let fitting = candidates.filter { $0.text.lowercased().hasPrefix(prefix) && seen.insert($0.text).inserted }
        return Completion(range: max(0, cursor - context.prefix.utf8.count)..<cursor, candidates: fitting)
    }

    // MARK: Sources of candidates

    private func memberCandidates(_ path: [String]) -> [Completion.Candidate] {
        guard let first = path.first, var value = self[first] else { return [] }
        for name in path.dropFirst() {
            guard let next = try? Operations.member(value, name) else { return [] }
            value = next
        }
        let names: [String] =
            switch value {
            case .record(let record): record.keys
            case .table(let table): table.names
            case .object(let object): object.memberNames
            default: []
            }
        return names.map { .init(text: $0, summary: "") }
    }

    /// Inside a string: the choices of the parameter it is for, or files.
    private func textCandidates(_ context: CompletionContext) -> [Completion.Candidate] {
        if context.callee == "import" { return FileNames.matching(context.prefix, suffixes: ["rhumb"]) }
        let parameter = parameter(at: context), type = parameter?.type
        let choices = type?.choices ?? []
        if !choices.isEmpty { return choices.map { .init(text: $0, summary: "") } }
        let names = (parameter?.names() ?? []).map { Completion.Candidate(text: $0, summary: "") }
        return FileNames.matching(context.prefix, suffixes: type?.suffixes ?? []) + names
    }

    private func wordCandidates(_ context: CompletionContext) -> [Completion.Candidate] {
        guard let callee = context.callee, let entry = registry[callee] else {
            return context.isStart ? verbs + variables(nil) + words : variables(nil) + verbs + words
        }
        if let option = context.option { return optionValues(option, of: entry) }
        let expected = parameter(at: context)?.type
        if expected == .word { return verbs + registry.families.map { .init(text: $0.name, summary: $0.summary) } }
        let likely = expected.map { literals(of: $0) + variables($0) } ?? []
        let functions = expected?.takesFunction == true ? verbs : []
        // Anything might still be meant, after what is likely.
        return likely + options(of: entry, without: context.given) + functions + variables(nil) + verbs + words
    }

    private var verbs: [Completion.Candidate] {
        registry.entries.map { .init(text: $0.name, summary: $0.verb.summary) }.sorted { $0.text < $1.text }
    }

    private var words: [Completion.Candidate] {
        (Token.Kind.words.keys.sorted() + Grammar.wordStatements.keys.sorted() + registry.constants.keys.sorted())
            .map { .init(text: $0, summary: "") }
    }

    /// Variables, the last made first; of a type when one is wanted.
    private func variables(_ type: ValueType?) -> [Completion.Candidate] {
        (namedValues.filter { standing?[$0.name] == nil } + (standing?.values ?? [])).reversed().filter {
            type?.accepts($0.value) ?? true
        }
        .map { .init(text: $0.name, summary: $0.value.summary.clipped(to: 40)) }
    }

    private func options(of entry: VerbEntry, without given: Set<String>) -> [Completion.Candidate] {
        entry.variants.flatMap(\.parameters).filter { $0.style == .option && !given.contains($0.name) }
            .map { .init(text: $0.name + ":", summary: $0.help) }
    }

    private func optionValues(_ option: String, of entry: VerbEntry) -> [Completion.Candidate] {
        guard let parameter = entry.variants.lazy.compactMap({ $0.parameter(option) }).first else {
            return variables(nil) + words
        }
        var candidates = literals(of: parameter.type)
        if case .value(let value) = parameter.fallback, !value.isNone {
            candidates.append(.init(text: value.summary, summary: "default"))
        }
        let functions = parameter.type.takesFunction ? verbs : []
        return candidates + variables(parameter.type) + functions + variables(nil) + words
    }

    /// Values that can be written for a type.
    private func literals(of type: ValueType) -> [Completion.Candidate] {
        let values = type.choices.map { "\"\($0)\"" } + (type == .boolean ? ["true", "false"] : [])
        return values.map { .init(text: $0, summary: "") }
    }

    /// The parameter that the argument at the cursor is for.
    private func parameter(at context: CompletionContext) -> Parameter? {
        guard let callee = context.callee, let verb = registry[callee]?.verb else { return nil }
        if let option = context.option { return verb.parameter(option) }
        let positional = verb.parameters.filter { $0.style != .option }
        if context.position < positional.count { return positional[context.position] }
        return positional.last.flatMap { $0.style == .rest ? $0 : nil }
    }
}

extension ValueType {
    fileprivate var choices: [String] {
        switch self {
        case .choice(let choices): choices
        case .either(let types): types.flatMap(\.choices)
        case .optional(let type): type.choices
        default: []
        }
    }

    /// nil when no file is wanted.
    fileprivate var suffixes: [String]? {
        switch self {
        case .file(let suffixes): suffixes
        case .either(let types): types.lazy.compactMap(\.suffixes).first
        case .optional(let type): type.suffixes
        default: nil
        }
    }

    fileprivate var takesFunction: Bool {
        switch self {
        case .function: true
        case .either(let types): types.contains(where: \.takesFunction)
        case .optional(let type): type.takesFunction
        default: false
        }
    }
}
