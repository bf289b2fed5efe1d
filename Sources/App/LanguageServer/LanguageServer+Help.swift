import Files
import Language

extension LanguageServer {
    func hover(_ document: Document, _ place: Document.Place) -> JSON {
        guard let word = place.source.word(at: place.offset), let text = help(for: word, document, place) else {
            return .null
        }
        let span = SourceSpan(source: place.source, range: word.range)
        return ["contents": ["kind": "markdown", "value": .string(text)], "range": document.json(span)]
    }

    private func help(for word: CodeWord, _ document: Document, _ place: Document.Place) -> String? {
        if word.isMember { return nil }
        if word.isLabel {
            guard let call = CallAtCursor(before: place.source.slice(0..<word.range.upperBound) + ":"),
                userFunction(call.callee, document) == nil, let entry = registry[call.callee]
            else { return nil }
            let found = entry.variants.lazy.compactMap { $0.parameters.first { $0.name == word.text } }.first
            return found.map { "`\(word.text):` \($0.reference)\n\nan option of `\(entry.name)`" }
        }
        if let (name, _) = document.analysis?.name(at: place.offset, in: place.source), !name.definitions.isEmpty {
            return Self.text(of: name)
        }
        return registry[word.text]?.reference ?? registry.grammarHelp(word.text).map { "```text\n\($0)```" }
    }

    static func text(of name: CodeName) -> String {
        "```rhumb\n\(name.summary)\n```" + (name.comment.isEmpty ? "" : "\n\n" + name.comment)
    }

    /// A function that the document defines by this name.
    func userFunction(_ name: String, _ document: Document) -> CodeName? {
        document.analysis?.names.first { $0.name == name && $0.kind == .function }
    }

    func signatureHelp(_ document: Document, _ place: Document.Place) -> JSON {
        guard let call = CallAtCursor(before: place.source.slice(0..<place.offset)) else { return .null }
        if let function = userFunction(call.callee, document) {
            let names = function.parameters
            let active =
                call.option.flatMap { option in names.firstIndex { $0.prefix { $0 != " " } == option[...] } }
                ?? call.position
            let label = "\(call.callee)(\(names.joined(separator: ", ")))"
            return Self.signatures(
                [(label, names, function.comment, names.map { _ in "" })], active: active)
        }
        guard let entry = registry[call.callee] else { return .null }
        let verb = entry.verb
        var active: Int?
        if let option = call.option {
            active = verb.parameters.firstIndex { $0.name == option }
        } else {
            let positional = verb.parameters.indices.filter { verb.parameters[$0].style != .option }
            if call.position < positional.count {
                active = positional[call.position]
            } else {
                active = positional.last.flatMap { verb.parameters[$0].style == .rest ? $0 : nil }
            }
        }
        let all = entry.variants.map { verb in
            (verb.usage, verb.usageParts, verb.summary, verb.parameters.map(\.reference))
        }
        return Self.signatures(all, active: active)
    }

    /// - Parameters:
    ///   - all: label, parts of it that are parameters, documentation of the whole and of each part.
    ///   - active: the part being written; nil for none.
    private static func signatures(
        _ all: [(label: String, parts: [String], text: String, help: [String])], active: Int?
    ) -> JSON {
        let rows = all.map { label, parts, text, help -> JSON in
            var end = label.startIndex
            let ranges = zip(parts, help).map { part, help -> JSON in
                let found = label[end...].firstRange(of: part) ?? end..<end
                end = found.upperBound
                let start = label.utf16.distance(from: label.startIndex, to: found.lowerBound)
                return [
                    "label": [.integer(start), .integer(start + part.utf16.count)], "documentation": .string(help),
                ]
            }
            return ["label": .string(label), "documentation": .string(text), "parameters": .array(ranges)]
        }
        // Beyond the last one none is active.
        let place = active ?? all.first?.parts.count ?? 0
        return ["signatures": .array(rows), "activeSignature": 0, "activeParameter": .integer(place)]
    }
}
