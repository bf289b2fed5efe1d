import Files
import Language

extension LanguageServer {
    /// The whole text in the one style; `null` while it does not follow the grammar, which its diagnostics say.
    func formatting(_ document: Document) -> JSON {
        guard let recipe = document.recipe, let text = try? recipe.formatted(), let formatted = document.restored(text)
        else { return .null }
        let old = document.buffer.text
        let hasReturns = old.utf8.contains(0x0D)
        let new =
            hasReturns
            ? formatted.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") : formatted
        if new == old { return [] }
        let end = TextBuffer.Position(line: document.buffer.lineCount, unit: 0)
        return [
            ["range": ["start": TextBuffer.Position(line: 0, unit: 0).json, "end": end.json], "newText": .string(new)]
        ]
    }
}
