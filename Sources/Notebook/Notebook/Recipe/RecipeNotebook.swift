import Files
import Language

/// A recipe in the cells of a Jupyter notebook, so that ``text(ofNotebook:path:)`` gives the same recipe again, byte
/// for byte.
///
/// Prose becomes Markdown cells, front matter a raw cell, as in Quarto. A fence that is shown and does not run stays in
/// the prose, since Jupyter would run it. What a notebook has no place for (a fence's attributes, unusual empty lines)
/// is in the cells' metadata under `rhumb`.
package struct RecipeNotebook {
    package struct Cell {
        package enum Kind {
            case raw, markdown
            /// A fence of the recipe.
            case code(Recipe.Cell)
        }

        package let kind: Kind
        package let text: String
        /// What the cell's metadata hold under `rhumb`, in order.
        package let facts: [JSON.Member]
    }

    package private(set) var cells: [Cell] = []
    /// What stands behind the last cell, where that is not one line end.
    package private(set) var end: String?

    /// The gap between two blocks where nothing else is said.
    static let gap = "\n\n"

    package init(_ recipe: Recipe) {
        let lines = recipe.source.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // Pieces of the file by their lines: what lies between cells is prose.
        var pieces: [(kind: Cell.Kind, lines: Range<Int>)] = []
        var next = 0
        func take(_ kind: Cell.Kind, upTo end: Int) {
            let isBlank = lines[next..<end].allSatisfy { $0.allSatisfy(\.isWhitespace) }
            if !isBlank { pieces.append((kind, next..<end)) }
            next = end
        }
        if recipe.bodyStart > 0 { take(.raw, upTo: recipe.bodyStart) }
        for cell in recipe.cells where !cell.attributes.doesNotRun {
            take(.markdown, upTo: cell.lines.lowerBound)
            pieces.append((.code(cell), cell.lines))
            next = cell.lines.upperBound
        }
        take(.markdown, upTo: lines.count)

        // Where the text of the piece before ends, and that of the next begins.
        var behind = 0
        func between(_ start: Int, _ end: Int) -> String {
            // Every line ends; so does the one before these, unless the file begins here.
            (start > 0 ? "\n" : "") + lines[start..<end].map { $0 + "\n" }.joined()
        }
        for piece in pieces {
            var range = piece.lines
            while let first = range.first, lines[first].allSatisfy(\.isWhitespace) { range.removeFirst() }
            while let last = range.last, lines[last].allSatisfy(\.isWhitespace) { range.removeLast() }
            let before = between(behind, range.lowerBound)
            behind = range.upperBound
            var facts: [JSON.Member] = []
            if before != (cells.isEmpty ? "" : Self.gap) { facts.append(.init("before", .string(before))) }
            let raw = lines[range].joined(separator: "\n")
            if case .code(let cell) = piece.kind {
                let words = Self.attributes(lines[range.lowerBound])
                if !words.isEmpty { facts.append(.init("attributes", .string(words))) }
                // A cell without code and without a word about it is one that somebody has not filled in yet.
                if raw != Self.fence(cell.code.text, words) || cell.code.text.isEmpty {
                    facts.append(.init("fence", .string(raw)))
                }
                cells.append(Cell(kind: piece.kind, text: cell.code.text, facts: facts))
            } else {
                cells.append(Cell(kind: piece.kind, text: raw, facts: facts))
            }
        }
        // The last of the lines has no end.
        let rest = String(between(behind, lines.count).dropLast())
        if rest != "\n" { end = rest }
    }

    /// What stands behind the language on the opening line of a fence.
    private static func attributes(_ line: String) -> String {
        guard let word = line.range(of: "rhumb") else { return "" }
        return line[word.upperBound...].trimmed
    }

    /// A fence as it is usually written.
    static func fence(_ code: String, _ attributes: String) -> String {
        var longest = 0, run = 0
        for byte in code.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let marker = String(repeating: "`", count: max(3, longest + 1))
        return "\(marker)rhumb" + (attributes.isEmpty ? "" : " " + attributes) + "\n"
            + (code.isEmpty ? "" : code + "\n") + marker
    }
}

extension RecipeNotebook.Cell {
    /// The cell as nbformat 4.5 has it.
    ///
    /// - Parameters:
    ///   - id: a name that no other cell has.
    ///   - facts: more of what its metadata hold under `rhumb`.
    ///   - outputs: what it gave, and the number it ran as.
    package func json(
        id: String, facts more: [JSON.Member] = [], execution: Int? = nil, outputs: [JSON] = []
    ) -> JSON {
        let facts = self.facts + more
        var metadata = facts.isEmpty ? [] : [JSON.Member("rhumb", .object(facts))]
        let type: JSON
        switch kind {
        case .raw: type = "raw"
        case .markdown: type = "markdown"
        case .code(let cell):
            type = "code"
            if let name = cell.attributes.name { metadata.append(.init("name", .string(name))) }
            if cell.attributes.isQuiet {
                metadata.append(.init("jupyter", ["source_hidden": true, "outputs_hidden": true]))
            }
            if cell.attributes.mustFail { metadata.append(.init("tags", ["raises-exception"])) }
        }
        var members: [JSON.Member] = [
            .init("cell_type", type), .init("id", .string(id)), .init("metadata", .object(metadata)),
        ]
        if case .code = kind { members.append(.init("execution_count", execution.map { .integer($0) } ?? .null)) }
        members.append(.init("source", RecipeNotebook.lines(text)))
        if case .code = kind { members.append(.init("outputs", .array(outputs))) }
        return .object(members)
    }
}

extension RecipeNotebook {
    /// A notebook of cells, as a file has it.
    ///
    /// - Parameter facts: of what it was made, under `rhumb`.
    package func text(cells: [JSON], title: String, facts: [JSON.Member] = []) -> String {
        let facts = (end.map { [.init("end", .string($0))] } ?? []) + facts
        var metadata: [JSON.Member] = [
            .init("kernelspec", ["display_name": "Rhumb", "language": "rhumb", "name": "rhumb"]),
            .init(
                "language_info", ["name": "rhumb", "file_extension": ".rhumb", "mimetype": "text/x-rhumb"]),
            .init("title", .string(title)),
        ]
        if !facts.isEmpty { metadata.append(.init("rhumb", .object(facts))) }
        let document: JSON = [
            "cells": .array(cells), "metadata": .object(metadata), "nbformat": 4, "nbformat_minor": 5,
        ]
        return document.text(indent: 1) + "\n"
    }

    /// The notebook of a recipe that has not run.
    package func text(title: String) -> String {
        text(cells: cells.enumerated().map { $1.json(id: "cell-\($0 + 1)") }, title: title)
    }

    /// Text as notebooks keep it: a list of lines, each with its end.
    package static func lines(_ text: String) -> JSON {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) + "\n" }
        let last = String((lines.popLast() ?? "").dropLast())
        if !last.isEmpty { lines.append(last) }
        return .array(lines.map { .string($0) })
    }
}
