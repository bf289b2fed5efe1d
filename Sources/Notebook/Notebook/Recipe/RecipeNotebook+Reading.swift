import Basics
import Files
import Language

/// A notebook that is no recipe: what of it has no place in one.
package enum NotebookError: ExplainedError, Equatable {
    case unreadable(String, reason: String)
    case tooOld(String, format: Int)
    case otherLanguage(String, language: String)
    case rawCell(String, number: Int)
    case attachments(String, number: Int)
    case fenceInMarkdown(String, number: Int)

    package var message: String {
        switch self {
        case .unreadable(let path, let reason): "'\(path)' is no Jupyter notebook: \(reason)"
        case .tooOld(let path, let format): "'\(path)' is a notebook of format \(format), and must be of format 4"
        case .otherLanguage(let path, let language): "'\(path)' is a notebook of '\(language)', not of Rhumb"
        case .rawCell(let path, let number): "cell \(number) of '\(path)' is raw, which a recipe has no place for"
        case .attachments(let path, let number):
            "cell \(number) of '\(path)' holds a picture, which a recipe has no place for"
        case .fenceInMarkdown(let path, let number):
            "the Markdown of cell \(number) of '\(path)' holds a 'rhumb' fence, which a recipe would run"
        }
    }

    package var hint: String {
        switch self {
        case .unreadable: "save it from Jupyter again"
        case .tooOld: "jupyter nbconvert --to notebook --nbformat 4 FILE"
        case .otherLanguage: "choose the kernel 'Rhumb' for it in Jupyter: rhumb jupyter install"
        case .rawCell: "make it Markdown or code; a raw cell may only stand first, with front matter between '---'"
        case .attachments: "save the picture as a file, and name that: ![title](picture.png)"
        case .fenceInMarkdown: "make it a code cell, or mark it as not to be run: ```rhumb skip"
        }
    }
}

extension RecipeNotebook {
    /// The recipe in a notebook. Outputs are left aside.
    ///
    /// - Parameter path: what messages call it.
    /// - Throws: ``NotebookError``.
    package static func text(ofNotebook bytes: [UInt8], path: String) throws -> String {
        let notebook = try json(ofNotebook: bytes, path: path)
        let metadata = notebook["metadata"]
        var text = ""
        for (position, cell) in (notebook["cells"]?.array ?? []).enumerated() {
            let block = try block(cell, number: position + 1, path: path)
            if block.isEmpty { continue }
            text += cell["metadata"]?["rhumb"]?["before"]?.string ?? (text.isEmpty ? "" : gap)
            text += block
        }
        return text + (metadata?["rhumb"]?["end"]?.string ?? (text.isEmpty ? "" : "\n"))
    }

    /// A notebook of this language, with its cells.
    ///
    /// - Throws: ``NotebookError``.
    static func json(ofNotebook bytes: [UInt8], path: String) throws -> JSON {
        let notebook: JSON
        do {
            notebook = try bytes.withUnsafeBytes { try JSON(parsing: $0) }
        } catch let error as JSONError {
            throw NotebookError.unreadable(path, reason: "\(error)")
        }
        guard let format = notebook["nbformat"]?.integer else {
            throw NotebookError.unreadable(path, reason: "it says no 'nbformat'")
        }
        guard format == 4 else { throw NotebookError.tooOld(path, format: format) }
        guard notebook["cells"]?.array != nil else {
            throw NotebookError.unreadable(path, reason: "it has no 'cells'")
        }
        let metadata = notebook["metadata"]
        let languages = [metadata?["kernelspec"]?["language"], metadata?["language_info"]?["name"]]
        let language = languages.lazy.compactMap { $0?.string }.first { !$0.isEmpty }
        if let language, language != "rhumb" { throw NotebookError.otherLanguage(path, language: language) }
        return notebook
    }

    private static func block(_ cell: JSON, number: Int, path: String) throws -> String {
        let source =
            cell["source"]?.string ?? cell["source"]?.array?.compactMap(\.string).joined()
        guard let type = cell["cell_type"]?.string, let source else {
            throw NotebookError.unreadable(path, reason: "cell \(number) has no 'cell_type' or no 'source'")
        }
        if let pictures = cell["attachments"]?.members, !pictures.isEmpty {
            throw NotebookError.attachments(path, number: number)
        }
        switch type {
        case "code":
            let isBlank = source.allSatisfy(\.isWhitespace) && cell["metadata"]?["rhumb"] == nil
            return isBlank ? "" : fence(source, cell["metadata"])
        case "markdown":
            // One that runs would be a cell of the recipe, which it is not in Jupyter.
            let recipe = try? Recipe(path: "cell.md", text: source)
            guard recipe?.cells.allSatisfy(\.attributes.doesNotRun) ?? false else {
                throw NotebookError.fenceInMarkdown(path, number: number)
            }
            return source
        case "raw":
            let isFrontMatter = source.hasPrefix("---\n") && (source.hasSuffix("\n---") || source.hasSuffix("\n---\n"))
            guard number == 1, isFrontMatter else { throw NotebookError.rawCell(path, number: number) }
            return source
        default: throw NotebookError.unreadable(path, reason: "cell \(number) is of the unknown type '\(type)'")
        }
    }

    private static func fence(_ code: String, _ metadata: JSON?) -> String {
        let facts = metadata?["rhumb"]
        // A fence in a list or a quotation, or of tildes.
        if let raw = facts?["fence"]?.string {
            let lines = raw.split(separator: "\n", omittingEmptySubsequences: false)
            if let fence = refilled(lines.map(String.init), with: code) { return fence }
        }
        let tags = metadata?["tags"]?.array ?? []
        return fence(code, facts?["attributes"]?.string ?? (tags.contains("raises-exception") ? "fails" : ""))
    }

    /// A fence as it stood in the recipe, with code that may have changed since.
    ///
    /// - Returns: nil where the fence could not hold it.
    private static func refilled(_ fence: [String], with code: String) -> String? {
        guard fence.count >= 2, let opening = fence.first, let closing = fence.last,
            let mark = opening.firstIndex(where: { $0 == "`" || $0 == "~" })
        else { return nil }
        let old = fence.dropFirst().dropLast()
        let new = code.isEmpty && old.isEmpty ? [] : code.split(separator: "\n", omittingEmptySubsequences: false)
        let margins = zip(old, new).map { $0.dropLast($1.count) }
        let isSame =
            old.count == new.count && zip(old, new).allSatisfy { $0.hasSuffix($1) }
            && margins.allSatisfy { $0.allSatisfy { " \t>".contains($0) } }
        if isSame { return fence.joined(separator: "\n") }
        let marker = String(opening[mark...].prefix { $0 == opening[mark] })
        guard !code.contains(marker) else { return nil }
        // Later lines of a list item stand below its text, not behind its mark.
        let margin = String(closing.prefix { " \t>".contains($0) })
        return ([opening] + new.map { margin + $0 } + [closing]).joined(separator: "\n")
    }
}
