import Language

/// A cell as its text shows it, before anything runs.
struct CellCode {
    let cell: Recipe.Cell
    let footprint: Footprint
    /// All that runs in it: a check's solution too.
    let text: String
    /// The marks on its fence that change what running it means.
    let marks: String
    /// Whether an error in it may be what it is for, so that statements after one may not have run.
    let mayFail: Bool
    /// What calling its code may reach.
    let reach: Reach
    /// Whether it looks at, or changes, variables that it doesn't name.
    let looksAtAll: Bool
    let changesAll: Bool

    /// - Throws: `Diagnostic` where the code does not follow the grammar.
    init(_ cell: Recipe.Cell, exercises: [Recipe.Exercise], registry: Registry) throws(Diagnostic) {
        self.cell = cell
        var sources = [cell.code]
        var marks = cell.attributes.mustFail ? "fails" : ""
        switch cell.attributes.role {
        case .check(let name):
            if let exercise = exercises.first(where: { $0.name == name }) { sources.append(exercise.solution.code) }
            marks = "check"
        case .exercise: marks = "exercise"
        case .solution, nil: break
        }
        self.marks = marks
        text = sources.map(\.text).joined(separator: "\n")
        mayFail = !marks.isEmpty
        // A cell may be there to show an error of grammar: nothing of it runs then.
        let isGrammatical = !cell.attributes.mustFail || (try? Footprint(sources)) != nil
        let footprint = try Footprint(isGrammatical ? sources : [], mayFail: mayFail)
        self.footprint = footprint
        reach = Reach(footprint.uses, registry)
        func has(_ effect: Verb.Effect) -> Bool {
            footprint.uses.contains { use in
                registry[use.name]?.variants.contains { $0.effects.contains(effect) } ?? false
            }
        }
        changesAll = footprint.obstacle != nil || has(.changesVariables)
        looksAtAll = changesAll || has(.readsVariables)
    }

    /// Variables that it assigns, the last value not among them.
    var writes: [String] { footprint.writes.filter { $0 != "_" } }
}

/// What running some code may do besides giving values.
struct Reach: Equatable {
    /// It may draw from the session's stream of seeds.
    var draws = false
    /// It may write files of any name.
    var writesAnything = false
    /// Names of files that it may write.
    var writes: Set<String> = []

    init() {}

    init(_ uses: [Footprint.Use], _ registry: Registry) {
        for use in uses { registry[use.name]?.variants.forEach { add(use, of: $0) } }
    }

    private mutating func add(_ use: Footprint.Use, of verb: Verb) {
        if verb.parameters.contains(where: { $0.name == "seed" }),
            !(use.arguments?.contains { $0.label == "seed" } ?? false)
        {
            draws = true
        }
        guard verb.effects.contains(.writesFiles) else { return }
        guard let arguments = use.arguments else {
            writesAnything = true
            return
        }
        let unnamed = arguments.filter { $0.label == nil }
        let positional = verb.parameters.filter { $0.style == .positional }
        for parameter in verb.parameters where parameter.type.namesFiles {
            let position = positional.firstIndex { $0 === parameter }
            let argument =
                arguments.first { $0.label == parameter.name }
                ?? position.flatMap { unnamed.indices.contains($0) ? unnamed[$0] : nil }
            guard let argument else { continue }
            if let text = argument.text { writes.insert(text) } else { writesAnything = true }
        }
    }

    mutating func formUnion(_ other: Reach) {
        draws = draws || other.draws
        writesAnything = writesAnything || other.writesAnything
        writes.formUnion(other.writes)
    }

    /// Whether a file, or one in it, may be what this writes: the last part of a name is enough, wherever it counts
    /// from.
    func mayWrite(_ path: String) -> Bool {
        if writesAnything { return true }
        let path = path.hasPrefix(FileUse.ownPrefix) ? path.dropFirst(FileUse.ownPrefix.count) : path[...]
        let parts = Set(path.split(separator: "/"))
        return writes.contains { name in name.split(separator: "/").last.map { parts.contains($0) } ?? true }
    }
}
