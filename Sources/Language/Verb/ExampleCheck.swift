extension Registry {
    /// Runs every example of every verb, each in a session of its own, and compares what it gives.
    ///
    /// - Parameter session: makes a session with this registry and the host that collects its output.
    /// - Returns: what went wrong, one text an example; empty when all is well.
    public func exampleFailures(session: () -> (Interpreter, CollectingHost)) -> [String] {
        entries.flatMap(\.variants).flatMap { verb in
            verb.examples.filter { !$0.needsPrompt }.compactMap { example in
                let (interpreter, host) = session()
                let source = Source(name: "example of \(verb.name)", text: example.code)
                if let error = interpreter.failure(of: source) { return error.text() }
                guard let expected = example.gives else { return nil }
                let found = host.output.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { $0.trailingSpaceRemoved }.joined(separator: "\n")
                if found == expected + "\n" || found == expected { return nil }
                return "example of \(verb.name): \(example.code)\nexpected: \(expected)\n   found: \(found)"
            }
        }
    }

    /// What the declarations leave out: a verb without example, a see-also that leads nowhere, a summary that is no
    /// single line, a parameter without help.
    public func declarationProblems() -> [String] {
        entries.flatMap(\.variants).flatMap { verb -> [String] in
            var problems: [String] = []
            if verb.examples.isEmpty { problems.append("'\(verb.name)' has no example") }
            if verb.summary.isEmpty || verb.summary.contains("\n") || verb.summary.hasSuffix(".") {
                problems.append("the summary of '\(verb.name)' must be one line without a full stop")
            }
            for other in verb.seeAlso where self[other] == nil {
                problems.append("'\(verb.name)' sends the reader to '\(other)', which does not exist")
            }
            for parameter in verb.parameters where parameter.help.isEmpty {
                problems.append("parameter '\(parameter.name)' of '\(verb.name)' has no help")
            }
            let names = verb.parameters.filter { $0.type.namesFiles }.map(\.name)
            if let name = names.first, verb.effects.isDisjoint(with: [.readsFiles, .writesFiles, .looksOutside]) {
                problems.append(
                    "parameter '\(name)' of '\(verb.name)' names a file, which the verb neither "
                        + "declares to read nor to write"
                )
            }
            if names.isEmpty, !verb.effects.isDisjoint(with: [.readsFiles, .writesFiles]) {
                problems.append("'\(verb.name)' declares files, and no parameter of it names one")
            }
            return problems
        }
    }
}

extension Interpreter {
    /// The error that running a source ends in; nil when it runs through.
    fileprivate func failure(of source: Source) -> Diagnostic? {
        do {
            try run(source)
            return nil
        } catch {
            return error
        }
    }
}

extension Substring {
    fileprivate var trailingSpaceRemoved: Substring {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// A host that keeps everything: for tests and for running code whose output is looked at.
public final class CollectingHost: SessionHost {
    public var output = ""
    public var notes: [String] = []
    public var attachments: [Attachment] = []
    public var parameters: [String: String] = [:]
    public var isShort = false
    public var isInterrupted = false
    public var outputFolder: String?
    public var width: Int

    public init(width: Int = 100) { self.width = width }

    public func write(_ text: String) { output += text }
    public func note(_ text: String) { notes.append(text) }
    public func attach(_ attachment: Attachment) { attachments.append(attachment) }
    public func parameter(_ name: String) -> String? { parameters[name] }
}
