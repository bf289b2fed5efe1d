import Basics
import Files
import Notebook

extension RunPage {
    /// What the run was made of: the manifest, the time of each cell, the values at the end.
    mutating func addRun() {
        let manifest = run.manifest
        body += "<section class=\"run\">\n<h2 id=\"run\">About this run</h2>\n"
        var facts: [(name: String, html: String)] = [("status", HTML.escaped(run.statusSentence))]
        if let failure = manifest.failure {
            facts.append(("error", HTML.escaped(failure.message) + " <code>\(HTML.escaped(failure.location))</code>"))
        }
        facts += [
            ("recipe", Self.sealed(manifest.recipe)),
            ("command", "<code>\(HTML.escaped(manifest.command.joined(separator: " ")))</code>"),
            ("started", HTML.escaped(manifest.started)),
        ]
        if let finished = manifest.finished { facts.append(("finished", HTML.escaped(finished))) }
        facts += [
            ("time", Quantity.duration(run.seconds)),
            ("seed", "\(manifest.seed)"),
            ("software", HTML.escaped(manifest.software)),
            ("machine", HTML.escaped(Self.machine(manifest))),
        ]
        if let ranks = manifest.ranksText { facts.append(("ranks", HTML.escaped(ranks))) }
        if let safe = manifest.safe { facts.append(("safe mode", HTML.escaped(safe.text))) }
        if !manifest.exercises.isEmpty {
            let exercises = manifest.exercises.map { "\($0.name): \($0.isSolved ? "solved" : "open")" }
            facts.append(("exercises", HTML.escaped(exercises.joined(separator: ", "))))
        }
        if !manifest.inputs.isEmpty {
            facts.append(("files read", manifest.inputs.map(Self.sealed).joined(separator: "<br />")))
        }
        body += TableView.facts(facts)
        if !manifest.parameters.isEmpty {
            body +=
                "<h3>Parameters</h3>\n"
                + TableView.facts(
                    manifest.parameters.map { parameter in
                        let value = parameter.value.isNull ? "not reached" : parameter.value.shown
                        return (parameter.name, HTML.escaped(value) + (parameter.isSet ? " <em>as set</em>" : ""))
                    })
        }
        body += timings()
        let values = run.values
        if !values.isEmpty {
            body += "<details><summary>Values at the end</summary>\n"
            body +=
                TableView.facts(values.map { ($0.key, "<code>\(HTML.escaped($0.value.shown))</code>") })
                + "</details>\n"
        }
        body += "</section>\n"
    }

    private static func sealed(_ file: Manifest.Sealed) -> String {
        let sum = file.sha256.isEmpty ? "gone" : "SHA-256 " + file.sha256.prefix(16) + "…"
        return "\(HTML.escaped(file.path)) <code title=\"\(HTML.escaped(file.sha256))\">\(HTML.escaped(sum))</code>"
    }

    private static func machine(_ manifest: Manifest) -> String {
        let machine = manifest.machine
        return "\(machine.processor), \(manifest.threads) of \(machine.processorCount) threads, "
            + "\(Quantity.memory(machine.memory)), \(machine.features.joined(separator: " ")), \(machine.system)"
    }

    /// Which cells took the time.
    private func timings() -> String {
        let cells = run.manifest.cells
        let longest = max(cells.compactMap(\.seconds).max() ?? 0, .leastNormalMagnitude)
        var html = """
            <details><summary>Time and memory of each cell</summary>
            <div class="table"><table class="sortable">
            <thead><tr><th scope="col" class="number">cell</th><th scope="col">name</th><th scope="col">status</th>\
            <th scope="col" class="number">time</th><th scope="col" class="bar" aria-hidden="true"></th>\
            <th scope="col" class="number">memory</th></tr></thead>
            <tbody>

            """
        for cell in cells {
            let share = Int(((cell.seconds ?? 0) / longest * 100).rounded())
            html += "<tr><td data-sort=\"\(cell.number)\"><a href=\"#cell-\(cell.number)\">\(cell.number)</a></td>"
            html += HTML.element("td", cell.name ?? "") + HTML.element("td", cell.status.rawValue)
            html += HTML.element(
                "td", cell.seconds.map(Quantity.duration) ?? "", "data-sort=\"\(cell.seconds.map { "\($0)" } ?? "")\"")
            let bar = cell.seconds == nil ? "" : "<i style=\"width:\(share)%\"></i>"
            html += "<td class=\"bar\" aria-hidden=\"true\">\(bar)</td>"
            html += HTML.element(
                "td", cell.peakMemory.map(Quantity.memory) ?? "",
                "data-sort=\"\(cell.peakMemory.map(String.init) ?? "")\"")
            html += "</tr>\n"
        }
        return html + "</tbody>\n</table></div></details>\n"
    }
}

extension JSON {
    /// A value of a run in one line: a string without quotes, anything long cut.
    var shown: String {
        if let string { return Self.cut(string) }
        if self["type"]?.string == "table", let rows = self["rows"]?.integer, let file = self["file"]?.string {
            return "table of \(Words.count(rows, "row")), \(file)"
        }
        if self["type"]?.string != nil, let summary = self["summary"]?.string { return Self.cut(summary) }
        return Self.cut(text())
    }

    private static func cut(_ text: String) -> String { text.count > 160 ? text.prefix(159) + "…" : text }
}
