import Files
import Foundation
import Language

extension LanguageServer {
    static func address(of path: String) -> String { URL(fileURLWithPath: path).absoluteString }

    func definition(_ document: Document, _ place: Document.Place) -> JSON {
        if let path = place.source.importedPath(at: place.offset) {
            guard FileManager.default.fileExists(atPath: path) else { return .null }
            let start = TextBuffer.Position(line: 0, unit: 0).json
            return [["uri": .string(Self.address(of: path)), "range": ["start": start, "end": start]]]
        }
        guard let (name, use) = document.analysis?.name(at: place.offset, in: place.source) else { return .null }
        // The last one in front of the use; for a function that runs later, the first there is.
        var found = name.definitions.first
        for other in name.uses {
            if other.isDefinition { found = other }
            if other.span == use.span { break }
        }
        return found.map { [document.location($0.span)] } ?? .null
    }

    func references(_ document: Document, _ place: Document.Place, includesDefinitions: Bool) -> JSON {
        guard let (name, _) = document.analysis?.name(at: place.offset, in: place.source) else { return .null }
        return .array(
            name.uses.filter { includesDefinitions || !$0.isDefinition }.map { document.location($0.span) })
    }

    func symbols(of document: Document) -> JSON {
        let names = (document.analysis?.names ?? []).filter { $0.isOfSession }
        let rows = names.compactMap { name -> JSON? in
            guard let first = name.definitions.first(where: { document.isOwn($0.span.source) }),
                let statement = first.statement
            else { return nil }
            // Of the protocol: function, constant, variable.
            let kind = name.kind == .function ? 12 : name.kind == .parameter ? 14 : 13
            let whole = SourceSpan(source: first.span.source, range: statement)
            return [
                "name": .string(name.name), "kind": .integer(kind), "detail": .string(name.summary),
                "range": document.json(whole), "selectionRange": document.json(first.span),
            ]
        }
        return .array(rows)
    }

    // MARK: Renaming

    func prepareRename(_ document: Document, _ place: Document.Place) throws -> JSON {
        guard let (name, use) = document.analysis?.name(at: place.offset, in: place.source) else { return .null }
        try checkRename(of: name, document)
        return ["range": document.json(use.span), "placeholder": .string(name.name)]
    }

    func rename(_ document: Document, _ place: Document.Place, to new: String) throws -> JSON {
        guard let analysis = document.analysis,
            let (name, _) = analysis.name(at: place.offset, in: place.source)
        else { throw Refusal.invalid("there is no name here") }
        try checkRename(of: name, document)
        guard Source.isName(new) else {
            throw Refusal.invalid("'\(new)' is no name: letters, digits and '_', none of the language's own words")
        }
        if new == name.name { return ["changes": .object([.init(document.uri, [])])] }
        guard registry[new] == nil, registry.constants[new] == nil, new != "_" else {
            throw Refusal.invalid("'\(new)' is a verb's name: choose another one")
        }
        guard !analysis.names.contains(where: { $0.name == new }) else {
            throw Refusal.invalid("'\(new)' is in use in this file: choose another name")
        }
        let places = name.uses.map(\.span) + analysis.labels(of: name)
        let edits = places.map { span -> JSON in ["range": document.json(span), "newText": .string(new)] }
        return ["changes": .object([.init(document.uri, .array(edits))])]
    }

    /// Only a name all of whose places are in this file, and in code that was understood, can be changed.
    private func checkRename(of name: CodeName, _ document: Document) throws {
        guard !name.definitions.isEmpty else {
            throw Refusal.invalid("'\(name.name)' is not a name of this file")
        }
        if let other = name.uses.first(where: { !document.isOwn($0.span.source) }) {
            throw Refusal.invalid("'\(name.name)' stands in '\(other.span.source.name)' too, which this can't change")
        }
        if let problem = document.analysis?.problems.first(where: { $0.rule == .syntax }) {
            throw Refusal.invalid(
                "line \(problem.span.line) does not follow the grammar, and may hold the name: mend it first")
        }
    }
}
