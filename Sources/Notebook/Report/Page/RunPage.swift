import Language
import Notebook

/// The page of one run.
struct RunPage {
    let run: RunRecord
    let code: CodeView
    var body = ""
    private var prose: ProseRenderer
    private var headings: [ProseRenderer.Heading] = []
    /// Drawings so far, each of which gets names of its own.
    private var drawingCount = 0
    /// Trainings whose curves the page has.
    private var drawnHistories: [TrainingHistory] = []

    init(_ run: RunRecord, isVerb: @escaping (String) -> Bool) {
        self.run = run
        code = CodeView(run.recipe.cells, isVerb: isVerb)
        let path = run.manifest.recipe.path
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let texts = run.parts.compactMap { part in
            if case .prose(let prose) = part { prose.text } else { nil }
        }
        prose = ProseRenderer(folder: folder, texts: texts, reserved: ["run", "contents", "training"])
    }

    /// The whole page.
    func text() -> String {
        var page = self
        for part in run.parts {
            switch part {
            case .prose(let prose): page.add(prose)
            case .cell(let cell): page.add(cell)
            }
        }
        page.addSavedHistories()
        page.addRun()
        let content = """
            \(page.contents(isAside: true))<main>
            \(page.header())\(page.contents(isAside: false))\(page.body)</main>

            """
        return PageFrame.page(title: run.manifest.title, body: content)
    }

    // MARK: Head

    private func header() -> String {
        let manifest = run.manifest
        var facts = [
            "<span class=\"status \(manifest.status.rawValue)\">\(HTML.escaped(run.statusSentence))</span>",
            "<time datetime=\"\(HTML.escaped(manifest.started))\">\(HTML.escaped(Quantity.moment(manifest.started)))</time>",
            Quantity.duration(run.seconds),
            "<a href=\"#run\">about this run</a>",
        ]
        let given = manifest.parameters.filter(\.isSet).map { "\($0.name) = \($0.value.shown)" }
        if !given.isEmpty { facts.insert(HTML.escaped(given.joined(separator: ", ")), at: 3) }
        return """
            <header>
            <h1>\(HTML.escaped(manifest.title))</h1>
            <p class="facts">\(facts.joined(separator: " <span class=\"dot\">·</span> "))</p>
            </header>

            """
    }

    /// The headings as links: beside the text on a wide screen, folded above it on a narrow one.
    private func contents(isAside: Bool) -> String {
        let entries = headings.filter { $0.level == 2 || $0.level == 3 }
        guard entries.count > 1 else { return "" }
        let all = entries + [.init(level: 2, text: "About this run", identifier: "run")]
        let items = all.map { heading in
            "<li class=\"level\(heading.level)\"><a href=\"#\(HTML.escaped(heading.identifier))\">\(HTML.escaped(heading.text))</a></li>\n"
        }.joined()
        return isAside
            ? "<nav class=\"aside\" aria-label=\"Contents\">\n<ol>\n\(items)</ol>\n</nav>\n"
            : "<details class=\"contents\"><summary>Contents</summary>\n<ol>\n\(items)</ol>\n</details>\n"
    }

    // MARK: Parts

    private mutating func add(_ part: Recipe.Prose) {
        var html = ""
        for block in prose.blocks(part.text) {
            if let heading = block.heading {
                // The page has its title already.
                if heading.level == 1, headings.isEmpty, heading.text == run.manifest.title { continue }
                headings.append(heading)
            }
            html += block.html
        }
        if !html.isEmpty { body += "<div class=\"prose\">\n\(html)</div>\n" }
    }

    private mutating func add(_ cell: RunRecord.Cell) {
        if cell.isHidden { return }
        let status = cell.record.status
        if case .solution = cell.cell.attributes.role {
            body += "<details class=\"solution\"><summary>A solution</summary>\n"
        }
        body +=
            "<section class=\"cell \(status.rawValue)\" id=\"cell-\(cell.number)\" aria-label=\"Cell \(cell.number)\">\n"
        let fault = cell.failure.flatMap { failure in
            failure.file == run.recipe.path ? failure.line - cell.cell.line + 1 : nil
        }
        body += "<div class=\"code\"><p class=\"timing\">\(timing(cell.record))</p>"
        body += "<pre><code>\(code.html(cell.cell.code, fault: fault))</code></pre></div>\n"
        if !cell.outputs.isEmpty {
            body += "<div class=\"outputs\">\n"
            for output in cell.outputs { add(output) }
            body += "</div>\n"
        }
        if case .solution = cell.cell.attributes.role {
            body += "</section>\n</details>\n"
            return
        }
        if let remark = run.remark(on: cell) { body += HTML.element("p", remark, "class=\"remark end\"") + "\n" }
        body += "</section>\n"
    }

