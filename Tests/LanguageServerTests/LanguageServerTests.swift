import Files
import Foundation
import Language
import LanguageServer
import TestSupport
import XCTest

/// Sessions of an editor with the server, a feature each. Positions count UTF-16 units, so the texts have emoji.
final class LanguageServerTests: XCTestCase {
    private let book = """
        # A book 🐶

        ```rhumb
        param rounds = 4 "how often"
        # Twice as much.
        func twice(x, by = 2) { return x * by }
        s = "🐶🐶"; n = twice(rounds, by: 3)
        ```

        * in a list 🐶

          ```rhumb
          print "🐶 {n}" s twice(n)
          sort [3, 1] descending: true
          ```
        """

    func testLifeOfASession() throws {
        let client = try Client(start: false)
        XCTAssertEqual(try client.raw("textDocument/hover", [:])["error"]?["code"]?.integer, -32002)
        let capabilities = try client.request("initialize", [:])["capabilities"]
        XCTAssertEqual(capabilities?["positionEncoding"]?.string, "utf-16")
        XCTAssertEqual(capabilities?["textDocumentSync"]?["change"]?.integer, 2)
        XCTAssertEqual(try client.raw("initialize", [:])["error"]?["code"]?.integer, -32600)
        XCTAssertEqual(try client.raw("no/such", [:])["error"]?["code"]?.integer, -32601)
        XCTAssertEqual(
            try client.raw("textDocument/hover", ["textDocument": ["uri": "file:///x"]])["error"]?["code"]?.integer,
            -32602)
        XCTAssertEqual(try client.request("shutdown", [:]), .null)
        XCTAssertEqual(try client.raw("textDocument/hover", [:])["error"]?["code"]?.integer, -32600)
        XCTAssertNil(client.server.exitCode)
        client.send("exit", [:])
        XCTAssertEqual(client.server.exitCode, 0)
        XCTAssertEqual(LanguageServer.garbled("x")["error"]?["code"]?.integer, -32700)
    }

    func testExitWithoutShutdownIsAFailure() throws {
        let client = try Client()
        client.send("exit", [:])
        XCTAssertEqual(client.server.exitCode, 1)
    }

    func testDiagnosticsWhileOneTypes() throws {
        let client = try Client()
        client.open(book)
        XCTAssertEqual(client.diagnostics, [])
        // 🐶 is two units: the name behind it is found by them.
        client.open(book.replacingOccurrences(of: "{n}", with: "{m}"))
        XCTAssertEqual(client.diagnostics.count, 1)
        XCTAssertEqual(client.diagnostics[0]["code"]?.string, "unknown-name")
        XCTAssertEqual(client.diagnostics[0]["severity"]?.integer, 1)
        XCTAssertEqual(try client.text(of: client.diagnostics[0]["range"]), "m")
        client.open("```rhumb\nx = 1\n```\n")
        XCTAssertEqual(client.diagnostics.map { $0["severity"]?.integer }, [2])
        XCTAssertEqual(client.diagnostics[0]["tags"], [1])
        client.open("```rhumb\nx = 1\n")
        XCTAssertEqual(
            client.diagnostics.map { $0["message"]?.string?.hasPrefix("this fence is never closed") }, [true])
        client.send("textDocument/didClose", ["textDocument": ["uri": .string(client.uri)]])
        XCTAssertEqual(client.diagnostics, [])
    }

    /// Changes come in pieces, one after another, each counted in the text that the last one left.
    func testChangesInPieces() throws {
        let client = try Client(uri: "file:///work/a.rhumb")
        client.open("print \"🐶\" one\nprint 2\n", language: "rhumb")
        XCTAssertEqual(client.diagnostics.count, 1)
        func change(_ from: (Int, Int), _ to: (Int, Int), _ text: String) -> JSON {
            func position(_ place: (Int, Int)) -> JSON {
                ["line": .integer(place.0), "character": .integer(place.1)]
            }
            return ["range": ["start": position(from), "end": position(to)], "text": .string(text)]
        }
        func send(_ changes: JSON) {
            client.send(
                "textDocument/didChange",
                ["textDocument": ["uri": .string(client.uri), "version": 2], "contentChanges": changes])
        }
        // `one` starts at unit 11, as the dog takes two.
        send([change((0, 11), (0, 14), "1"), change((1, 6), (1, 7), "\r\n  two"), change((9, 0), (9, 9), "\nthree")])
        XCTAssertEqual(
            client.diagnostics.map { $0["range"]?["start"] },
            [["line": 2, "character": 2], ["line": 4, "character": 0]])
        send([["text": "print 1"]])
        XCTAssertEqual(client.diagnostics, [])
        send([change((0, 6), (0, 7), "[")])
        XCTAssertEqual(client.diagnostics.map { $0["code"]?.string }, ["syntax"])
    }

