import Language
import Markdown

extension Recipe {
    /// What `rhumb help recipe.md` says: title, first paragraph, and the parameters that `--set` can change.
    ///
    /// - Throws: `Diagnostic` for a cell that does not follow the grammar.
    public func help() throws(Diagnostic) -> String {
        let parameters = try parameters()
        var text = title + "\n"
        if let opening { text += "\n" + opening + "\n" }
        guard !parameters.isEmpty else { return text + "\n\(path) has no parameters.\n" }
        text += "\nparameters, for rhumb run \(path) --set name=value\n"
        let kinds = parameters.map { $0.typeName ?? "" }
        let defaults = parameters.map { parameter in
            "default \(parameter.defaultText)" + (parameter.short.map { ", short \($0.text)" } ?? "")
        }
        func width(_ column: [String]) -> Int { (column.map(\.displayWidth).max() ?? 0) + 2 }
        let widths = [width(parameters.map(\.name)), width(kinds), width(defaults)]
        for (position, parameter) in parameters.enumerated() {
            let line =
                "  " + parameter.name.padded(to: widths[0]) + kinds[position].padded(to: widths[1])
                + defaults[position].padded(to: widths[2]) + parameter.help
            text += line[...].trimmingEnd + "\n"
        }
        return text
    }

    /// The first paragraph.
    private var opening: String? {
        for case .prose(let prose) in parts {
            guard let tree = MarkdownTree(prose.text), let first = tree.blocks.first(where: { $0.kind == .paragraph })
            else { continue }
            return tree.lines[first.lines].joined(separator: "\n")
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmingEnd: String {
        var rest = self
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
