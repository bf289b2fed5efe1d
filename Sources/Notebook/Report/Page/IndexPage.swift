import Basics
import Notebook

/// The page of a folder of runs.
struct IndexPage {
    let index: RunIndex
    /// The folder of runs as seen from the page, with a slash at its end unless it is the page's own.
    private let prefix: String

    /// - Parameter file: where the page goes.
    init(_ index: RunIndex, file: String) {
        self.index = index
        prefix = RelativePath.prefix(of: index.folder, fromFile: file)
    }

    func text() -> String {
        let name = RelativePath.components(index.folder).last ?? "/"
        let title = name == "runs" ? "Runs" : "Runs in " + name
        var html = """
            <main>
            <header>
            <h1>\(HTML.escaped(title))</h1>
            <p class="facts">\(Words.count(index.entries.count, "run")), newest first</p>
            </header>
            <div class="table"><table class="sortable runs">
            <thead><tr><th scope="col">run</th><th scope="col">status</th><th scope="col">started</th>\
            <th scope="col" class="number">time</th><th scope="col">parameters</th><th scope="col" \
            aria-label="figure"></th></tr></thead>
            <tbody>

            """
        for entry in index.entries { html += row(entry) }
        html += "</tbody>\n</table></div>\n"
        if !index.damaged.isEmpty {
            html += "<h2>Damaged</h2>\n<p>These folders hold runs that can't be read.</p>\n<ul>\n"
            for run in index.damaged {
                html += "<li>\(HTML.escaped(run.name)): \(HTML.escaped(run.reason))</li>\n"
            }
            html += "</ul>\n"
        }
        return PageFrame.page(title: title, body: html + "</main>\n", ownImages: true)
    }

    private func row(_ entry: RunIndex.Entry) -> String {
        let manifest = entry.manifest
        let parameters = manifest.parameters.map { parameter in
            let text = HTML.escaped("\(parameter.name) = \(parameter.value.isNull ? "–" : parameter.value.shown)")
            return parameter.isSet ? "<b>\(text)</b>" : text
        }
        let report = HTML.escaped(RelativePath.address(prefix + entry.name + "/" + Report.Format.html.fileName))
        return """
            <tr><td class="name"><a \
            href="\(report)">\(HTML.escaped(manifest.title))</a><small>\(HTML.escaped(entry.name))</small></td>\
            <td><span class="status \(manifest.status.rawValue)">\(entry.status)</span></td>\
            <td class="when"><time \
            datetime="\(HTML.escaped(manifest.started))">\(HTML.escaped(Quantity.moment(manifest.started)))</time></td>\
            <td data-sort="\(manifest.seconds)" class="when">\(Quantity.duration(manifest.seconds))</td>\
            <td class="parameters">\(parameters.joined(separator: "<br />"))</td>\
            <td class="figure">\(figure(entry))</td></tr>

            """
    }

    private func figure(_ entry: RunIndex.Entry) -> String {
        guard let figure = entry.figure else { return "" }
        let address = RelativePath.address(prefix + entry.name + "/" + figure)
        return
            "<img src=\"\(HTML.escaped(address))\" alt=\"a figure of \(HTML.escaped(entry.manifest.title))\" loading=\"lazy\" />"
    }
}
