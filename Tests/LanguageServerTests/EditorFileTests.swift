import Basics
import Files
import Foundation
import Language
import LanguageServer
import Notebook
import Verbs
import XCTest

/// The editors' files are those of the verbs and of the lexer, and colour recipes as the lexer reads them.
final class EditorFileTests: XCTestCase {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private let registry = Registry.rhumb()

    func testTheFilesAreCurrent() throws {
        let files = EditorFiles(registry: registry, version: Rhumb.version).all
        XCTAssertEqual(files.count, 7)
        for (path, text) in files {
            let file = Self.root.appendingPathComponent("docs/editors/" + path)
            let written = try String(contentsOf: file, encoding: .utf8)
            XCTAssertTrue(written == text, "\(path) is not current: rhumb editor --write docs/editors")
            if path.hasSuffix(".json") { XCTAssertNoThrow(try JSON(parsing: text)) }
        }
    }

    /// What the lexer says of each UTF-16 unit of a line; reserved words, signs and texts by their kinds.
    private func lexed(_ text: String) -> [[String?]] {
        let source = Source(name: "t", text: text)
        var units = text.components(separatedBy: "\n").map { [String?](repeating: nil, count: $0.utf16.count) }
        for span in source.spans(isVerb: { [registry] in registry[$0] != nil }) {
            let before = source.slice(0..<span.range.lowerBound).components(separatedBy: "\n")
            let start = before[before.count - 1].utf16.count
            let count = source.slice(span.range).utf16.count
            for unit in start..<start + count { units[before.count - 1][unit] = span.kind.rawValue }
        }
        return units
    }

    /// The same of a grammar's names.
    private func kind(_ name: String?) -> String? {
        guard let name else { return nil }
        let kinds = [
            ("comment", "comment"), ("keyword.control", "keyword"), ("constant.language", "keyword"),
            ("constant.numeric", "number"), ("string", "string"), ("constant.character.escape", "string"),
            ("punctuation.section.embedded", "string"), ("constant.other.placeholder", "string"),
            ("support.function", "verb"), ("entity.other.attribute-name", "label"), ("keyword.operator", "symbol"),
        ]
        return kinds.first { name.hasPrefix($0.0) }?.1
    }

    private func check(_ text: String, _ grammar: TextMate, _ place: String) throws {
        let lines = text.components(separatedBy: "\n")
        let named = try grammar.names(of: text), wanted = lexed(text)
        for (index, line) in lines.enumerated() {
            let units = Array(line.utf16)
            let got = named[index].map(kind)
            guard let unit = units.indices.first(where: { got[$0] != wanted[index][$0] && units[$0] != 0x20 }) else {
                continue
            }
            XCTFail(
                "\(place) line \(index + 1), unit \(unit): \(got[unit] ?? "nothing"), the lexer has "
                    + "\(wanted[index][unit] ?? "nothing"): \(line)")
        }
    }

    func testTheGrammarReadsRecipesAsTheLexerDoes() throws {
        let grammar = TextMate(EditorFiles(registry: registry, version: "1").grammar)
        let paths = try Recipe.files(at: [Self.root.path + "/recipes", Self.root.path + "/docs/language.md"])
        XCTAssertGreaterThan(paths.count, 20)
        for path in paths {
            for cell in try Recipe(reading: path).cells where !cell.attributes.mustFail {
                try check(cell.code.text, grammar, "\(path), cell \(cell.number)")
            }
        }
    }

    func testTheGrammarReadsOddTexts() throws {
        let grammar = TextMate(EditorFiles(registry: registry, version: "1").grammar)
        for text in [
            "print \"a {len([1, \"}\"]):.2f} \\{ {plot: 1} # {x:>4}\" # 🐶 \"", "time print 1\ntime = 2\nx.time; time x",
            "r.print + r.if + 0..len(x) + 1e-3 + 1_000.5e+2", "f(for: 1, print: 2, within: 3) ≈ 2 within 0.1",
            "x = 'a \\ {b' \"\\u{1F436}\\\\\" é_1", "if x{param y = 1}", "within", "{plot: {a: plot}}",
            "\"{ {a: plot}.a:d} {f(\"{x}\")}\"",
        ] {
            try check(text, grammar, text)
        }
    }

    /// A letter for each character of a sample, as Pygments reads it by the lexer made for it: `pygments_kinds.py`.
    func testThePygmentsLexerReadsAsTheLexerDoes() throws {
        func golden(_ name: String) throws -> String {
            let file = try XCTUnwrap(Bundle.module.resourceURL).appendingPathComponent("Golden/\(name)")
            return try String(contentsOf: file, encoding: .utf8)
        }
        let text = try golden("sample.rhumb")
        let source = Source(name: "t", text: text)
        var kinds = [Character](repeating: ".", count: text.utf8.count)
        for span in source.spans(isVerb: { [registry] in registry[$0] != nil }) {
            let letter = span.kind == .symbol ? "o" : span.kind.rawValue.first!
            for byte in span.range { kinds[byte] = letter }
        }
        var lines = [""]
        var byte = 0
        for scalar in text.unicodeScalars {
            if scalar == "\n" { lines.append("") } else { lines[lines.count - 1].append(kinds[byte]) }
            byte += UTF8.width(scalar)
        }
        let wanted = try golden("sample.kinds").components(separatedBy: "\n")
        XCTAssertEqual(wanted.count, lines.count)
        for (line, (its, mine)) in zip(text.components(separatedBy: "\n"), zip(wanted, lines)) {
            func withoutBlanks(_ kinds: String) -> String {
                String(zip(line.unicodeScalars, kinds).filter { $0.0 != " " }.map(\.1))
            }
            XCTAssertEqual(withoutBlanks(its), withoutBlanks(mine), line)
        }
    }
}
