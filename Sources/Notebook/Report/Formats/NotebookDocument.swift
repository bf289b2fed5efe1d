import Files
import FoundationEssentials
import Language
import Notebook

/// A run as a Jupyter notebook, nbformat 4.5, outputs included.
struct NotebookDocument {
    let run: RunRecord

    init(_ run: RunRecord) { self.run = run }

    func text() -> String {
        let notebook = RecipeNotebook(run.recipe)
        var executions = 0
        let cells = notebook.cells.enumerated().map { position, cell -> JSON in
            guard case .code(let code) = cell.kind, let record = run.cells.first(where: { $0.number == code.number })
            else { return cell.json(id: "prose-\(position + 1)") }
            let hasRun = record.record.seconds != nil
            if hasRun { executions += 1 }
            return cell.json(
                id: "cell-\(record.number)", facts: facts(of: record), execution: hasRun ? executions : nil,
                outputs: (record.outputs + note(on: record)).flatMap(output))
        }
        return notebook.text(cells: cells, title: run.manifest.title, facts: manifestFacts)
    }

    private var manifestFacts: [JSON.Member] {
        let manifest = run.manifest
        return [
            .init("status", .string(manifest.status.rawValue)), .init("recipe", .string(manifest.recipe.path)),
            .init("version", .string(manifest.version)), .init("sha256", .string(manifest.recipe.sha256)),
            .init("seed", .integer(Int(clamping: manifest.seed))), .init("started", .string(manifest.started)),
            .init("seconds", .number(manifest.seconds)),
            .init("parameters", .object(manifest.parameters.map { .init($0.name, $0.value) })),
        ]
    }

    /// How the cell ran.
    private func facts(of cell: RunRecord.Cell) -> [JSON.Member] {
        [.init("status", .string(cell.record.status.rawValue)), .init("line", .integer(cell.cell.line))]
            + (cell.record.seconds.map { [.init("seconds", .number($0))] } ?? [])
    }

    /// Where the run ended; Jupyter itself shows which cells did not run.
    private func note(on cell: RunRecord.Cell) -> [Shown] {
        cell.record.status == .running ? run.remark(on: cell).map { [.note($0)] } ?? [] : []
    }

    private func output(_ output: Shown) -> [JSON] {
        switch output {
        case .text(let text): return [["output_type": "stream", "name": "stdout", "text": Self.lines(text)]]
        case .note(let note): return [["output_type": "stream", "name": "stderr", "text": Self.lines(note + "\n")]]
        case .value(let display, _): return [Self.display([.init("text/plain", Self.lines(display))])]
        case .table(let display, let file):
            var forms: [JSON.Member] = [.init("text/plain", Self.lines(display))]
            if let file, let table = ReportTable(file: file, in: run) {
                forms.append(.init("text/html", Self.lines(TableView.html(table, file: file))))
            }
            return [Self.display(forms)]
        case .figures(let figures): return figures.map(picture)
        case .error(let failure):
            return [
                [
                    "output_type": "error", "ename": .string(failure.kind.rawValue), "evalue": .string(failure.message),
                    "traceback": .array(failure.text.split(separator: "\n").map { .string(String($0)) }),
                ]
            ]
        }
    }

    private func picture(_ figure: Shown.Figure) -> JSON {
        let title = figure.saved.title.isEmpty ? figure.display : figure.saved.title
        var forms: [JSON.Member] = [.init("text/plain", Self.lines(title))]
        if let picture = (figure.file("png") ?? figure.file("jpg")).flatMap(run.bytes).flatMap(Picture.init) {
            forms.append(.init(picture.type, .string(picture.base64)))
        }
        return Self.display(forms, ["alt": .string(title)])
    }

    private static func display(_ forms: [JSON.Member], _ metadata: JSON = [:]) -> JSON {
        ["output_type": "display_data", "metadata": metadata, "data": .object(forms)]
    }

    private static func lines(_ text: String) -> JSON { RecipeNotebook.lines(text) }
}
