import Foundation
import Language
import Notebook

/// An open file: its text, its cells, and what can be said of them without running anything.
struct Document {
    let uri: String
    let path: String
    let version: Int?
    let isQuarto: Bool
    let buffer: TextBuffer
    /// Nil where a fence is not closed, which `failure` says.
    let recipe: Recipe?
    let failure: Diagnostic?
    let analysis: CodeAnalysis?

    init(uri: String, isMarkdown: Bool, version: Int?, buffer: TextBuffer, registry: Registry) {
        self.uri = uri
        self.version = version
        self.buffer = buffer
        let path = Self.path(of: uri)
        self.path = path
        // A file that has no name yet is what the editor says it is.
        isQuarto = path.hasSuffix(".qmd")
        let name = (isMarkdown || isQuarto) && !path.hasSuffix(".md") ? path + ".md" : path
        do {
            let recipe = try Recipe(path: name, text: isQuarto ? Self.plain(buffer.text) : buffer.text)
            (self.recipe, failure) = (recipe, nil)
            analysis = recipe.analysis(registry: registry)
        } catch {
            (recipe, analysis, failure) = (nil, nil, error)
        }
    }

    /// The path of a `file:` address; others name themselves.
    static func path(of uri: String) -> String {
        guard uri.hasPrefix("file:"), let url = URL(string: uri) else { return uri }
        return url.path
    }

    // MARK: Quarto

    /// Quarto's cells in the form of a recipe's, as many columns wide.
    private static func plain(_ text: String) -> String { text.replacing(quartoFence, with: plainFence) }

    /// A text that was made of ``recipe``, as Quarto has it; nil where it can't be told which fences were Quarto's.
    func restored(_ text: String) -> String? {
        guard isQuarto else { return text }
        return buffer.text.contains(Self.plainFence) ? nil : text.replacing(Self.plainFence, with: Self.quartoFence)
    }

    private static let quartoFence = "```{rhumb}", plainFence = "```rhumb  "

    // MARK: Places

    /// A cell, or the whole script, and an offset in it.
    struct Place {
        let source: Source
        /// In UTF-8.
        let offset: Int
    }

    private var sources: [Source] { recipe?.cells.map(\.code) ?? [] }

    /// Where a position lies in code; nil in prose.
    func place(at position: TextBuffer.Position) -> Place? {
        for source in sources {
            let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
            let index = position.line - source.lineOffset
            guard lines.indices.contains(index) else { continue }
            let margin = margin(of: position.line, code: lines[index])
            let before = lines[..<index].reduce(0) { $0 + $1.utf8.count + 1 }
            return Place(source: source, offset: before + Self.bytes(lines[index], units: position.unit - margin))
        }
        return nil
    }

    /// Bytes of a line in front of a UTF-16 unit; one in the middle of a character counts as its start.
    private static func bytes(_ line: Substring, units: Int) -> Int {
        var left = units, bytes = 0
        for scalar in line.unicodeScalars {
            left -= UTF16.width(scalar)
            if left < 0 { break }
            bytes += UTF8.width(scalar)
        }
        return bytes
    }

    /// UTF-16 units that stand in front of the code of a line, in a list or a quotation.
    private func margin(of line: Int, code: some StringProtocol) -> Int {
        let whole = buffer.line(line)
        return whole.hasSuffix(code) ? whole.utf16.count - code.utf16.count : 0
    }

    /// Where a stretch of code lies.
    func range(of span: SourceSpan) -> (start: TextBuffer.Position, end: TextBuffer.Position) {
        (position(of: span.range.lowerBound, in: span.source), position(of: span.range.upperBound, in: span.source))
    }

    private func position(of offset: Int, in source: Source) -> TextBuffer.Position {
        let before = source.slice(0..<offset)
        let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
        let index = lines.count - 1
        let line = index + source.lineOffset
        var unit = lines[index].utf16.count
        if isOwn(source) {
            let all = source.text.split(separator: "\n", omittingEmptySubsequences: false)
            if all.indices.contains(index) { unit += margin(of: line, code: all[index]) }
        }
        return .init(line: line, unit: unit)
    }

    /// Whether a source is part of this file, and not of an imported one.
    func isOwn(_ source: Source) -> Bool { sources.contains(source) }
}
