extension VerbEntry {
    /// The verb's page in Markdown, as the reference has it; its variants one below the other.
    public var reference: String {
        variants.map { String($0.section().drop(while: \.isNewline)) }.joined(separator: "\n---\n\n")
    }
}

extension Parameter {
    /// What it takes, its default, what it is for: `1…1000, default 20: denoising steps`.
    public var reference: String {
        let kind = [type.text, defaultText].filter { !$0.isEmpty }.joined(separator: ", ")
        return help.isEmpty ? kind : "\(kind): \(help)"
    }
}

extension Registry {
    /// Help on a word of the grammar, or what a constant is; nil for other words.
    public func grammarHelp(_ word: String) -> String? {
        if let topic = GrammarTopic.all.first(where: { $0.words.contains(word) }) { return topic.text() }
        return constants[word].map { "\(word): \($0.summary)\n" }
    }
}
