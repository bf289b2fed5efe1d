import ArgumentParser
import Console
import Files
import Language
import Notebook
import Verbs

struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Look for what is wrong, or looks wrong, in code; nothing runs.",
        discussion: """
            A line for each: file:line:column: what, and the rule in brackets. Errors, which running would meet: \
            syntax, unknown-name, unknown-option. Warnings: unused-name; missing-value, a function that ends without \
            a value and is used for one; hidden-verb, a function with a verb's name; unreachable; cell-order, a cell \
            that changes what an earlier one has read; breakpoint, one left in. Exit code 2 for errors, 1 for warnings alone.
            """)

    @Argument(help: "Scripts, recipes, notebooks, and folders of recipes.")
    var paths: [String]

    @Flag(help: "One JSON array instead: objects with file, line, column, rule, error, message, help.")
    var json = false

    func run() throws {
        let registry = Registry.rhumb()
        var code: Int32 = 0
        var rows: [JSON] = []
        for path in try TextFile.paths(paths) {
            for problem in try problems(of: path, registry) {
                code = max(code, problem.isError ? 2 : 1)
                if json { rows.append(problem.json) } else { print(problem.text) }
            }
        }
        if json { print(JSON.array(rows).text(indent: 2)) }
        if code > 0 { throw Failure.Shown(code: code) }
    }

    private func problems(of path: String, _ registry: Registry) throws -> [CodeProblem] {
        try TextFile.checkKind(of: path)
        do {
            if Recipe.isNotebook(path) {
                return try NotebookCode(TextFile.bytes(of: path), path: path).analysis(registry: registry).problems
            }
            guard Recipe.isQuarto(path) else { return try Recipe(reading: path).analysis(registry: registry).problems }
            let text = try TextFile(TextFile.bytes(of: path), path: path).plain
            return try Recipe(quarto: path, text: text).analysis(registry: registry).problems
        } catch let error as Diagnostic {
            // A fence that is never closed, an attribute that no cell has.
            return [CodeProblem(error)]
        }
    }
}

extension CodeProblem {
    fileprivate var text: String {
        let hint = [label, help].filter { !$0.isEmpty }.joined(separator: "; ")
        return "\(span.description):\(span.column): \(isError ? "error" : "warning"): \(message) [\(rule.rawValue)]"
            .visible
            + (hint.isEmpty ? "" : "\n  help: " + hint.visible)
    }

    fileprivate var json: JSON {
        [
            "file": .string(span.source.name), "line": .integer(span.line), "column": .integer(span.column),
            "rule": .string(rule.rawValue), "error": .bool(isError), "message": .string(message),
            "help": .string([label, help].filter { !$0.isEmpty }.joined(separator: "; ")),
        ]
    }
}
