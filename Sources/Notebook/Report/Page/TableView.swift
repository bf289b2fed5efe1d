/// A table as a page shows it: sorted by a click on a heading where scripts run.
enum TableView {
    static func html(_ table: ReportTable, file: String?) -> String {
        // A long table scrolls within itself.
        var html = table.shownCount > 24 ? "<div class=\"table long\">" : "<div class=\"table\">"
        html += "<table class=\"sortable\">\n<thead><tr>"
        for column in table.columns {
            html += HTML.element("th", column.name, "scope=\"col\"" + (column.isNumeric ? " class=\"number\"" : ""))
        }
        html += "</tr></thead>\n<tbody>\n"
        for row in 0..<table.shownCount {
            html += "<tr>"
            for column in table.columns {
                guard column.isNumeric else {
                    html += HTML.element("td", column.shown[row])
                    continue
                }
                html += HTML.element("td", column.shown[row], "data-sort=\"\(column.exact[row])\"")
            }
            html += "</tr>\n"
        }
        html += "</tbody>\n</table></div>\n"
        if table.rowCount > table.shownCount {
            let rest = file.map { "; all of them are in <code>\(HTML.escaped($0))</code>" } ?? ""
            html += "<p class=\"remark\">The first \(table.shownCount) of \(table.rowCount) rows\(rest).</p>\n"
        }
        return html
    }

    /// A table of two columns that is not to be sorted: names and what they stand for, the latter as HTML.
    static func facts(_ facts: [(name: String, html: String)]) -> String {
        "<dl>\n" + facts.map { "<dt>\(HTML.escaped($0.name))</dt><dd>\($0.html)</dd>\n" }.joined() + "</dl>\n"
    }
}
