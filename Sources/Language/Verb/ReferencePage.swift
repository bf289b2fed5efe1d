extension Registry {
    /// The reference: an index and a page a family, as Markdown by file name. Generated from the declarations alone.
    public func referencePages() -> [(file: String, text: String)] {
        var index = "# Verbs\n\nMade from the verbs' own declarations; `help VERB` shows the same at the prompt.\n"
        var pages: [(String, String)] = []
        for family in families {
            index += "\n## [\(family.name)](\(family.name).md)\n\n"
            if !family.summary.isEmpty { index += family.summary.capitalisedFirst + ".\n\n" }
            index += "| verb | |\n|---|---|\n"
            for entry in family.verbs {
                index += "| [`\(entry.name)`](\(family.name).md#\(entry.name)) | \(entry.verb.summary.inTable) |\n"
            }
            pages.append((family.name + ".md", family.page()))
        }
        return [("README.md", index)] + pages
    }
}

extension Registry.Family {
    fileprivate func page() -> String {
        var text = "# \(name)\n"
        if !summary.isEmpty { text += "\n" + summary.capitalisedFirst + ".\n" }
        for entry in verbs {
            text += "\n## \(entry.name)\n"
            for verb in entry.variants { text += verb.section() }
        }
        return text
    }
}

extension Verb {
    /// Its section of a reference page.
    func section() -> String {
        var text = "\n\(summary.capitalisedFirst).\n\n```\n\(usage)\n```\n"
        if !parameters.isEmpty {
            text += "\n| parameter | takes | |\n|---|---|---|\n"
            for parameter in parameters {
                let name = parameter.style == .option ? parameter.name + ":" : parameter.name
                let type = [parameter.type.text, parameter.defaultText].filter { !$0.isEmpty }.joined(separator: ", ")
                text += "| `\(name)` | \(type.inTable) | \(parameter.help.inTable) |\n"
            }
        }
        if !result.isEmpty { text += "\nGives \(result).\n" }
        if !details.isEmpty { text += "\n\(details)\n" }
        if let background { text += background.section }
        if !examples.isEmpty {
            text += "\n```rhumb\n"
            for example in examples {
                text += example.code + "\n"
                if let gives = example.gives { text += gives.split(separator: "\n").map { "# => \($0)\n" }.joined() }
            }
            text += "```\n"
        }
        if !seeAlso.isEmpty { text += "\nSee also " + seeAlso.map { "`\($0)`" }.joined(separator: ", ") + ".\n" }
        return text
    }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
    fileprivate var inTable: String { split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
}
