extension Interpreter {
    /// Help on the name at a cursor: a variable's summary or a verb's page; nil when there is no name there.
    ///
    /// - Parameter cursor: UTF-8 offset into the text.
    public func inspect(_ text: String, cursor: Int) -> String? {
        let source = Source(name: "prompt", text: text)
        let tokens = Lexer.tokensSoFar(of: source)
        guard
            let token = tokens.last(where: {
                $0.kind == .name && $0.range.lowerBound <= cursor && cursor <= $0.range.upperBound
            })
        else { return nil }
        let name = source.slice(token.range)
        return variableHelp(name, width: host.width) ?? help(name, width: host.width)
    }
}
