import Basics
import Files

/// `ftfy.fix_text` of ftfy 6.3, but for what it does to text that was decoded wrongly: that is refused.
///
/// HTML's entities that end with a semicolon are read, Latin ligatures are taken apart, full-width and half-width forms
/// become ordinary ones, curled quotes straight, all line breaks `\n`; escape sequences of terminals and control
/// characters go; what is left is composed (NFC). Repeated until nothing changes, line by line.
struct TextRepair {
    let references: HTMLReferences
    /// What single characters become: ligatures, widths, quotes.
    private let characters: [Unicode.Scalar: [Unicode.Scalar]]
    private let removed: Set<Unicode.Scalar>
    /// Finds two or more characters that rarely stand beside each other but where UTF-8 was read as something else.
    private let mojibake: TextPattern
    /// What colours a terminal's text.
    private let escapes: TextPattern

    /// Beside the final consonants of Hangul; Swift 6.3 takes them for such.
    private static let apart: Set<Unicode.Scalar> = ["\u{11A7}", "\u{11C3}"]

    /// - Throws: `FileError` where the tables are not installed.
    init() throws {
        let json = try FileContents.json(BundledFile.url("text-repair.json", of: "CLIP"))
        references = HTMLReferences(json)
        var characters: [Unicode.Scalar: [Unicode.Scalar]] = [:]
        for member in json["characters"]?.members ?? [] {
            guard let scalar = member.key.unicodeScalars.first else { continue }
            characters[scalar] = Array((member.value.string ?? "").unicodeScalars)
        }
        self.characters = characters
        removed = Set((json["removed"]?.string ?? "").unicodeScalars)
        mojibake = try TextPattern(json["mojibake"]?.string ?? "")
        escapes = try TextPattern(#"\x1B\[(?:\d|;)*[a-zA-Z]"#)
    }

    /// - Parameter whole: the text, for the error.
    /// - Throws: `RhumbError` where ftfy would look for a mistaken encoding.
    func repaired(_ text: [Unicode.Scalar], of whole: String) throws(RhumbError) -> [Unicode.Scalar] {
        // Nothing of it can change.
        if text.allSatisfy({ ($0.value >= 32 && $0.value < 127 && $0 != "&") || $0 == "\n" }) { return text }
        var result: [Unicode.Scalar] = []
        var readsReferences = true
        var rest = text[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: "\n").map { $0 + 1 } ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[end...]
            // Whoever writes tags, it says, means the entities beside them.
            if line.contains("<") { readsReferences = false }
            result += try repaired(line: Array(line), readsReferences: readsReferences, of: whole)
        }
        return result
    }

    private func repaired(
        line: [Unicode.Scalar], readsReferences: Bool, of whole: String
    ) throws(RhumbError) -> [Unicode.Scalar] {
        var text = line
        while true {
            let before = text
            if readsReferences { text = references.entitiesRead(text) }
            if let found = try firstMojibake(text) { throw .mojibake(found, in: whole) }
            text = text.flatMap { characters[$0] ?? [$0] }
            text = Self.unixLines(text)
            text = try withoutEscapes(text).filter { !removed.contains($0) }
            text = Array(Normalizer.composed(text[...], in: Int.max - 1, apart: Self.apart))
            if text == before { return text }
        }
    }

    private func firstMojibake(_ text: [Unicode.Scalar]) throws(RhumbError) -> String? {
        guard text.contains(where: { $0.value > 127 }) else { return nil }
        let piece = try mojibake.pieces(of: text[...]).first { $0.isMatch }
        return piece.map { String(String.UnicodeScalarView(text[$0.range])) }
    }

    private static func unixLines(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for (place, scalar) in text.enumerated() {
            if scalar == "\n", place > 0, text[place - 1] == "\r" { continue }
            result.append(["\r", "\u{2028}", "\u{2029}"].contains(scalar) ? "\n" : scalar)
        }
        return result
    }

    private func withoutEscapes(_ text: [Unicode.Scalar]) throws(RhumbError) -> [Unicode.Scalar] {
        guard text.contains("\u{1B}") else { return text }
        var result: [Unicode.Scalar] = []
        for piece in try escapes.pieces(of: text[...]) where !piece.isMatch { result += text[piece.range] }
        return result
    }
}
