import Language
import Notebook

/// Code as a page shows it.
struct CodeView {
    /// Whether a name is that of a verb, unless the run gives it a value of its own.
    private let isVerb: (String) -> Bool

    init(_ cells: [Recipe.Cell], isVerb: @escaping (String) -> Bool) {
        let names = cells.reduce(into: Set<String>()) { $0.formUnion($1.code.declaredNames) }
        self.isVerb = { !names.contains($0) && isVerb($0) }
    }

    /// - Parameter fault: the line, counted from 1 within the code, at which the run ended.
    func html(_ code: Source, fault: Int? = nil) -> String {
        let bytes = Array(code.text.utf8)
        var html = ""
        var position = 0
        func add(_ range: Range<Int>) { html += HTML.escaped(String(decoding: bytes[range], as: UTF8.self)) }
        for span in code.spans(isVerb: isVerb) {
            add(position..<span.range.lowerBound)
            html += "<span class=\"\(Self.letters[span.kind] ?? "")\">"
            add(span.range)
            html += "</span>"
            position = span.range.upperBound
        }
        add(position..<bytes.count)
        while html.hasSuffix("\n") { html.removeLast() }
        // No span goes over the end of a line, so that lines can be marked whole.
        if let fault {
            var lines = html.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.indices.contains(fault - 1) { lines[fault - 1] = "<mark>\(lines[fault - 1])</mark>" }
            html = lines.joined(separator: "\n")
        }
        return html
    }

    private static let letters: [CodeSpan.Kind: String] = [
        .comment: "c", .keyword: "k", .number: "n", .string: "s", .verb: "v", .label: "l", .symbol: "p",
    ]
}
