import Files
import FoundationEssentials
import Language
import Notebook

/// A run as a Jupyter notebook, nbformat 4.5, outputs included.
struct NotebookDocument {
    let run: RunRecord

    init(_ run: RunRecord) { self.run = run }

    func text() -> String {
        let manifest = run.manifest
        var cells: [JSON] = []
        var executions = 0
        for (position, part) in run.parts.enumerated() {
            switch part {
            case .prose(let prose):
                cells.append([
                    "cell_type": "markdown", "id": .string("prose-\(position + 1)"), "metadata": [:],
                    "source": Self.lines(prose.text.withoutOuterLineEnds),
                ])
            case .cell(let cell):
                let hasRun = cell.record.seconds != nil
                if hasRun { executions += 1 }
                cells.append(code(cell, execution: hasRun ? executions : nil))
            }
        }
        let document: JSON = [
            "cells": .array(cells),
            "metadata": [
                "kernelspec": ["display_name": "Rhumb", "language": "rhumb", "name": "rhumb"],
                "language_info": [
                    "name": "rhumb", "file_extension": ".rhumb", "mimetype": "text/x-rhumb",
                    "version": .string(manifest.version),
                ],
                "title": .string(manifest.title),
                "rhumb": manifestFacts,
            ],
            "nbformat": 4, "nbformat_minor": 5,
        ]
        return document.text(indent: 1) + "\n"
    }

    private var manifestFacts: JSON {
        let manifest = run.manifest
        return [
            "status": .string(manifest.status.rawValue), "recipe": .string(manifest.recipe.path),
            "sha256": .string(manifest.recipe.sha256), "seed": .integer(Int(clamping: manifest.seed)),
            "started": .string(manifest.started), "seconds": .number(manifest.seconds),
            "parameters": .object(manifest.parameters.map { .init($0.name, $0.value) }),
        ]
    }

    private func code(_ cell: RunRecord.Cell, execution: Int?) -> JSON {
        var facts: [JSON.Member] = [
            .init("status", .string(cell.record.status.rawValue)), .init("line", .integer(cell.cell.line)),
        ]
        if let seconds = cell.record.seconds { facts.append(.init("seconds", .number(seconds))) }
        var metadata: [JSON.Member] = [.init("rhumb", .object(facts))]
        if let name = cell.cell.attributes.name { metadata.append(.init("name", .string(name))) }
        if cell.isHidden { metadata.append(.init("jupyter", ["source_hidden": true, "outputs_hidden": true])) }
        if cell.cell.attributes.mustFail { metadata.append(.init("tags", ["raises-exception"])) }
        return .object([
            .init("cell_type", "code"), .init("id", .string("cell-\(cell.number)")),
            .init("metadata", .object(metadata)),
            .init("execution_count", execution.map { .integer($0) } ?? .null),
            .init("source", Self.lines(cell.cell.code.text)),
            .init("outputs", .array((cell.outputs + note(on: cell)).flatMap(output))),
        ])
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

    /// Text as notebooks keep it: a list of lines, each with its end.
    private static func lines(_ text: String) -> JSON {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) + "\n" }
        let last = String((lines.popLast() ?? "").dropLast())
        if !last.isEmpty { lines.append(last) }
        return .array(lines.map { .string($0) })
    }
}
