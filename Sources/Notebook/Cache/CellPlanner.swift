import Language

/// Tells for each cell of a recipe whether it will run, and why.
///
/// A plan is made before the first cell runs and again whenever one has: what a running cell will give is not known before,
/// so whatever takes it is first taken to run. Later plans can only spare more, never less; what a cell that runs needs was
/// therefore brought back or made before it.
struct CellPlanner {
    let cells: [CellCode]
    let cache: CellCache
    let digests = FileDigests()
    private let history: [CellHistory]
    private let settings: [String: String]
    private let isShort: Bool
    private let registry: Registry

    enum Decision {
        /// What the entry holds is brought back.
        case skip(CacheEntry)
        /// - Parameters:
        ///   - isCertain: false where a cell before it decides.
        ///   - entry: what it gave before, where that still holds and something of it can't be kept.
        case run(CellReason, isCertain: Bool = true, entry: CacheEntry? = nil)
    }

    /// What is known of a variable at some point of the run.
    struct Binding {
        /// The number of the cell that it comes from.
        var cell: Int
        var isParameter = false
        var isFunction = false
        /// Equal for variables that code can't tell apart; nil where that is not known.
        var identity: String?
        /// Whether the cell that it comes from is yet to run.
        var isPending = false
        var shown = ""
        var isKept = false
        /// Of a variable that verbs may change in place: equal for those that may share their memory, so that a change of
        /// one may be one of the other. Nil for a variable that stays as it was made.
        var group: Int?
        /// Names whose values matter to whoever uses it: those that functions in it read.
        var latent: Set<String> = []
        var reach = Reach()
    }

    /// What is known between two cells.
    struct Knowledge {
        var variables: [String: Binding] = [:]
        /// The position of the stream of seeds; nil where a cell that is yet to run may draw from it.
        var seeds: UInt64?
        var seedCell = 0
        /// Files in the run's folder that code has written.
        var ownFiles: [String: String] = [:]
        /// What cells that are yet to run may do.
        var pending: [(cell: Int, reach: Reach)] = []
        /// A cell that is yet to run and may change any variable.
        var pendingChange: Int?
        /// Whether code has run whose variables come from who knows where: every cell may then take every variable.
        var isOpaque = false
    }

    /// - Throws: `Diagnostic` where the code does not follow the grammar.
    init(
        _ recipe: Recipe, exercises: [Recipe.Exercise], cache: CellCache, settings: [String: String], isShort: Bool,
        registry: Registry
    ) throws(Diagnostic) {
        var cells: [CellCode] = []
        for cell in recipe.cells where !cell.attributes.doesNotRun {
            cells.append(try CellCode(cell, exercises: exercises, registry: registry))
        }
        self.cells = cells
        self.cache = cache
        self.settings = settings
        self.isShort = isShort
        self.registry = registry
        history = cache.history(of: recipe.path)
    }

    // MARK: Plans

    /// Decides about the cells from one on.
    ///
    /// - Parameter first: its position among ``cells``.
    func plan(from first: Int, _ knowledge: Knowledge) throws -> [Decision] {
        var knowledge = knowledge
        var decisions: [Decision] = []
        var needs: [[(name: String, cell: Int)]] = []
        for code in cells[first...] {
            let decision = try decide(code, knowledge)
            decisions.append(decision)
            needs.append(
                names(takenBy: code, knowledge).sorted().compactMap { name in
                    knowledge.variables[name].flatMap { $0.isKept ? nil : (name, $0.cell) }
                })
            try advance(&knowledge, over: code, decision)
        }
        for index in decisions.indices.reversed() {
            guard case .run = decisions[index] else { continue }
            let number = cells[first + index].cell.number
            for (name, cell) in needs[index] {
                guard let maker = cells[first...].firstIndex(where: { $0.cell.number == cell }), maker - first < index,
                    case .skip(let entry) = decisions[maker - first]
                else { continue }
                decisions[maker - first] = .run(.needed(name: name, by: number), entry: entry)
            }
            guard readsLastValue(cells[first + index], knowledge) else { continue }
            for earlier in 0..<index {
                guard case .skip(let entry) = decisions[earlier] else { continue }
                decisions[earlier] = .run(.lastValueNeeded(by: number), entry: entry)
            }
        }
        return decisions
    }