    func testHover() throws {
        let client = try Client()
        client.open(book)
        func hover(_ marked: String) throws -> String? {
            try client.request("textDocument/hover", client.at(marked))["contents"]?["value"]?.string
        }
        XCTAssertEqual(try hover("\"🐶 {‸n}"), "```rhumb\nn = twice(rounds, by: 3)\n```")
        XCTAssertEqual(try hover("n = twice(rou‸nds"), "```rhumb\nparam rounds = 4 \"how often\"\n```")
        XCTAssertEqual(
            try hover("s tw‸ice(n)"), "```rhumb\nfunc twice(x, by = 2)\n```\n\nTwice as much.")
        XCTAssertEqual(try hover("so‸rt [3")?.contains("```\nsort "), true)
        XCTAssertEqual(try hover("descen‸ding: true")?.contains("an option of `sort`"), true)
        XCTAssertEqual(try hover("ret‸urn x")?.contains("func name(parameter"), true)
        // An option on a line of its own belongs to the command above.
        client.open("```rhumb\nsort [1]\n    descending: true\nsort [2]\n```\n")
        XCTAssertEqual(try hover("desc‸ending")?.contains("an option of `sort`"), true)
        client.open(book)
        XCTAssertNil(try hover("# A bo‸ok"))
        XCTAssertNil(try hover("Twice as mu‸ch"))
        let range = try client.request("textDocument/hover", client.at("\"🐶 {n‸}"))["range"]
        XCTAssertEqual(try client.text(of: range), "n")
    }

    func testCompletion() throws {
        let client = try Client()
        client.open(book + "\n\n```rhumb\nprint \"🐶\" tw\nsort [1] \nfunc f(inner) { return inn }\nf(1)\n```\n")
        func items(_ marked: String) throws -> [JSON] {
            try client.request("textDocument/completion", client.at(marked))["items"]?.array ?? []
        }
        let twice = try XCTUnwrap(items("\"🐶\" tw‸").first)
        XCTAssertEqual(twice["label"]?.string, "twice")
        XCTAssertEqual(twice["detail"]?.string, "func twice(x, by = 2)")
        XCTAssertEqual(twice["documentation"]?.string, "Twice as much.")
        XCTAssertEqual(try client.text(of: twice["textEdit"]?["range"]), "tw")
        XCTAssertTrue(try items("sort [1] ‸").contains { $0["label"]?.string == "descending:" })
        XCTAssertEqual(try items("return inn‸").map { $0["label"]?.string }, ["inner"])
        XCTAssertFalse(
            try items("print \"🐶\" ‸tw").contains { $0["label"]?.string == "inner" }, "another function's own")
        let verb = try XCTUnwrap(items("pri‸nt \"🐶\" tw").first { $0["label"]?.string == "print" })
        XCTAssertNil(verb["documentation"])
        let resolved = try client.request("completionItem/resolve", verb)
        XCTAssertEqual(resolved["documentation"]?["kind"]?.string, "markdown")
        XCTAssertEqual(try client.request("textDocument/completion", client.at("# A bo‸ok")), .null)
    }

