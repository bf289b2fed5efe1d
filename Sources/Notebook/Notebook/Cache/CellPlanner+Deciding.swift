import Language

extension CellPlanner {
    /// - Returns: what is wrong with keeping what a cell gives, whatever that is.
    func obstacle(to code: CellCode, _ knowledge: Knowledge) -> CellReason? {
        if code.cell.attributes.isNeverCached { return .marked }
        if let obstacle = code.footprint.obstacle { return .unclear(obstacle) }
        if code.changesAll { return .unclear("changes variables that its code does not name") }
        if readsLastValue(code, knowledge) { return .unclear("reads _, the last value") }
        return nil
    }

    func decide(_ code: CellCode, _ knowledge: Knowledge) throws -> Decision {
        if let obstacle = obstacle(to: code, knowledge) { return .run(obstacle) }
        if let cell = knowledge.pendingChange { return .run(.follows(name: nil, cell: cell), isCertain: false) }
        let before = history(for: code)
        guard let ingredients = try ingredients(of: code, knowledge) else {
            guard let before else { return .run(.neverRun) }
            let known = try self.ingredients(of: code, knowledge, leavingOutUnknown: true) ?? []
            if let reason = before.difference(from: known, code: code.text, line: code.cell.line), !reason.isAboutNames
            {
                // What it was made of once it may be made of again, as soon as that is known.
                return .run(reason, isCertain: try !history.seen.contains(RecipeHistory.mark(code.text)))
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
        if let reason = before.difference(from: ingredients, code: code.text, line: code.cell.line) {
            return .run(reason)
        }
        return .run(before.obstacle.map { .notCached($0) } ?? .gone)
    }

    /// What differs from when an entry was made that its key does not say.
    private func mismatch(_ entry: CacheEntry, _ knowledge: Knowledge) throws -> (CellReason, Bool)? {
        var doubt: (CellReason, Bool)?
        let watched =
            entry.reads.map { ($0, CellReason.fileChanged($0.name)) }
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
        if !entry.patterns.isEmpty,
            let writer = knowledge.pending.first(where: { $0.reach.writesAnything || !$0.reach.writes.isEmpty })
        {
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
        ingredients.append(
            .init(kind: .code, name: "", identity: try ValueDigest.of([code.text]), shown: "", cell: nil))
        ingredients.append(.init(kind: .marks, name: "", identity: code.marks, shown: code.marks, cell: nil))
        for parameter in code.footprint.parameters {
            guard let value = parameter.value(set: settings[parameter.name], isShort: isShort),
                let identity = try ValueDigest.of(value)
            else { continue }
            ingredients.append(
                .init(kind: .parameter, name: parameter.name, identity: identity, shown: value.shownInReason, cell: nil)
            )
        }
        for parameter in code.footprint.parameterNames.subtracting(code.footprint.parameters.map(\.name)).sorted() {
            // A default that is computed comes from what counts already; what is set from outside does not.
            let text = settings[parameter] ?? (isShort ? "short" : "")
            ingredients.append(
                .init(kind: .parameter, name: parameter, identity: "text " + text, shown: text, cell: nil))
        }
        for name in names(takenBy: code, knowledge).sorted() {
            guard let binding = knowledge.variables[name] else { continue }
            guard let identity = binding.identity else {
                if leavingOutUnknown { continue }
                return nil
            }
            ingredients.append(
                .init(
                    kind: binding.isFunction ? .function : .variable, name: name, identity: identity,
                    shown: binding.shown,
                    cell: binding.isParameter ? nil : binding.cell))
        }
        return ingredients
    }

    /// The checksum of what a cell is made of.
    static func key(_ ingredients: [CellHistory.Ingredient]) throws -> String {
        try ValueDigest.of(ingredients.flatMap(\.text))
    }

    /// The checksum of what the variables of a cell that can't be cached come from: of all but the functions and
    /// parameters in it that stand for themselves.
    func origin(of code: CellCode, _ ingredients: [CellHistory.Ingredient], trace: String) throws -> String {
        let own = code.footprint.coreParameters
        let core = ingredients.filter { ingredient in
            switch ingredient.kind {
            case .code: false
            case .parameter:
                own.contains(ingredient.name) || !code.footprint.parameters.contains { $0.name == ingredient.name }
            default: true
            }
        }
        return try ValueDigest.of([code.footprint.core, trace] + core.flatMap(\.text))
    }

    /// What is known of the cell from when it last ran: the one with its code, else the one in its place.
    private func history(for code: CellCode) -> CellHistory? {
        let same = history.cells.filter { $0.code == code.text }
        if let found = same.first(where: { $0.number == code.cell.number }) ?? same.first { return found }
        return history.cells.first { old in old.number == code.cell.number && !cells.contains { $0.text == old.code } }
    }
}

extension CellReason {
    /// Whether it only says that other names are read.
    fileprivate var isAboutNames: Bool {
        if case .otherVariables = self { true } else { false }
    }
}
