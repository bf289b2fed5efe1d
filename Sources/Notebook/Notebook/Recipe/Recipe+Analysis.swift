import Language

extension Recipe {
    /// What can be said of its code without running it. Cells that don't run are left out; those that must fail, or
    /// that are left to the reader, give names and no problems.
    public func analysis(registry: Registry) -> CodeAnalysis {
        let parts = cells.filter { !$0.attributes.isSkipped }.map {
            CodeAnalysis.Part($0.code, isChecked: !$0.attributes.mayBeUnfinished)
        }
        return CodeAnalysis(
            parts, registry: registry, isWhole: Self.isMarkdown(path) || Self.isQuarto(path) || showsSomething)
    }

    /// Whether a script does more than to define what other files import.
    private var showsSomething: Bool { source.hasLooseStatements }
}