    private func timing(_ record: Manifest.Cell) -> String {
        var number = "<a href=\"#cell-\(record.number)\">\(record.number)</a>"
        if let name = record.name { number = HTML.escaped(name) + " <span class=\"dot\">·</span> " + number }
        guard let seconds = record.seconds else { return number }
        let memory = record.peakMemory.map { "largest memory \(Quantity.memory($0))" } ?? ""
        return "\(number) <span class=\"dot\">·</span> <span title=\"\(memory)\">\(Quantity.duration(seconds))</span>"
    }

    private mutating func add(_ output: Shown) {
        switch output {
        case .text(let text):
            if !text.allSatisfy(\.isWhitespace) { body += Self.preformatted(text) }
        case .value(let display, _): body += Self.preformatted(display)
        case .note(let note):
            // A table, as `profile` gives it, keeps its columns.
            let tag = note.contains("\n  ") ? "pre" : "p"
            body += HTML.element(tag, note, "class=\"remark\"") + "\n"
        case .figures(let figures): add(figures)
        case .table(let display, let file):
            guard let file, let table = ReportTable(file: file, in: run) else {
                body += Self.preformatted(display)
                return
            }
            body += TableView.html(table, file: file)
            if let data = TrainingHistory.shown(file, in: run) { add(data) }
        case .error(let failure):
            body +=
                "<div class=\"failure\(failure.isExpected ? " expected" : "")\">\(Self.preformatted(failure.text))</div>\n"
        }
    }

    private static func preformatted(_ text: String) -> String {
        // HTML drops a line end right after the tag.
        "<pre class=\"text\">\n\(HTML.escaped(text.withoutOuterLineEnds))</pre>\n"
    }

    private mutating func add(_ figures: [Shown.Figure]) {
        body += figures.count > 1 ? "<div class=\"gallery\">\n" : ""
        for figure in figures {
            body += "<figure>\(image(of: figure))"
            // A drawing has its title in it; a picture of dots only says what it is in its name.
            if figure.file("svg") == nil {
                body += HTML.element("figcaption", figure.saved.title.isEmpty ? figure.display : figure.saved.title)
            }
            body += "</figure>\n"
        }
        body += figures.count > 1 ? "</div>\n" : ""
    }

    /// The drawing where it is not much larger than the picture, else the picture; in words if the files are gone.
    private mutating func image(of figure: Shown.Figure) -> String {
        let title = figure.saved.title.isEmpty ? "figure" : figure.saved.title
        let picture = (figure.file("png") ?? figure.file("jpg")).flatMap(run.bytes).flatMap(Picture.init)
        if let svg = figure.file("svg").flatMap(run.bytes), svg.count <= Self.mostBytes(of: picture) {
            drawingCount += 1
            let text = String(decoding: svg, as: UTF8.self)
            if let drawing = Drawing(text, prefix: "d\(drawingCount)-", alternative: title) { return drawing.html }
        }
        let density = figure.file("svg") == nil ? 1 : 2
        return picture?.html(alternative: title, density: density)
            ?? HTML.element("p", "The figure's files are gone: \(title)", "class=\"remark\"")
    }

    /// A map of thousands of points is smaller, and quicker to draw, as a picture.
    private static func mostBytes(of picture: Picture?) -> Int {
        picture.map { max(100_000, $0.bytes.count * 2) } ?? .max
    }

    // MARK: Training

    private mutating func add(_ history: TrainingHistory) {
        drawnHistories.append(history)
        body += TrainingCurves(history: history).html()
    }

    /// Of a training that the recipe saved without showing its history.
    private mutating func addSavedHistories() {
        let fresh = TrainingHistory.saved(in: run).filter { saved in
            !drawnHistories.contains { $0.steps == saved.history.steps && $0.metrics == saved.history.metrics }
        }
        guard !fresh.isEmpty else { return }
        let heading = ProseRenderer.Heading(level: 2, text: "Training", identifier: "training")
        headings.append(heading)
        body += "<section>\n<h2 id=\"training\">Training</h2>\n"
        for (file, history) in fresh {
            body +=
                "<p class=\"remark\"><code>\(HTML.escaped(file))</code></p>\n" + TrainingCurves(history: history).html()
        }
        body += "</section>\n"
    }
}