    func testSignatureHelp() throws {
        let client = try Client()
        client.open(book)
        func help(_ marked: String) throws -> (label: String, active: String?) {
            let help = try client.request("textDocument/signatureHelp", client.at(marked))
            let signature = try XCTUnwrap(help["signatures"]?.array?.first)
            let label = try XCTUnwrap(signature["label"]?.string)
            let parameters = signature["parameters"]?.array ?? []
            let index = try XCTUnwrap(help["activeParameter"]?.integer)
            guard parameters.indices.contains(index), let range = parameters[index]["label"]?.array else {
                return (label, nil)
            }
            let units = Array(label.utf16)[range[0].integer!..<range[1].integer!]
            return (label, String(decoding: units, as: UTF16.self))
        }
        XCTAssertEqual(try help("n = twice(‸rounds").label, "twice(x, by = 2)")
        XCTAssertEqual(try help("n = twice(‸rounds").active, "x")
        XCTAssertEqual(try help("twice(rounds, by: ‸3").active, "by = 2")
        XCTAssertEqual(try help("sort [3, 1] descending: ‸true").active, "[descending: …]")
        client.open("```rhumb\nsort [1]\n    descending: true by: 1\nlen [2]\n```\n")
        XCTAssertEqual(try help("descending: tr‸ue").active, "[descending: …]")
        XCTAssertEqual(try help("len ‸[2").active, "value")
        client.open(book)
        XCTAssertEqual(try help("sort [3, 1] ‸desc").label.hasPrefix("sort "), true)
        XCTAssertEqual(try client.request("textDocument/signatureHelp", client.at("# A b‸ook")), .null)
    }

    func testDefinitionAndReferences() throws {
        let client = try Client()
        client.open(book)
        let definition = try client.request("textDocument/definition", client.at("\"🐶 {‸n}")).array?.first
        XCTAssertEqual(definition?["uri"]?.string, client.uri)
        XCTAssertEqual(definition?["range"]?["start"]?["line"]?.integer, 6)
        XCTAssertEqual(try client.text(of: definition?["range"]), "n")
        let parameters = try client.at("fu‸nc twice")
        XCTAssertEqual(try client.request("textDocument/definition", parameters), .null)
        let all = try client.request("textDocument/references", client.at("func tw‸ice")).array ?? []
        XCTAssertEqual(all.map { $0["range"]?["start"]?["line"]?.integer }, [5, 6, 12])
        for place in all { XCTAssertEqual(try client.text(of: place["range"]), "twice") }
        let uses = try client.request(
            "textDocument/references", client.at("func tw‸ice").with("context", ["includeDeclaration": false]))
        XCTAssertEqual(uses.array?.count, 2)
    }

