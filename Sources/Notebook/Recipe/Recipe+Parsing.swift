import FoundationEssentials
import Glibc
import Language

extension Recipe {
    /// Reads the text of a recipe (`.md`) or of a script (any other suffix: the whole text is one cell).
    ///
    /// - Parameter path: how the user named the file; errors name it so.
    /// - Throws: `Diagnostic` of kind `syntax` at a fence that is never closed or has an unknown attribute.
    public init(path: String, text: String) throws(Diagnostic) {
        self.path = path
        source = Source(name: path, text: text.replacing("\r\n", with: "\n"))
        let text = source.text
        guard Recipe.isMarkdown(path) else {
            frontMatter = []
            title = Recipe.scriptTitle(text) ?? Recipe.stem(path)
            parts = [.cell(Cell(number: 1, code: source, attributes: Attributes()))]
            return
        }
        var reader = RecipeReader(source: source)
        frontMatter = reader.takeFrontMatter()
        parts = try reader.takeParts()
        title = frontMatter.first { $0.key == "title" }?.value ?? Recipe.firstHeading(parts) ?? Recipe.stem(path)
    }

    /// Reads a file.
    ///
    /// - Throws: `RunError.unreadable`, or `Diagnostic` as ``init(path:text:)``.
    public init(reading path: String) throws {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch {
            var status = stat()
            let reason =
                stat(path, &status) != 0
                ? String(cString: strerror(errno))
                : status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "permission denied"
            throw RunError.unreadable(path: path, reason: reason)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RunError.unreadable(path: path, reason: "it is not text in UTF-8")
        }
        try self.init(path: path, text: text)
    }

    /// What its run folders are called: the file's name without its suffix.
    public var name: String { Self.stem(path) }

    static func isMarkdown(_ path: String) -> Bool {
        path.hasSuffix(".md") || path.hasSuffix(".markdown")
    }

    /// The file's name without folder and suffix: `recipes/quickstart.md` is `quickstart`.
    static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    private static func firstHeading(_ parts: [Part]) -> String? {
        for case .prose(let prose) in parts {
            for line in prose.text.split(separator: "\n") where line.hasPrefix("# ") { return line.dropFirst(2).trimmed }
        }
        return nil
    }

    /// A script may open with a comment that says what it is.
    private static func scriptTitle(_ text: String) -> String? {
        let lines = text.split(separator: "\n", maxSplits: 2)
        guard let line = lines.first(where: { !$0.hasPrefix("#!") }), line.hasPrefix("#") else { return nil }
        let title = line.drop { $0 == "#" }.trimmed
        return title.isEmpty ? nil : title
    }
}

/// Goes through a Markdown file line by line.
private struct RecipeReader {
    let source: Source
    let lines: [Substring]
    var next = 0

    init(source: Source) {
        self.source = source
        lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    mutating func takeFrontMatter() -> [Recipe.FrontMatterEntry] {
        guard lines.first?.trimmed == "---", let end = lines.dropFirst().firstIndex(where: { $0.trimmed == "---" }) else {
            return []
        }
        next = end + 1
        return (1..<end).compactMap { index in
            guard let colon = lines[index].firstIndex(of: ":") else { return nil }
            var value = lines[index][lines[index].index(after: colon)...].trimmed
            if value.count >= 2, let quote = value.first, quote == value.last, quote == "\"" || quote == "'" {
                value = String(value.dropFirst().dropLast())
            }
            return .init(key: lines[index][..<colon].trimmed, value: value, place: place(of: index))
        }
    }

    mutating func takeParts() throws(Diagnostic) -> [Recipe.Part] {
        var parts: [Recipe.Part] = []
        var proseStart = next
        var cellCount = 0
        func appendProse(upTo end: Int) {
            let text = lines[proseStart..<end].joined(separator: "\n")
            if !text.allSatisfy(\.isWhitespace) { parts.append(.prose(.init(text: text, line: proseStart + 1))) }
        }
        while next < lines.count {
            guard let fence = Fence(lines[next]) else {
                next += 1
                continue
            }
            let opening = next
            guard let closing = lines[(opening + 1)...].firstIndex(where: fence.isClosed(by:)) else {
                // A fence of another language may run to the end of the file, as CommonMark has it.
                guard fence.language == "rhumb" else { break }
                throw Diagnostic(
                    .syntax, "this fence is never closed", at: place(of: opening),
                    label: "opened here", help: "end the cell with a line of \(fence.marker)")
            }
            next = closing + 1
            guard fence.language == "rhumb" else { continue }
            appendProse(upTo: opening)
            proseStart = next
            cellCount += 1
            let code = lines[(opening + 1)..<closing].map(fence.withoutIndentation).joined(separator: "\n")
            parts.append(
                .cell(
                    .init(
                        number: cellCount, code: Source(name: source.name, text: code, lineOffset: opening + 1),
                        attributes: try attributes(fence, line: opening))))
        }
        next = lines.count
        appendProse(upTo: lines.count)
        return parts
    }

    private func attributes(_ fence: Fence, line: Int) throws(Diagnostic) -> Recipe.Attributes {
        var attributes = Recipe.Attributes()
        var words = fence.words[...]
        while let word = words.popFirst() {
            if let setting = Recipe.Attributes.settings.first(where: { $0.word == word }) {
                guard let name = words.popFirst(), name.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) })
                else {
                    throw Diagnostic(
                        .syntax, "'\(word)' needs a word of letters, digits, '-' and '_'", at: place(of: line, word: word))
                }
                setting.set(&attributes, String(name))
            } else if let flag = Recipe.Attributes.flags.first(where: { $0.word == word }) {
                flag.set(&attributes)
            } else {
                let known = Recipe.Attributes.settings.map { $0.word + " WORD" } + Recipe.Attributes.flags.map(\.word)
                throw Diagnostic(
                    .syntax, "unknown attribute '\(word)' of a cell", at: place(of: line, word: word),
                    help: "a cell takes " + known.map { "'\($0)'" }.joined(separator: ", "))
            }
        }
        return attributes
    }

    /// The place of a zero-based line, or of a word on it.
    private func place(of line: Int, word: Substring? = nil) -> Place {
        let found = word ?? lines[line].drop { $0 == " " }
        let start = source.text.utf8.distance(from: source.text.startIndex, to: found.startIndex)
        return Place(source: source, range: start..<(start + found.utf8.count))
    }
}

/// The opening line of a fenced block: three or more backticks or tildes, then the info string.
private struct Fence {
    let marker: String
    let indentation: Int
    let language: Substring
    /// What follows the language.
    let words: [Substring]

    init?(_ line: Substring) {
        let body = line.drop { $0 == " " }
        guard let mark = body.first, mark == "`" || mark == "~" else { return nil }
        let info = body.drop { $0 == mark }
        let count = body.count - info.count
        // CommonMark: an info string after backticks has none itself, so that `` ```code``` `` stays inline.
        guard count >= 3, mark == "~" || !info.contains("`") else { return nil }
        marker = String(repeating: mark, count: count)
        indentation = line.count - body.count
        let all = info.split(whereSeparator: \.isWhitespace)
        language = all.first ?? ""
        words = Array(all.dropFirst())
    }

    func isClosed(by line: Substring) -> Bool {
        let body = line.trimmed
        return body.hasPrefix(marker) && body.allSatisfy { $0 == marker.first }
    }

    func withoutIndentation(_ line: Substring) -> Substring {
        let spaces = line.prefix(indentation).prefix { $0 == " " }
        return line.dropFirst(spaces.count)
    }
}

extension Substring {
    /// Without white space at both ends.
    var trimmed: String {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