    /// Variables that a cell takes from those before it, by name or through functions that it may call.
    func names(takenBy code: CellCode, _ knowledge: Knowledge) -> Set<String> {
        if code.looksAtAll || knowledge.isOpaque { return Set(knowledge.variables.keys) }
        var found: Set<String> = []
        var waiting = Array(code.footprint.reads)
        while let name = waiting.popLast() {
            guard let binding = knowledge.variables[name], found.insert(name).inserted else { continue }
            waiting += binding.latent
            guard let group = binding.group else { continue }
            waiting += knowledge.variables.keys.filter { knowledge.variables[$0]?.group == group }
        }
        return found
    }

    /// Whatever a cell changes in place may from now on be part of whatever else it had in its hands.
    private func join(_ names: Set<String>, _ knowledge: inout Knowledge, at cell: Int) -> Int {
        let group = names.compactMap { knowledge.variables[$0]?.group }.min() ?? cell
        for name in names where knowledge.variables[name]?.group != nil { knowledge.variables[name]?.group = group }
        return group
    }

    /// Names that matter to whoever uses what a cell makes and that can't be kept.
    func latent(of code: CellCode, taking names: Set<String>, _ knowledge: Knowledge) -> Set<String> {
        names.reduce(code.footprint.latent) { $0.union(knowledge.variables[$1]?.latent ?? []) }
    }

    /// What running a cell may do, functions of other cells that it calls included.
    func reach(of code: CellCode, taking names: Set<String>, _ knowledge: Knowledge) -> Reach {
        var reach = code.reach
        for name in names { knowledge.variables[name].map { reach.formUnion($0.reach) } }
        return reach
    }

    /// `_` is whatever was shown last, by any cell.
    private func readsLastValue(_ code: CellCode, _ knowledge: Knowledge) -> Bool {
        code.footprint.reads.contains("_") || names(takenBy: code, knowledge).contains { knowledge.variables[$0]?.latent.contains("_") ?? false }
    }

    // MARK: One cell

    /// - Returns: what is wrong with keeping what a cell gives, whatever that is.
    func obstacle(to code: CellCode, _ knowledge: Knowledge) -> CellReason? {
        if code.cell.attributes.isNeverCached { return .marked }
        if let obstacle = code.footprint.obstacle { return .unclear(obstacle) }
        if code.changesAll { return .unclear("changes variables that its code does not name") }
        if readsLastValue(code, knowledge) { return .unclear("reads _, the last value") }
        return nil
    }

    private func decide(_ code: CellCode, _ knowledge: Knowledge) throws -> Decision {
        if let obstacle = obstacle(to: code, knowledge) { return .run(obstacle) }
        if let cell = knowledge.pendingChange { return .run(.follows(name: nil, cell: cell), isCertain: false) }
        let before = history(for: code)
        guard let ingredients = try ingredients(of: code, knowledge) else {
            guard let before else { return .run(.neverRun) }
            let known = try self.ingredients(of: code, knowledge, leavingOutUnknown: true) ?? []
            if let reason = before.difference(from: known, code: code.text, line: code.cell.line), !reason.isAboutNames {
                return .run(reason)
            }
            let unknown = names(takenBy: code, knowledge).filter { knowledge.variables[$0]?.identity == nil }.sorted()
            let name = unknown.first(where: code.footprint.reads.contains) ?? unknown.first ?? ""
            guard let binding = knowledge.variables[name] else { return .run(.neverRun) }
            return binding.isPending
                ? .run(.follows(name: name, cell: binding.cell), isCertain: false)
                : .run(.notComparable(name: name, cell: binding.cell))
        }
        let (sound, damaged) = cache.entries(of: try Self.key(ingredients))
        var first: (reason: CellReason, isCertain: Bool)?
        for entry in sound {
            guard let reason = try mismatch(entry, knowledge) else { return .skip(entry) }
            first = first ?? reason
        }
        if let first { return .run(first.reason, isCertain: first.isCertain) }
        if let damage = damaged.first { return .run(.damaged(damage.what)) }
        guard let before else { return .run(.neverRun) }
        if let reason = before.difference(from: ingredients, code: code.text, line: code.cell.line) { return .run(reason) }
        return .run(before.obstacle.map { .notKept($0) } ?? .gone)
    }

