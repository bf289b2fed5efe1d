/// What a piece of top-level code takes from the variables before it and what it leaves in them, read off its syntax.
///
/// It errs on the safe side: a name that may be read counts as read, and a variable that may keep the value it had
/// counts as read as well as written. Code of imported files is part of it.
public struct Footprint {
    /// Names whose value before the code may matter to it. Most are verbs; which are variables is the session's
    /// business.
    public private(set) var reads: Set<String> = []
    /// Variables that it assigns, in the order of the text.
    public private(set) var writes: [String] = []
    /// What its anonymous and inner functions read whenever they are called, be it by later code.
    public private(set) var latent: Set<String> = []
    /// Every use of a name that its own statements hold, inner functions included.
    public private(set) var uses: [Use] = []
    /// Functions defined by statements of the top level, whatever happens, and once only. Their bodies are in none of
    /// the above: they count where the name is read.
    public private(set) var definitions: [String: Definition] = [:]
    /// Parameters whose default is written out.
    public private(set) var parameters: [ParameterDeclaration] = []
    /// Every name that a `param` declares.
    public private(set) var parameterNames: Set<String> = []
    /// Why its reads and writes can't be told from its text; nil when they can.
    public private(set) var obstacle: String?
    /// The text without the definitions and parameters that nothing else in it uses.
    public private(set) var core = ""
    /// The parameters of its own that the core uses.
    public private(set) var coreParameters: Set<String> = []

    /// A function that can be made again from its text alone.
    public struct Definition {
        /// The statement that defines it.
        public let source: Source
        /// What it takes from around it when called.
        public let reads: Set<String>
        public let uses: [Use]
    }

    /// A name where a value or a callee stands.
    public struct Use {
        public let name: String
        /// The arguments when it is called: label, and the text of a written-out string. Nil for a mere mention.
        public let arguments: [(label: String?, text: String?)]?
    }

    private struct Piece {
        let text: String
        /// The parameter or function that it declares, and nothing more.
        let declares: String?
        let names: Set<String>
    }

    private var definite: Set<String> = []
    private var isWritten: Set<String> = []
    private var writtenTwice: Set<String> = []
    private var pieces: [Piece] = []
    private var importing: [String] = []
    /// Functions defined so far, and the names in them that no code here had given a value by then.
    private var bodies: [(name: String, outside: Set<String>, definition: Definition)] = []

    /// - Parameter mayFail: whether the code may end early and what follows runs all the same; what it writes may then
    ///   keep the value it had.
    /// - Throws: `Diagnostic` where a text does not follow the grammar.
    public init(_ sources: [Source], mayFail: Bool = false) throws(Diagnostic) {
        for source in sources { try visit(Parser.parse(source), of: source, isTop: true) }
        takeUsedDefinitions()
        parameters.removeAll { writtenTwice.contains($0.name) }
        // Who looks at `_`, the last value, has a reason of its own to read it.
        reads.formUnion((mayFail ? isWritten : isWritten.subtracting(definite)).subtracting(["_"]))
        settleCore()
    }

    /// The bodies of functions that are called here count here too.
    private mutating func takeUsedDefinitions() {
        for name in writtenTwice { definitions[name] = nil }
        for (name, outside, definition) in bodies {
            let isUsed = pieces.contains { $0.declares != name && $0.names.contains(name) }
            guard isUsed || writtenTwice.contains(name) else { continue }
            reads.formUnion(outside)
            latent.formUnion(definition.reads)
            uses += definition.uses
        }
    }

    /// Splits off what stands for itself.
    private mutating func settleCore() {
        func isApart(_ piece: Piece) -> Bool {
            guard let name = piece.declares, !writtenTwice.contains(name) else { return false }
            return definitions[name] != nil || parameters.contains { $0.name == name }
        }
        let apart = pieces.map(isApart)
        var needed = Set(zip(pieces, apart).filter { !$1 }.flatMap(\.0.names))
        var isSettled = false
        while !isSettled {
            let before = needed.count
            for piece in pieces {
                if let name = piece.declares, needed.contains(name) { needed.formUnion(piece.names) }
            }
            isSettled = needed.count == before
        }
        core = zip(pieces, apart).filter { piece, isApart in !isApart || needed.contains(piece.declares ?? "") }
            .map(\.0.text).joined(separator: "\n")
        coreParameters = needed.intersection(parameters.map(\.name))
    }

    // MARK: Statements

    private mutating func visit(_ statements: [Statement], of source: Source, isTop: Bool) throws(Diagnostic) {
        for statement in statements {
            if isTop {
                let names = Names([statement])
                var declares: String?
                if case .parameter(let name, _, _, _) = statement.kind { declares = name }
                if let (function, _) = statement.definition { declares = function }
                pieces.append(
                    Piece(
                        text: source.slice(statement.range), declares: declares,
                        names: names.read.union(names.readInside).union(names.isAssigned.subtracting([declares ?? ""])))
                )
            }
            try visit(statement, of: source, isTop: isTop)
        }
    }

