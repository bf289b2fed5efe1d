import Language

/// Tells for each cell of a recipe whether it will run, and why.
///
/// A plan is made before the first cell runs and again whenever one has: what a running cell will give is not known
/// before, so whatever takes it is first taken to run. Later plans can only spare more, never less; what a cell that
/// runs needs was therefore brought back or made before it.
struct CellPlanner {
    let cells: [CellCode]
    let cache: CellCache
    let digests = FileDigests()
    let history: RecipeHistory
    let settings: [String: String]
    let isShort: Bool
    let registry: Registry

    enum Decision {
        /// What the entry holds is brought back.
        case skip(CacheEntry)
        /// - Parameters:
        ///   - isCertain: false where a cell before it decides.
        ///   - entry: what it gave before, where that still holds and something of it can't be cached.
        case run(CellReason, isCertain: Bool = true, entry: CacheEntry? = nil)

        /// Another cell needs what this one makes.
        mutating func become(_ reason: CellReason, isCertain: Bool) {
            switch self {
            case .skip(let entry): self = .run(reason, isCertain: isCertain, entry: entry)
            case .run(_, false, let entry?) where isCertain: self = .run(reason, entry: entry)
            case .run: break
            }
        }
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
        var isCached = false
        /// Of a variable that verbs may change in place: equal for those that may share their memory, so that a change
        /// of one may be one of the other. Nil for a variable that stays as it was made.
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
                    knowledge.variables[name].flatMap { $0.isCached ? nil : (name, $0.cell) }
                })
            try advance(&knowledge, over: code, decision)
        }
        for index in decisions.indices.reversed() {
            guard case .run(_, let isCertain, _) = decisions[index] else { continue }
            let number = cells[first + index].cell.number
            for (name, cell) in needs[index] {
                guard let maker = cells[first...].firstIndex(where: { $0.cell.number == cell }), maker - first < index
                else { continue }
                decisions[maker - first].become(.needed(name: name, by: number), isCertain: isCertain)
            }
            guard readsLastValue(cells[first + index], knowledge) else { continue }
            for earlier in 0..<index { decisions[earlier].become(.lastValueNeeded(by: number), isCertain: isCertain) }
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
    func join(_ names: Set<String>, _ knowledge: inout Knowledge, at cell: Int) -> Int {
        let group = names.compactMap { knowledge.variables[$0]?.group }.min() ?? cell
        for name in names where knowledge.variables[name]?.group != nil { knowledge.variables[name]?.group = group }
        return group
    }

    /// Names that matter to whoever uses what a cell makes and that can't be cached.
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
    func readsLastValue(_ code: CellCode, _ knowledge: Knowledge) -> Bool {
        code.footprint.reads.contains("_")
            || names(takenBy: code, knowledge).contains { knowledge.variables[$0]?.latent.contains("_") ?? false }
    }
}
