import Language

/// The record of a run as Markdown: the recipe's prose and code with what each cell gave below it.
///
/// Cells keep their `rhumb` fences, so a transcript is itself a recipe that can be run.
public struct Transcript: Sendable {
    public private(set) var text: String

    public init(heading: String = "") { text = heading }

    public mutating func append(prose: String) { append(block: prose) }

    public mutating func append(code: String) { append(block: Self.fenced(code, as: "rhumb")) }

    /// What a cell printed and the values it showed.
    public mutating func append(output: String) {
        let output = Self.withoutEscapes(output)
        if !output.allSatisfy(\.isWhitespace) { append(block: Self.fenced(output, as: "text")) }
    }

    public mutating func append(note: String) { append(block: "> " + note.replacing("\n", with: "\n> ")) }

    public mutating func append(figure: SavedFigure) {
        guard let image = figure.image else { return append(note: figure.files.joined(separator: ", ")) }
        let title = figure.title.isEmpty ? "figure" : figure.title
        let others = figure.files.filter { $0 != image }.map { "[\(Self.suffix($0))](\($0))" }
        append(block: "![\(title.replacing("]", with: "\\]"))](\(image))")
        if !others.isEmpty { append(block: "*\(title)*: " + others.joined(separator: " · ")) }
    }

    /// Blocks are separated by one empty line.
    mutating func append(block: String) {
        var block = block[...]
        while block.last?.isNewline == true { block.removeLast() }
        while block.first?.isNewline == true { block.removeFirst() }
        if !text.isEmpty { text += "\n" }
        text += block + "\n"
    }

    /// A fence longer than any run of backticks inside, so that output can't close it.
    package static func fenced(_ body: String, as language: String) -> String {
        var longest = 0
        var run = 0
        for character in body {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: max(3, longest + 1))
        var body = body[...]
        while body.last?.isNewline == true { body.removeLast() }
        return "\(fence)\(language)\n\(body)\n\(fence)"
    }

    private static func suffix(_ file: String) -> String {
        let suffix = file.split(separator: ".").last.map(String.init) ?? file
        return suffix == "gp" ? "gnuplot script" : suffix.uppercased()
    }

    /// Colours and other terminal codes have no place in a document.
    package static func withoutEscapes(_ text: String) -> String {
        guard text.utf8.contains(0x1B) else { return text }
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "\u{1B}" else {
                result.append(scalar)
                continue
            }
            guard scalars.first == "[" else { continue }
            scalars.removeFirst()
            while let next = scalars.popFirst(), !(0x40...0x7E).contains(next.value) {}
        }
        return String(result)
    }
}
