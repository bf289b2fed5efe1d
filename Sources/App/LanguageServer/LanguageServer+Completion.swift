import Files
import Language

extension LanguageServer {
    func completion(_ document: Document, _ place: Document.Place) -> JSON {
        // Names without their values: nothing has run.
        let interpreter = Interpreter(registry: registry, host: SilentHost())
        let names = (document.analysis?.names ?? []).filter { !$0.definitions.isEmpty && isVisible($0, at: place) }
        for name in names { interpreter[name.name] = Value.none }
        let known = Dictionary(names.map { ($0.name, $0) }) { first, _ in first }
        let completion = interpreter.complete(place.source.text, cursor: place.offset)
        let range = document.json(SourceSpan(source: place.source, range: completion.range))
        let items = completion.candidates.enumerated().map { index, candidate -> JSON in
            let name = known[candidate.text]
            var members: [JSON.Member] = [
                .init("label", .string(candidate.text)),
                .init("kind", .integer(Self.kind(of: candidate.text, name, registry))),
                // In the order of their likelihood.
                .init("sortText", .string(String(100_000 + index))),
                .init("filterText", .string(candidate.text)),
                .init("textEdit", ["range": range, "newText": .string(candidate.text)]),
            ]
            let detail = name?.summary ?? candidate.summary
            if !detail.isEmpty { members.append(.init("detail", .string(detail))) }
            if let name, !name.comment.isEmpty { members.append(.init("documentation", .string(name.comment))) }
            if name == nil, registry[candidate.text] != nil {
                members.append(.init("data", ["verb": .string(candidate.text)]))
            }
            return .object(members)
        }
        return ["isIncomplete": false, "items": .array(items)]
    }

    /// A function's own names are known inside it alone.
    private func isVisible(_ name: CodeName, at place: Document.Place) -> Bool {
        guard !name.isOfSession else { return true }
        let spans = name.uses.map(\.span).filter { $0.source == place.source }
        guard let first = spans.first, let last = spans.last else { return false }
        return first.range.lowerBound <= place.offset && place.offset <= last.range.upperBound + 200
    }

    /// Of the protocol: function, variable, property, keyword, value.
    private static func kind(of text: String, _ name: CodeName?, _ registry: Registry) -> Int {
        if let name { return name.kind == .function ? 3 : 6 }
        if registry[text] != nil { return 3 }
        if text.hasSuffix(":") { return 10 }
        return Source.isName(text) || registry.grammarHelp(text) != nil ? 14 : 12
    }

    /// A verb's page, once its line in the list is looked at.
    func resolved(_ item: JSON) -> JSON {
        guard let verb = item["data"]?["verb"]?.string, let entry = registry[verb], var members = item.members else {
            return item
        }
        members.append(.init("documentation", ["kind": "markdown", "value": .string(entry.reference)]))
        return .object(members)
    }
}

/// Nobody listens: no code runs.
private final class SilentHost: SessionHost {
    func write(_ text: String) {}
}