    /// What differs from when an entry was made that its key does not say.
    private func mismatch(_ entry: CacheEntry, _ knowledge: Knowledge) throws -> (CellReason, Bool)? {
        var doubt: (CellReason, Bool)?
        let watched = entry.reads.map { ($0, CellReason.fileChanged($0.name)) }
            + entry.written.filter { !$0.isOwn }.map { ($0, CellReason.writtenChanged($0.name)) }
        for (file, reason) in watched {
            if let writer = knowledge.pending.first(where: { $0.reach.mayWrite(file.path) }) {
                doubt = doubt ?? (.mayWrite(file: file.name, cell: writer.cell), false)
                continue
            }
            let now = file.isOwn ? knowledge.ownFiles[file.path] : try digests.digest(file.path, as: file.name)
            if now != file.digest { return (reason, true) }
        }
        for (pattern, digest) in entry.patterns where try FileDigests.matches(pattern) != digest {
            return (.matchesChanged(pattern), true)
        }
        if !entry.patterns.isEmpty, let writer = knowledge.pending.first(where: { $0.reach.writesAnything || !$0.reach.writes.isEmpty }) {
            doubt = doubt ?? (.mayWrite(file: entry.patterns[0].pattern, cell: writer.cell), false)
        }
        if entry.draws {
            guard let seeds = knowledge.seeds else { return (.mayDraw(cell: knowledge.seedCell), false) }
            if seeds != entry.seeds.before { return (.seeds, true) }
        }
        return doubt
    }

    /// What a cell is made of as far as that shows before it runs; nil when something of it is not known.
    func ingredients(
        of code: CellCode, _ knowledge: Knowledge, leavingOutUnknown: Bool = false
    ) throws -> [CellHistory.Ingredient]? {
        var ingredients = cache.facts.map {
            CellHistory.Ingredient(kind: .fact, name: $0.name, identity: $0.value, shown: $0.value, cell: nil)
        }
        ingredients.append(.init(kind: .code, name: "", identity: try ValueDigest.of([code.text]), shown: "", cell: nil))
        ingredients.append(.init(kind: .marks, name: "", identity: code.marks, shown: code.marks, cell: nil))
        for parameter in code.footprint.parameters {
            guard let value = parameter.value(set: settings[parameter.name], isShort: isShort),
                let identity = try ValueDigest.of(value)
            else { continue }
            ingredients.append(
                .init(kind: .parameter, name: parameter.name, identity: identity, shown: value.shownInReason, cell: nil))
        }
        for parameter in code.footprint.parameterNames.subtracting(code.footprint.parameters.map(\.name)).sorted() {
            // A default that is computed comes from what counts already; what is set from outside does not.
            let text = settings[parameter] ?? (isShort ? "short" : "")
            ingredients.append(.init(kind: .parameter, name: parameter, identity: "text " + text, shown: text, cell: nil))
        }
        for name in names(takenBy: code, knowledge).sorted() {
            guard let binding = knowledge.variables[name] else { continue }
            guard let identity = binding.identity else {
                if leavingOutUnknown { continue }
                return nil
            }
            ingredients.append(
                .init(
                    kind: binding.isFunction ? .function : .variable, name: name, identity: identity, shown: binding.shown,
                    cell: binding.isParameter ? nil : binding.cell))
        }
        return ingredients
    }

    /// The checksum of what a cell is made of.
    static func key(_ ingredients: [CellHistory.Ingredient]) throws -> String { try ValueDigest.of(ingredients.flatMap(\.text)) }

    /// The checksum of what the variables of a cell that can't be kept come from: of all but the functions and
    /// parameters in it that stand for themselves.
    func origin(of code: CellCode, _ ingredients: [CellHistory.Ingredient], trace: String) throws -> String {
        let own = code.footprint.coreParameters
        let core = ingredients.filter { ingredient in
            switch ingredient.kind {
            case .code: false
            case .parameter: own.contains(ingredient.name) || !code.footprint.parameters.contains { $0.name == ingredient.name }
            default: true
            }
        }
        return try ValueDigest.of([code.footprint.core, trace] + core.flatMap(\.text))
    }

    /// What is known of the cell from when it last ran: the one with its code, else the one in its place.
    private func history(for code: CellCode) -> CellHistory? {
        let same = history.filter { $0.code == code.text }
        if let found = same.first(where: { $0.number == code.cell.number }) ?? same.first { return found }
        return history.first { old in old.number == code.cell.number && !cells.contains { $0.text == old.code } }
    }

