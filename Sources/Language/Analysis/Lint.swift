import Basics

/// The rules that look at all of a text at once.
struct Lint {
    private let collector: NameCollector
    private let parts: [CodeAnalysis.Part]
    private let isWhole: Bool
    private(set) var problems: [CodeProblem]

    init(_ collector: NameCollector, _ parts: [CodeAnalysis.Part], isWhole: Bool) {
        self.collector = collector
        self.parts = parts
        self.isWhole = isWhole
        problems = collector.problems
    }

    mutating func run() {
        findUnknownNames()
        findUnusedNames()
        findBreakpoints()
        findMissingValues()
        findCellsInTheWrongOrder()
    }

    private mutating func report(
        _ rule: CodeProblem.Rule, _ span: SourceSpan, _ message: String, label: String = "", help: String = ""
    ) {
        problems.append(CodeProblem(rule: rule, span: span, message: message, label: label, help: help))
    }

    // MARK: Names

    private mutating func findUnknownNames() {
        guard !collector.bringsUnknownNames else { return }
        let registry = collector.registry
        let session = collector.names.filter(\.isOfSession)
        let defined = Dictionary(
            uniqueKeysWithValues: session.filter { !$0.definitions.isEmpty }.map { ($0.name, $0.definitions[0].span) })
        var seen: Set<String> = []
        for reading in collector.readings {
            let name = reading.name
            guard name != "_", registry[name] == nil, registry.constants[name] == nil,
                !collector.guessedNames.contains(name), !reading.isDefined
            else { continue }
            if let place = defined[name] {
                // A function may run when the name has its value.
                guard !reading.isDelayed, isBehind(place, reading.span) else { continue }
                report(
                    .unknownName, reading.span, Message.noValueYet(name),
                    help: "it gets one in line \(place.line), behind this")
            } else if seen.insert(name).inserted {
                let guess = Interpreter.meantName(name, among: Array(defined.keys).sorted(), in: registry)
                report(
                    .unknownName, reading.span, Message.unknownName(name),
                    label: guess.map { "did you mean '\($0)'?" } ?? "",
                    help: guess == nil ? Message.unknownNameHelp(name) : "")
            }
        }
    }

    private mutating func findBreakpoints() {
        for reading in collector.readings where !reading.isDefined {
            guard let entry = collector.registry[reading.name], entry.verb.effects.contains(.seesVariables) else {
                continue
            }
            report(.breakpoint, reading.span, Message.leftBreakpoint, help: Message.leftBreakpointHelp)
        }
    }

    /// Whether a place stands behind another, in the order in which the parts run.
    private func isBehind(_ place: SourceSpan, _ other: SourceSpan) -> Bool {
        if place.source == other.source { return place.range.lowerBound > other.range.lowerBound }
        return place.source.name == other.source.name && place.line > other.line
    }

    private mutating func findUnusedNames() {
        let sources = Set(parts.filter(\.isChecked).map { ObjectIdentifier($0.source) })
        for name in collector.names where !name.isRead && !name.name.hasPrefix("_") {
            guard name.kind != .argument, !name.isOfSession || isWhole, let first = name.definitions.first,
                !first.isIncidental, sources.contains(ObjectIdentifier(first.span.source))
            else { continue }
            // Unfinished code may read it.
            guard !collector.problems.contains(where: { $0.rule == .syntax }) else { continue }
            let word = name.kind == .function ? "called" : "read"
            report(
                .unusedName, first.span, "'\(name.name)' is never \(word)",
                help: name.isOfSession ? "remove it, or show it" : "remove it, or name it _\(name.name)")
        }
    }

    // MARK: Values of functions

    private mutating func findMissingValues() {
        for name in collector.names where name.definitions.count == 1 {
            guard let function = name.function, let gives = function.missingValue else { continue }
            for use in name.uses {
                guard case .call(isValueUsed: true) = use.role else { continue }
                report(
                    .missingValue, use.span, "what '\(name.name)' gives is used here, but it \(gives)",
                    help: "end it with 'return value'")
            }
        }
    }

    // MARK: Cells

    /// A name that one cell takes from an earlier one, and that a later cell gives another value: run again, the first
    /// of the two gives something else.
    private mutating func findCellsInTheWrongOrder() {
        let checked = parts.filter(\.isChecked)
        guard checked.count > 1 else { return }
        let reads = checked.map { (try? Footprint([$0.source]))?.reads ?? [] }
        let place = Dictionary(uniqueKeysWithValues: checked.enumerated().map { (ObjectIdentifier($1.source), $0) })
        for name in collector.names where name.isOfSession {
            let definitions = name.definitions.compactMap { use in
                place[ObjectIdentifier(use.span.source)].map { (part: $0, use: use) }
            }
            guard let first = definitions.first?.part else { continue }
            for (part, use) in definitions where part > first {
                // A cell that gives the name a value itself, such as a loop's, takes none from another.
                let reader = (first + 1..<part).last { cell in
                    reads[cell].contains(name.name) && !definitions.contains { $0.part == cell }
                }
                guard let reader else { continue }
                let line = checked[reader].source.lineOffset + 1
                report(
                    .cellOrder, use.span,
                    "'\(name.name)' changes here, and the cell of line \(line) has read it before",
                    help: "run again, that cell gives something else; another name here keeps both")
                break
            }
        }
    }
}

extension FunctionSyntax {
    /// How its body ends where it gives no value; nil where it gives one, or may mean to give none.
    fileprivate var missingValue: String? {
        guard let last = body.last else { return "is empty and gives none" }
        switch last.givesValue {
        case .always: return nil
        case .sometimes: return "may end without a value"
        case .never: return body.contains(where: \.returnsValue) ? nil : "ends without a value"
        }
    }
}

extension Statement {
    fileprivate enum Giving { case always, sometimes, never }

    /// Whether it leaves a value where it ends a function.
    fileprivate var givesValue: Giving {
        switch kind {
        case .expression: return .always
        case .return(let values): return values.isEmpty ? .never : .always
        case .conditional(_, let then, let otherwise):
            let branches = [then, otherwise].map { $0.last?.givesValue ?? .never }
            if branches.allSatisfy({ $0 == .always }) { return .always }
            // Statements in branches are often calls for what they do.
            let returns = [then, otherwise].contains { $0.contains(where: \.returnsValue) }
            return returns && branches.contains(.never) ? .sometimes : returns ? .always : .never
        default: return .never
        }
    }

    /// Whether `return value` stands in it.
    fileprivate var returnsValue: Bool {
        switch kind {
        case .return(let values): !values.isEmpty
        case .conditional(_, let then, let otherwise): (then + otherwise).contains(where: \.returnsValue)
        case .loop(_, _, let body), .whileLoop(_, let body): body.contains(where: \.returnsValue)
        default: false
        }
    }
}
