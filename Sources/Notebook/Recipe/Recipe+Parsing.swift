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
        // A mark of the byte order is no text, and a lone carriage return ends a line in Markdown too.
        let plain = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        source = Source(name: path, text: plain.replacing("\r\n", with: "\n").replacing("\r", with: "\n"))
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
        title = frontMatter.first { $0.key == "title" }?.value ?? reader.firstHeading ?? Recipe.stem(path)
    }

    /// Reads a file.
    ///
    /// - Throws: as ``init(reading:as:)``.
    public init(reading path: String) throws { try self.init(reading: path, as: path) }

    /// Reads a file.
    ///
    /// - Parameter name: what messages call it.
    /// - Throws: `RunError.unreadable`, or `Diagnostic` as ``init(path:text:)``.
    public init(reading path: String, as name: String) throws {
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
        try self.init(path: name, text: text)
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

    /// A script may open with a comment that says what it is.
    private static func scriptTitle(_ text: String) -> String? {
        let lines = text.split(separator: "\n", maxSplits: 2)
        guard let line = lines.first(where: { !$0.hasPrefix("#!") }), line.hasPrefix("#") else { return nil }
        let title = line.drop { $0 == "#" }.trimmed
        return title.isEmpty ? nil : title
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
