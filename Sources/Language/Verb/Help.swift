extension Interpreter {
    /// Help on a topic as terminal text: an empty topic lists the families.
    ///
    /// - Parameter isFull: whether a verb's page has its formulas and sources.
    public func help(_ topic: String, width: Int, isFull: Bool = false) -> String {
        if topic.isEmpty { return registry.overview() }
        let family = registry.families.first { $0.name == topic }
        if let entry = registry[topic] {
            let pages = entry.variants.map { $0.helpText(width: width, isFull: isFull) }
            // `steering` is a verb and the family of others.
            return (pages + (family.map { [$0.text()] } ?? [])).joined(separator: "\n")
        }
        if let family { return family.text() }
        if let word = GrammarTopic.all.first(where: { $0.words.contains(topic) }) { return word.text() }
        if let text = variableHelp(topic, width: width) { return text }
        let found = registry.search(topic)
        if found.isEmpty {
            let guess = registry.suggestion(for: topic)
            return Message.noHelp(topic) + (guess.map { "; did you mean '\($0)'?" } ?? "") + "\n"
        }
        return listing(found.map { ($0.name, $0.verb.summary) })
    }
}

extension Interpreter {
    func variableHelp(_ name: String, width: Int) -> String? {
        (standing?[name] ?? self[name]).map { "\(name): \($0.typeName)\n\($0.summary.clipped(to: width))\n" }
    }
}

/// Two aligned columns.
private func listing(_ rows: [(name: String, summary: String)]) -> String {
    let width = rows.map(\.name.displayWidth).max() ?? 0
    return rows.map { "  " + $0.name.padded(to: width) + "  " + $0.summary + "\n" }.joined()
}

extension Registry {
    /// All families with their verbs, and how to ask on.
    func overview() -> String {
        let families = families.map { family in
            (family.name, family.summary + "\n" + family.verbs.map(\.name).joined(separator: " "))
        }
        let width = families.map(\.0.displayWidth).max() ?? 0
        let margin = String(repeating: " ", count: width + 4)
        let lines = families.map { name, text in
            "  " + name.padded(to: width) + "  " + text.split(separator: "\n").joined(separator: "\n" + margin) + "\n"
        }
        return "verbs by family:\n" + lines.joined()
            + "grammar:\n" + listing(GrammarTopic.all.map { ($0.words.joined(separator: " "), $0.summary) })
            + "help VERB, help FAMILY, help WORD; example VERB runs its examples\n"
    }
}

extension Registry.Family {
    func text() -> String {
        name + (summary.isEmpty ? "" : ": " + summary) + "\n" + listing(verbs.map { ($0.name, $0.verb.summary) })
    }
}

extension Verb {
    /// Its page as terminal text.
    ///
    /// - Parameter isFull: whether it has the formulas and sources.
    func helpText(width: Int, isFull: Bool = false) -> String {
        var text = usage.wrapped(to: width, indent: 4) + "\n  " + summary.wrapped(to: width, from: 2, indent: 2) + "\n"
        let positional = parameters.filter { $0.style != .option }
        let options = parameters.filter { $0.style == .option }
        if !positional.isEmpty { text += "\n" + Self.parameterLines(positional, suffix: "", width: width) }
        if !options.isEmpty { text += "\noptions\n" + Self.parameterLines(options, suffix: ":", width: width) }
        if !result.isEmpty { text += "\ngives " + result.wrapped(to: width, from: 6, indent: 6) + "\n" }
        if !details.isEmpty {
            text +=
                "\n"
                + details.split(separator: "\n")
                .map { "  " + $0.wrapped(to: width, from: 2, indent: 2) + "\n" }.joined()
        }
        if isFull, let background { text += background.text(width: width) }
        if !examples.isEmpty {
            text += "\nexamples\n"
            for example in examples {
                text += example.code.split(separator: "\n").map { "  " + $0 + "\n" }.joined()
                if let gives = example.gives {
                    text += gives.split(separator: "\n").map { "    # => " + $0 + "\n" }.joined()
                }
            }
        }
        if !seeAlso.isEmpty {
            text += "\nsee also " + seeAlso.joined(separator: ", ").wrapped(to: width, from: 9, indent: 9) + "\n"
        }
        if !isFull, background != nil { text += "\nformulas and sources: help \(name) full: true\n" }
        return text
    }

    private static func parameterLines(_ parameters: [Parameter], suffix: String, width: Int) -> String {
        let names = parameters.map { $0.name + suffix + ($0.style == .rest ? " …" : "") }
        let types = parameters.map { parameter in
            [parameter.type.text, parameter.defaultText].filter { !$0.isEmpty }.joined(separator: ", ")
        }
        let nameWidth = names.map(\.displayWidth).max() ?? 0
        let typeWidth = min(types.map(\.displayWidth).max() ?? 0, 44)
        let column = nameWidth + typeWidth + 6
        return parameters.indices.map { row in
            let start = "  " + names[row].padded(to: nameWidth) + "  "
            let separator =
                types[row].displayWidth > typeWidth
                ? "\n" + String(repeating: " ", count: column) : "  "
            let help = parameters[row].help.wrapped(to: width, from: column, indent: column)
            return start + types[row].padded(to: typeWidth) + separator + help + "\n"
        }.joined()
    }
}
