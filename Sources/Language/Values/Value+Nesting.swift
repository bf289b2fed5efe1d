/// Values that hold values that hold values…
///
/// Letting go of a value, comparing and printing it all recurse, so unlimited nesting (`x = [x]` in a long loop) would
/// end the process by running out of stack. Whatever builds a value around others asks here first.
extension Value {
    private static let nestingLimit = 1_000
    /// Elements looked at from either end of a list.
    private static let breadth = 4

    /// Whether the value is nested too deeply to be put into another one.
    ///
    /// Follows the deepest of the chains that code can build: at each level the first few and last few elements are
    /// looked at for the next container. Flat values cost one comparison.
    var isNestedTooDeeply: Bool {
        var value = self
        var levels = 0
        while let inner = value.innerContainer {
            levels += 1
            if levels == Self.nestingLimit { return true }
            value = inner
        }
        return false
    }

    var isContainer: Bool {
        switch self {
        case .list, .record, .table: true
        default: false
        }
    }

    private var innerContainer: Value? {
        let elements: [Value]
        switch self {
        case .list(let items): elements = items
        case .record(let record): elements = record.values
        case .table(let table): elements = table.columns.first?.values ?? []
        default: return nil
        }
        if elements.count <= 2 * Self.breadth { return elements.first(where: \.isContainer) }
        return elements.prefix(Self.breadth).first(where: \.isContainer)
            ?? elements.suffix(Self.breadth).first(where: \.isContainer)
    }

    /// - Throws: `VerbError` when the value is nested too deeply to be put into another one.
    func checkNesting() throws {
        if isContainer, isNestedTooDeeply { throw VerbError(Sentence.valueTooDeep) }
    }
}
