import Files
import Language
import LanguageServer
import XCTest

/// An editor: it opens a text, asks for something at a mark in it, and keeps what it is told.
final class Client {
    let server: LanguageServer
    let uri: String
    private(set) var text = ""
    private(set) var diagnostics: [JSON] = []
    private var count = 0

    init(uri: String = "file:///work/book.md", start: Bool = true) throws {
        server = LanguageServer(registry: .withBuiltins(), version: "1")
        self.uri = uri
        if start { _ = try request("initialize", ["capabilities": [:]]) }
    }

    func send(_ method: String, _ parameters: JSON) {
        let told = server.receive(["jsonrpc": "2.0", "method": .string(method), "params": parameters])
        for message in told where message["method"]?.string == "textDocument/publishDiagnostics" {
            diagnostics = message["params"]?["diagnostics"]?.array ?? []
        }
    }

    /// The result, or the error.
    func raw(_ method: String, _ parameters: JSON) throws -> JSON {
        count += 1
        let id = JSON.integer(count)
        let answers = server.receive(["jsonrpc": "2.0", "id": id, "method": .string(method), "params": parameters])
        XCTAssertEqual(answers.count, 1)
        let answer = try XCTUnwrap(answers.first)
        XCTAssertEqual(answer["id"], id)
        return answer
    }

    func request(_ method: String, _ parameters: JSON) throws -> JSON {
        let answer = try raw(method, parameters)
        return try XCTUnwrap(answer["result"], "\(answer)")
    }

    func open(_ text: String, language: String = "markdown") {
        self.text = text
        send(
            "textDocument/didOpen",
            [
                "textDocument": [
                    "uri": .string(uri), "languageId": .string(language), "version": 1, "text": .string(text),
                ]
            ])
    }

    /// Asks at the place of the mark `‸` in a line of the text; the mark itself is not in what was opened.
    func at(_ marked: String) throws -> JSON {
        let parts = marked.components(separatedBy: "‸")
        XCTAssertEqual(parts.count, 2, marked)
        let found = try XCTUnwrap(text.range(of: parts[0] + parts[1]), marked)
        let before = text[..<text.index(found.lowerBound, offsetBy: parts[0].count)]
        let lines = before.components(separatedBy: "\n")
        return [
            "textDocument": ["uri": .string(uri)],
            "position": ["line": .integer(lines.count - 1), "character": .integer(lines[lines.count - 1].utf16.count)],
        ]
    }

    /// The text of a range, by the protocol's way of counting.
    func text(of range: JSON?) throws -> String {
        let lines = text.components(separatedBy: "\n").map { Array($0.utf16) }
        let start = try XCTUnwrap(range?["start"]), end = try XCTUnwrap(range?["end"])
        let line = try XCTUnwrap(start["line"]?.integer)
        XCTAssertEqual(line, end["line"]?.integer)
        let from = try XCTUnwrap(start["character"]?.integer), to = try XCTUnwrap(end["character"]?.integer)
        return String(decoding: lines[line][from..<to], as: UTF16.self)
    }
}

extension JSON {
    /// An object with one more member.
    func with(_ key: String, _ value: JSON) -> JSON { .object((members ?? []) + [.init(key, value)]) }
}