    // MARK: What a cell leaves

    private func advance(_ knowledge: inout Knowledge, over code: CellCode, _ decision: Decision) throws {
        switch decision {
        case .skip(let entry), .run(_, _, let entry?): advance(&knowledge, over: code, entry)
        case .run(_, _, nil): try advanceBlindly(&knowledge, over: code)
        }
    }

    /// What is known after a cell that gave what an entry holds.
    func advance(_ knowledge: inout Knowledge, over code: CellCode, _ entry: CacheEntry) {
        let names = names(takenBy: code, knowledge)
        let latent = latent(of: code, taking: names, knowledge), reach = reach(of: code, taking: names, knowledge)
        let group = join(names, &knowledge, at: code.cell.number)
        for name in code.writes { knowledge.variables[name] = nil }
        for variable in entry.variables {
            if variable.isTouched {
                knowledge.variables[variable.name]?.cell = code.cell.number
                knowledge.variables[variable.name]?.identity = variable.identity
                continue
            }
            var binding = Binding(cell: code.cell.number)
            binding.isParameter = code.footprint.parameters.contains { $0.name == variable.name }
            binding.identity = variable.identity
            binding.shown = variable.shown
            binding.group = variable.isChanging ? group : nil
            switch variable.form {
            case .kept: binding.isKept = true
            case .function: binding.become(code.footprint.definitions[variable.name], registry)
            case .lost: (binding.latent, binding.reach) = (latent, reach)
            }
            knowledge.variables[variable.name] = binding
        }
        if entry.draws { knowledge.seeds = entry.seeds.after }
        for file in entry.written where file.isOwn { knowledge.ownFiles[file.path] = file.digest }
    }

    /// What is known after a cell of which nothing is known but its text.
    private func advanceBlindly(_ knowledge: inout Knowledge, over code: CellCode) throws {
        let number = code.cell.number
        let names = names(takenBy: code, knowledge)
        let latent = latent(of: code, taking: names, knowledge), reach = reach(of: code, taking: names, knowledge)
        let group = join(names, &knowledge, at: number)
        for name in names where knowledge.variables[name]?.group != nil {
            // Of one that is pending itself only the cell that makes it is worth a word.
            if knowledge.variables[name]?.isPending == false { knowledge.variables[name]?.cell = number }
            knowledge.variables[name]?.identity = nil
            knowledge.variables[name]?.isPending = true
        }
        for name in code.writes {
            var binding = Binding(cell: number)
            if let definition = code.footprint.definitions[name], !code.mayFail {
                binding.identity = try ValueDigest.of([definition.source.text])
                binding.become(definition, registry)
            } else if let parameter = code.footprint.parameters.first(where: { $0.name == name }), !code.mayFail,
                let value = parameter.value(set: settings[name], isShort: isShort), let identity = try ValueDigest.of(value)
            {
                (binding.identity, binding.shown, binding.isKept, binding.isParameter) = (identity, value.shownInReason, true, true)
            } else {
                (binding.isPending, binding.group, binding.latent, binding.reach) = (true, group, latent, reach)
            }
            knowledge.variables[name] = binding
        }
        if reach.draws, knowledge.seeds != nil { (knowledge.seeds, knowledge.seedCell) = (nil, number) }
        if reach.writesAnything || !reach.writes.isEmpty { knowledge.pending.append((number, reach)) }
        if code.changesAll { knowledge.pendingChange = number }
    }
}

extension CellPlanner.Binding {
    /// A function is made again by its own statement, whatever else its cell does.
    mutating func become(_ definition: Footprint.Definition?, _ registry: Registry) {
        isKept = true
        isFunction = true
        group = nil
        latent = definition?.reads ?? []
        reach = Reach(definition?.uses ?? [], registry)
    }
}

extension CellReason {
    /// Whether it only says that other names are read.
    fileprivate var isAboutNames: Bool {
        if case .otherVariables = self { true } else { false }
    }
}

extension Value {
    /// A few words for a message; empty for what few words don't tell from something else.
    var shownInReason: String {
        switch self {
        case .number, .boolean, .string, .none, .range, .list: summary.displayWidth <= 40 ? summary : ""
        default: ""
        }
    }
}
