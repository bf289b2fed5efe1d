import Language
import Notebook

/// A run as Markdown, for a repository or a wiki: tables as tables, figures as links to the run's files.
struct MarkdownDocument {
    let run: RunRecord
    /// The run folder as seen from the document.
    private let prefix: String

    /// - Parameter file: where the document goes.
    init(_ run: RunRecord, file: String) {
        self.run = run
        prefix = RelativePath.prefix(of: run.folder, fromFile: file)
    }

    func text() -> String {
        var blocks: [String] = []
        for part in run.parts {
            switch part {
            case .prose(let prose): blocks.append(prose.text.withoutOuterLineEnds)
            case .cell(let cell) where cell.isHidden: break
            case .cell(let cell):
                blocks.append(Transcript.fenced(cell.cell.code.text, as: "rhumb"))
                blocks += cell.outputs.flatMap(block)
                if let remark = run.remark(on: cell) { blocks.append("*\(Self.escaped(remark))*") }
            }
        }
        return (blocks + closing()).filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private func block(_ output: Shown) -> [String] {
        switch output {
        case .text(let text): return [text.allSatisfy(\.isWhitespace) ? "" : Transcript.fenced(text, as: "text")]
        case .value(let display, _): return [Transcript.fenced(display, as: "text")]
        case .note(let note) where note.contains("\n  "):
            // A table, as `profile` gives it, keeps its columns.
            return ["> ```text\n> " + note.replacing("\n", with: "\n> ") + "\n> ```"]
        case .note(let note): return ["> " + note.replacing("\n", with: "\n> ")]
        case .table(let display, let file):
            guard let file, let table = ReportTable(file: file, in: run), table.rowCount <= 60 else {
                return [Transcript.fenced(display, as: "text")]
            }
            return [Self.table(table)]
        case .figures(let figures):
            return figures.map { figure in
                guard let image = figure.saved.image else { return Self.escaped(figure.saved.title) }
                return "![\(Self.escaped(figure.saved.title))](\(RelativePath.address(prefix + image)))"
            }
        case .error(let failure): return [Transcript.fenced(failure.text, as: "text")]
        }
    }

    private static func table(_ table: ReportTable) -> String {
        func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        var lines = [
            row(table.columns.map { escaped($0.name) }), row(table.columns.map { $0.isNumeric ? "---:" : "---" }),
        ]
        for index in 0..<table.shownCount { lines.append(row(table.columns.map { escaped($0.shown[index]) })) }
        return lines.joined(separator: "\n")
    }

    /// What the run was made of.
    private func closing() -> [String] {
        let manifest = run.manifest
        var facts = [
            ("status", run.statusSentence), ("recipe", "\(manifest.recipe.path), SHA-256 \(manifest.recipe.sha256)"),
            ("started", manifest.started), ("time", Quantity.duration(run.seconds)), ("seed", "\(manifest.seed)"),
            ("software", manifest.software),
            ("machine", "\(manifest.machine.processor), \(manifest.threads) threads, \(manifest.machine.system)"),
        ]
        if let ranks = manifest.ranksText { facts.append(("ranks", ranks)) }
        if let safe = manifest.safe { facts.append(("safe mode", safe.text)) }
        facts += manifest.parameters.map { ("`\($0.name)`", $0.value.isNull ? "not reached" : $0.value.shown) }
        let rows = facts.map { "| \($0.0) | \(Self.escaped($0.1)) |" }
        return ["## About this run", (["| | |", "|---|---|"] + rows).joined(separator: "\n")]
    }

    /// Text that is not to be read as Markdown, on one line.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.isNewline {
                result += " "
            } else {
                if "\\`*_[]<>|#&~!".contains(character) { result += "\\" }
                result.append(character)
            }
        }
        return result
    }
}
