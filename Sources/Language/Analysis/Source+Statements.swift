extension Source {
    /// Whether anything in the text does more than to import, or to give a value to a name. A file of which this is not
    /// so is there to be imported.
    public var hasLooseStatements: Bool {
        guard let statements = try? Parser.parse(self) else { return false }
        return statements.contains { statement in
            switch statement.kind {
            case .importFile, .function, .assign, .parameter: false
            default: true
            }
        }
    }
}