    func testImportedFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rhumb-lsp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let library = folder.appendingPathComponent("lib ä.rhumb")
        try Data("\nfunc area(w) { return w * w }\n".utf8).write(to: library)
        let client = try Client(uri: folder.appendingPathComponent("book.rhumb").absoluteString)
        client.open("import \"lib ä.rhumb\"\nprint area(2)\n", language: "rhumb")
        XCTAssertEqual(client.diagnostics, [])
        let definition = try client.request("textDocument/definition", client.at("print ar‸ea")).array?.first
        XCTAssertEqual(definition?["uri"]?.string, library.absoluteString)
        XCTAssertEqual(definition?["range"]?["start"], ["line": 1, "character": 5])
        let file = try client.request("textDocument/definition", client.at("import \"lib‸")).array?.first
        XCTAssertEqual(file?["uri"]?.string, library.absoluteString)
        let refusal = try client.raw("textDocument/rename", client.at("print ar‸ea").with("newName", "size"))
        XCTAssertEqual(refusal["error"]?["message"]?.string?.contains("which this can't change"), true)
    }

    func testSymbols() throws {
        let client = try Client()
        client.open(book)
        let symbols = try client.request("textDocument/documentSymbol", ["textDocument": ["uri": .string(client.uri)]])
        XCTAssertEqual(symbols.array?.map { $0["name"]?.string }, ["rounds", "twice", "s", "n"])
        XCTAssertEqual(symbols.array?.map { $0["kind"]?.integer }, [14, 12, 13, 13])
        XCTAssertEqual(try client.text(of: symbols.array?[3]["range"]), "n = twice(rounds, by: 3)")
        XCTAssertEqual(try client.text(of: symbols.array?[3]["selectionRange"]), "n")
    }

    func testRename() throws {
        let client = try Client()
        client.open(book)
        func edits(_ marked: String, _ name: String) throws -> [String] {
            let edit = try client.request("textDocument/rename", client.at(marked).with("newName", .string(name)))
            return try (edit["changes"]?[client.uri]?.array ?? []).map {
                XCTAssertEqual($0["newText"]?.string, name)
                let start = $0["range"]?["start"]
                return "\(start?["line"]?.integer ?? -1):\(start?["character"]?.integer ?? -1) "
                    + (try client.text(of: $0["range"]))
            }
        }
        XCTAssertEqual(try edits("\"🐶 {‸n}", "amount"), ["6:12 n", "12:13 n", "12:25 n"])
        // An argument is also what calls name.
        XCTAssertEqual(try edits("twice(x, b‸y = 2)", "factor"), ["5:14 by", "5:35 by", "6:30 by"])
        func refusal(_ marked: String, _ name: String) throws -> String {
            try client.raw("textDocument/rename", client.at(marked).with("newName", .string(name)))["error"]?[
                "message"]?
                .string ?? "none"
        }
        XCTAssertTrue(try refusal("{‸n}", "s").contains("in use"))
        XCTAssertTrue(try refusal("{‸n}", "for").contains("no name"))
        XCTAssertTrue(try refusal("{‸n}", "1x").contains("no name"))
        XCTAssertTrue(try refusal("{‸n}", "print").contains("a verb's name"))
        XCTAssertTrue(try refusal("so‸rt [", "x").contains("not a name of this file"))
        let range = try client.request("textDocument/prepareRename", client.at("{‸n}"))
        XCTAssertEqual(range["placeholder"]?.string, "n")
    }

    func testFormatting() throws {
        let client = try Client()
        client.open("# 🐶\n\n* a\n\n  ```rhumb\n  x=1\n  print   x\n  ```\n\ntext  stays\n")
        let ask: JSON = ["textDocument": ["uri": .string(client.uri)], "options": ["tabSize": 4]]
        let edits = try client.request("textDocument/formatting", ask)
        XCTAssertEqual(
            edits.array?.first?["newText"]?.string,
            "# 🐶\n\n* a\n\n  ```rhumb\n  x = 1\n  print x\n  ```\n\ntext  stays\n")
        client.open("```rhumb\nx = [\n```\n")
        XCTAssertEqual(try client.request("textDocument/formatting", ask), .null)
        client.open("```rhumb\nx = 1\nx\n```\n")
        XCTAssertEqual(try client.request("textDocument/formatting", ask), [])
    }

    func testQuarto() throws {
        let client = try Client(uri: "file:///work/a.qmd")
        client.open("---\njupyter: rhumb\n---\n\n```{rhumb}\n#| echo: false\nx=1\nprint y\n```\n", language: "quarto")
        XCTAssertEqual(client.diagnostics.map { $0["code"]?.string }, ["unused-name", "unknown-name"])
        XCTAssertEqual(client.diagnostics.map { $0["range"]?["start"]?["line"]?.integer }, [6, 7])
        let edits = try client.request(
            "textDocument/formatting", ["textDocument": ["uri": .string(client.uri)], "options": [:]])
        XCTAssertEqual(
            edits.array?.first?["newText"]?.string,
            "---\njupyter: rhumb\n---\n\n```{rhumb}\n#| echo: false\nx = 1\nprint y\n```\n")
    }

    /// Halves of words, wherever the cursor stands: an answer, never a crash.
    func testEveryPlaceOfEveryBeginning() throws {
        let client = try Client(uri: "file:///work/a.rhumb")
        let text =
            "func f(x, y = 2) { return \"🐶 {x + y:.2f}\" }\nfor i in 0..3 { print f(i, y: [1, {a: i}]) |> len }\n"
        for end in text.indices {
            let part = String(text[..<end])
            client.open(part, language: "rhumb")
            let last = part.components(separatedBy: "\n")
            let place: JSON = [
                "textDocument": ["uri": .string(client.uri)],
                "position": [
                    "line": .integer(last.count - 1), "character": .integer(last[last.count - 1].utf16.count),
                ],
            ]
            for method in ["hover", "completion", "signatureHelp", "definition", "references", "documentSymbol"] {
                XCTAssertNotNil(try client.raw("textDocument/" + method, place)["result"], "\(method) \(part)")
            }
        }
    }
}
