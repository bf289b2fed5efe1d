import Language

extension Recipe {
    /// What `--set` can change: the `param` statements of all cells that run. Reading them checks every cell's grammar,
    /// so that a slip in the last cell shows before the first one runs.
    public func parameters() throws(Diagnostic) -> [ParameterDeclaration] {
        var parameters: [ParameterDeclaration] = []
        for cell in cells where !cell.attributes.isSkipped && !cell.attributes.mustFail {
            parameters += try cell.code.parameters()
        }
        return parameters
    }

    /// The front matter's `seed:`, the start of the session's stream.
    public func seed() throws(Diagnostic) -> UInt64? {
        guard let entry = frontMatter.first(where: { $0.key == "seed" }) else { return nil }
        if let seed = UInt64(entry.value) { return seed }
        throw Diagnostic(
            .syntax, "'seed' must be a whole number from 0, not '\(entry.value)'",
            at: entry.span)
    }
}
