import FoundationEssentials
import Glibc
import Language

extension Recipe {
    /// Reads the text of a recipe (`.md`) or of a script (any other suffix: the whole text is one cell).
    ///
    /// - Parameter path: how the user named the file; errors name it so. With `.ipynb` at its end the text is the
    ///   recipe that a notebook was.
    /// - Throws: `Diagnostic` of kind `syntax` at a fence that is never closed or has an unknown attribute.
    public init(path: String, text: String) throws(Diagnostic) {
        self.path = path
        // A mark of the byte order is not text, and a lone carriage return ends a line in Markdown too.
        let plain = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        source = Source(name: path, text: plain.replacing("\r\n", with: "\n").replacing("\r", with: "\n"))
        let text = source.text
        guard Recipe.isMarkdown(path) || Recipe.isNotebook(path) || Recipe.isQuarto(path) else {
            frontMatter = []
            title = Recipe.scriptTitle(text) ?? Recipe.stem(path)
            let lines = 0..<text.split(separator: "\n", omittingEmptySubsequences: false).count
            parts = [.cell(Cell(number: 1, code: source, attributes: Attributes(), lines: lines))]
            bodyStart = 0
            return
        }
        var reader = RecipeReader(source: source)
        frontMatter = reader.takeFrontMatter()
        bodyStart = reader.start
        parts = try reader.takeParts()
        title = frontMatter.first { $0.key == "title" }?.value ?? reader.firstHeading ?? Recipe.stem(path)
    }

    /// Reads a file.
    ///
    /// - Throws: as ``init(reading:as:)``.
    public init(reading path: String) throws { try self.init(reading: path, as: path) }

    /// Reads a file; of a Jupyter notebook the recipe that it is.
    ///
    /// - Parameter name: what messages call it.
    /// - Throws: `RunError.unreadable`, `NotebookError`, or `Diagnostic` as ``init(path:text:)``.
    public init(reading path: String, as name: String) throws {
        let bytes = try Self.bytes(of: path)
        if Self.isNotebook(path) {
            try self.init(path: name, text: RecipeNotebook.text(ofNotebook: bytes, path: name))
            return
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RunError.unreadable(path: path, reason: "it is not UTF-8 text")
        }
        try self.init(path: name, text: text)
    }

    /// Longer ones are not text that somebody wrote.
    private static let longest = 64 << 20

    /// All bytes of a file, or of a pipe as the shell's `<(…)` makes it.
    private static func bytes(of path: String) throws -> [UInt8] {
        func unreadable(_ reason: String) -> RunError { .unreadable(path: path, reason: reason) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR, !Interrupt.isRequested { continue }
            guard count >= 0 else {
                throw unreadable(errno == EISDIR ? "it is a folder" : String(cString: strerror(errno)))
            }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= longest else { throw unreadable("it is longer than \(longest >> 20) MB") }
        }
    }

    /// What its run folders are called: the file's name without its suffix.
    public var name: String { Self.stem(path) }

    package static func isMarkdown(_ path: String) -> Bool {
        path.hasSuffix(".md") || path.hasSuffix(".markdown")
    }

    package static func isNotebook(_ path: String) -> Bool { path.hasSuffix(".ipynb") }

    /// The recipe as a Jupyter notebook without outputs.
    package var notebook: String { RecipeNotebook(self).text(title: title) }

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