    private mutating func visit(_ statement: Statement, of source: Source, isTop: Bool) throws(Diagnostic) {
        if isTop, let (name, function) = statement.definition {
            var body = Footprint()
            body.collectUses(in: function)
            let excerpt = Source(
                name: source.name, text: source.slice(statement.range),
                lineOffset: SourceSpan(source: source, range: statement.range).line - 1)
            let definition = Definition(source: excerpt, reads: Names(function).free, uses: body.uses)
            bodies.append((name, definition.reads.subtracting(definite), definition))
            definitions[name] = definition
            return assign(name)
        }
        switch statement.kind {
        case .expression(let value, _): take(value)
        case .assign(let targets, let values):
            for value in values { take(value) }
            for target in targets { assign(to: target) }
        case .update(let target, _, let value):
            take(value)
            take(target)
            assign(to: target)
        case .conditional(let condition, let then, let otherwise):
            take(condition)
            let before = definite
            try visit(then, of: source, isTop: false)
            let after = definite
            definite = before
            try visit(otherwise, of: source, isTop: false)
            definite.formIntersection(after)
        case .loop(let targets, let items, let body):
            take(items)
            let before = definite
            for target in targets { assign(to: target) }
            try visit(body, of: source, isTop: false)
            definite = before
        case .whileLoop(let condition, let body):
            take(condition)
            let before = definite
            try visit(body, of: source, isTop: false)
            definite = before
        case .function(let function):
            take(function)
            assign(function.name)
        case .return(let values): for value in values { take(value) }
        case .break, .continue: break
        case .importFile(let path): try importFile(path, from: source)
        case .expect(let condition, let message):
            take(condition)
            if let message { take(message) }
        case .parameter(let name, let fallback, let help, let short):
            take(fallback)
            let declaration = ParameterDeclaration(
                name, fallback, help: help, short: short, at: SourceSpan(source: source, range: statement.range))
            parameterNames.insert(name)
            if isTop, declaration.defaultValue != nil { parameters.append(declaration) }
            assign(name)
        case .time(let timed), .profile(let timed): try visit(timed, of: source, isTop: false)
        }
    }

    private mutating func importFile(_ path: Expression, from source: Source) throws(Diagnostic) {
        take(path)
        guard case .string(let name)? = Operations.literal(path) else {
            obstacle = "imports a file whose name is computed"
            return
        }
        let full = Interpreter.path(name, importedFrom: source.name)
        guard !importing.contains(full), let text = try? Interpreter.read(full) else {
            obstacle = "imports '\(full)', which can't be read"
            return
        }
        importing.append(full)
        let imported = Source(name: full, text: text)
        try visit(Parser.parse(imported), of: imported, isTop: true)
        importing.removeLast()
    }

    // MARK: Names

    private init() {}

    private mutating func assign(_ name: String) {
        if isWritten.insert(name).inserted { writes.append(name) } else { writtenTwice.insert(name) }
        definite.insert(name)
    }

    /// `x.a[i] = value` changes a part of `x` and leaves the rest as it was.
    private mutating func assign(to target: Expression) {
        if case .name(let name) = target.kind { return assign(name) }
        take(target)
        var root = target
        while true {
            if case .index(let base, _) = root.kind { root = base; continue }
            if case .member(let base, _, _) = root.kind { root = base; continue }
            break
        }
        if case .name(let name) = root.kind { assign(name) }
    }

    private mutating func take(_ expression: Expression) {
        let names = Names([Statement(kind: .expression(expression, isSilenced: true), range: expression.range)])
        reads.formUnion(names.read.union(names.readInside).subtracting(definite))
        latent.formUnion(names.readInside)
        collectUses(in: expression)
    }

    private mutating func take(_ function: FunctionSyntax) {
        let free = Names(function).free
        reads.formUnion(free.subtracting(definite))
        latent.formUnion(free)
        collectUses(in: function)
    }

    private mutating func collectUses(in function: FunctionSyntax) {
        for parameter in function.parameters { if let fallback = parameter.fallback { collectUses(in: fallback) } }
        for statement in function.body {
            statement.forEachExpression { expression in collectUses(in: expression) }
        }
    }

    private mutating func collectUses(in expression: Expression) {
        switch expression.kind {
        case .name(let name): uses.append(Use(name: name, arguments: nil))
        case .call(let call):
            if case .name(let name) = call.callee.kind {
                uses.append(Use(name: name, arguments: call.arguments.map { ($0.name, $0.value.writtenText) }))
            } else {
                collectUses(in: call.callee)
            }
            for argument in call.arguments { collectUses(in: argument.value) }
        case .function(let function): collectUses(in: function)
        default: expression.forEachPart { collectUses(in: $0) }
        }
    }
}
