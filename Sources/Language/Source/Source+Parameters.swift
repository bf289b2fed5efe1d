extension Source {
    /// The `param` statements of the text, in order: what `--set` can change. Nothing runs, but the whole text is
    /// checked against the grammar.
    ///
    /// - Throws: `Diagnostic` where the text does not follow the grammar.
    public func parameters() throws(Diagnostic) -> [ParameterDeclaration] {
        var declarations: [ParameterDeclaration] = []
        for statement in try Parser.parse(self) {
            guard case .parameter(let name, let fallback, let help, let short) = statement.kind else { continue }
            declarations.append(
                .init(name, fallback, help: help, short: short, at: SourceSpan(source: self, range: statement.range)))
        }
        return declarations
    }
}
