import Language

extension CellPlanner {
    func advance(_ knowledge: inout Knowledge, over code: CellCode, _ decision: Decision) throws {
        switch decision {
        case .skip(let entry), .run(_, _, let entry?): advance(&knowledge, over: code, entry)
        case .run(_, _, nil): try advanceBlindly(&knowledge, over: code)
        }
    }

    /// What is known after a cell that gave what an entry holds.
    func advance(_ knowledge: inout Knowledge, over code: CellCode, _ entry: CacheEntry) {
        let names = names(takenBy: code, knowledge)
        let latent = latent(of: code, taking: names, knowledge)
        let reach = reach(of: code, taking: names, knowledge)
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
            case .stored: binding.isCached = true
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
        let latent = latent(of: code, taking: names, knowledge)
        let reach = reach(of: code, taking: names, knowledge)
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
                let value = parameter.value(set: settings[name], isShort: isShort),
                let identity = try ValueDigest.of(value)
            {
                (binding.identity, binding.shown, binding.isCached, binding.isParameter) = (
                    identity, value.shownInReason, true, true
                )
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
        isCached = true
        isFunction = true
        group = nil
        latent = definition?.reads ?? []
        reach = Reach(definition?.uses ?? [], registry)
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
