import Basics

/// Values that hold values that hold values…
///
/// Letting go of a value, comparing and printing it all recurse, so unlimited nesting (`x = [[], x]` in a long loop)
/// would end the process by running out of stack. Whatever builds a value around others asks here first.
extension Value {
    static let nestingLimit = 1_000

    /// Whether the value is nested too deeply to be put into another one.
    ///
    /// Small values are measured whole each time, larger ones as often as the work pays for itself (see
    /// ``NestingBudget``): a chain grows past the limit by some hundreds at most before it is seen. What one look can
    /// tell costs nothing.
    var isNestedTooDeeply: Bool {
        switch sampledDepth {
        case .flat: return false
        case .tooDeep: return true
        case .unknown: break
        }
        guard let credit = NestingBudget.credit() else { return false }
        var measure = NestingMeasure(limit: Self.nestingLimit, budget: credit)
        let depth = measure.depth(of: self)
        NestingBudget.spend(measure.cost, of: credit, isDone: depth != nil)
        return depth.map { $0 >= Self.nestingLimit } ?? false
    }

    /// Whether it holds values that may hold further ones: a list, a record, a table, a function with variables of its
    /// own.
    var isContainer: Bool {
        switch self {
        case .list(let items): !items.isEmpty
        case .record, .table: true
        case .function(let function): !function.cells.isEmpty
        default: false
        }
    }

    private enum SampledDepth {
        case flat, tooDeep, unknown
    }

    /// Elements looked at from either end of a list.
    private static let breadth = 4

    /// Follows one chain of containers; nothing else is looked at. A function may lead back to itself, so the way ends
    /// there.
    private var sampledDepth: SampledDepth {
        var value = self
        var levels = 0
        while true {
            let elements: [Value]
            switch value {
            case .list(let items): elements = items
            case .record(let record): elements = record.values
            case .table(let table): elements = table.columns.first?.values ?? []
            default: return levels == 0 && !isContainer ? .flat : .unknown
            }
            levels += 1
            if levels == Self.nestingLimit { return .tooDeep }
            let isSeenWhole = elements.count <= 2 * Self.breadth
            let inner =
                isSeenWhole
                ? elements.first(where: \.isContainer)
                : elements.prefix(Self.breadth).first(where: \.isContainer)
                    ?? elements.suffix(Self.breadth).first(where: \.isContainer)
            guard let inner else {
                if case .table = value { return .unknown }
                return levels == 1 && isSeenWhole ? .flat : .unknown
            }
            value = inner
        }
    }

    /// - Throws: `RhumbError` when the value is nested too deeply to be put into another one.
    func checkNesting() throws {
        if isContainer, isNestedTooDeeply { throw RhumbError(Message.valueTooDeep) }
    }
}

extension Function {
    /// The variables that it shares with the function around it.
    var cells: [Cell] {
        guard case .closure(let closure) = body else { return [] }
        return closure.cells
    }
}
