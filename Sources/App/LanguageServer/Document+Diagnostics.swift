import Files
import Language

extension Document {
    /// What is wrong or looks wrong, as the protocol has it.
    var diagnostics: [JSON] {
        let problems = analysis?.problems ?? failure.map { [CodeProblem($0)] } ?? []
        return problems.map { problem in
            let help = [problem.label, problem.help].filter { !$0.isEmpty }.joined(separator: "\n")
            var members: [JSON.Member] = [
                .init("range", json(problem.span)),
                .init("severity", problem.isError ? 1 : 2),
                .init("code", .string(problem.rule.rawValue)),
                .init("source", "rhumb"),
                .init("message", .string(problem.message + (help.isEmpty ? "" : "\n" + help))),
            ]
            // Shown faded.
            if [.unusedName, .unreachable].contains(problem.rule) { members.append(.init("tags", [1])) }
            return .object(members)
        }
    }

    func json(_ span: SourceSpan) -> JSON {
        let range = range(of: span)
        return ["start": range.start.json, "end": range.end.json]
    }

    /// A place in this file, or in one that it imports.
    func location(_ span: SourceSpan) -> JSON {
        ["uri": .string(isOwn(span.source) ? uri : LanguageServer.address(of: span.source.name)), "range": json(span)]
    }
}

extension TextBuffer.Position {
    init?(_ json: JSON?) {
        guard let line = json?["line"]?.integer, let unit = json?["character"]?.integer else { return nil }
        self.init(line: line, unit: unit)
    }

    var json: JSON { ["line": .integer(line), "character": .integer(unit)] }
}
