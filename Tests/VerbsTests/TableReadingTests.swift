import Files
import Foundation
import Language
import Plot
import TestSupport
import Verbs
import XCTest

/// `load FILE`, `rhumb plot FILE` and the reading of evaluations and reports give the same of every file.
final class TableReadingTests: XCTestCase {
    private let host = CollectingHost()
    private lazy var folder = TemporaryFolder(self)

    /// Files as trainers, spreadsheets and shells leave them.
    private static let files: [(name: String, text: String)] = [
        ("plain.csv", "step,loss\n1,0.9\n2,0.8\n"), ("crlf.csv", "step,loss\r\n1,0.9\r\n2,0.8\r\n"),
        ("cr.csv", "step,loss\r1,0.9\r2,0.8\r"), ("bom.csv", "\u{feff}step,loss\n1,0.9\n2,0.8"),
        ("german.csv", "\u{feff}Step;Verlust;Rate\r\n1;0,91;1e-4\r\n2;0,82;1e-4\r\n"),
        ("semicolons.csv", "step;loss, train;loss, val\n1;0.5;0.6\n2;0.4;0.5\n"),
        ("tabs.tsv", "step\tloss\n1\t0,5\n2\t0,4\n"), ("none.csv", "step,loss\n1,0.9\n2,None\n3,0.7\n"),
        ("words.csv", "a,b,c\n1,NaN,inf\n2,nan,-inf\n3,-NaN,Infinity\n4,,+inf\n5,NA,n/a\n"),
        ("words.tsv", "a\tb\n1\tnull\n2\t\n3\tNAN\n"), ("short.csv", "step,loss,kl\n1,0.9,0.1\n2,0.8\n3,0.7,0.2\n"),
        ("cut.csv", "step,loss,kl\n1,0.9,0.1\n2,0.8,0.2\n3,0.7"), ("long.csv", "a,b\n1,2\n3,4,5\n"),
        ("trailing.csv", "a,b\n1,2,\n3,4,\n"), ("twice.csv", "step,loss,loss\n1,0.9,0.1\n2,0.8,0.2\n"),
        ("again.csv", "step,loss\n1,0.9\nstep,loss\n3,0.7\n"), ("comment.csv", "# run 3\n# seed 1\nstep,loss\n1,0.9\n"),
        ("quotes.csv", "a,b\n1,\"x, \"\"y\"\"\"\n\"2\",\"two\nlines\"\n3,5\" pipe\n"),
        ("open.csv", "a,b\n1,\"never\n2,x\n"),
        ("after.csv", "a,b\n1,\"x\"y\n"), ("blanks.csv", "a, b\n 1, x\n\n2 ,y \n"), ("bare.csv", "1,2\n3,4\n"),
        ("header.csv", "a,b\n"), ("empty.csv", ""), ("one.csv", "prompt\na red apple\nx=1\n"),
        ("hex.csv", "id,v\n0x1F,1\n12,2\n"), ("units.csv", "use [%], memory\n95 %, 20 MiB\n0, 19 MiB\n"),
        ("big.csv", "n\n9007199254740993\n1e400\n-0\n1_000\n"), ("spaces.txt", "# step loss\n0 1.0\n1 0.5\n"),
        ("numbers.log", "0.5\n-1\n 2e3\n"),
        ("pairs.log", "start\nstep: 3 reward=0.52, kl = 1e-4\nstep: 4 kl=nan acc: 12%\n"),
        ("python.log", "{'loss': 2.125, 'epoch': 0.1}\n{'loss': 2.0, 'epoch': 0.2}\n"),
        ("python.jsonl", "{\"step\": 0, \"g\": Infinity}\n{\"step\": 1, \"g\": NaN}\n{\"step\": 2, \"g\": \"nan\"}\n"),
        ("mixed.jsonl", "{\"a\": 1}\n{\"a\": \"x\", \"b\": {\"c\": [1, 2]}}\nWARNING\n{\"a\": null, \"d\": true}\n"),
        ("cut.jsonl", "{\"step\":1,\"loss\":0.9}\n{\"step\":2,\"loss\":0.8}\n{\"step\":3,\"lo"),
        ("escapes.jsonl", "{\"a\": \"\\ud83d\\ude00\\n\"}\n{\"a\": \"\\ud83d\"}\n"),
    ]

    /// A cell as text, NaN and nothing told apart.
    private func cells(_ table: MetricsTable) -> [[String]] {
        table.columns.map { column in
            switch column.values {
            case .numbers(let numbers): [column.name] + numbers.map { $0.map { "\($0)" } ?? "none" }
            case .text(let texts):
                [column.name] + texts.map { $0.map { "'\($0)'" } ?? (table.isSeparated ? "''" : "none") }
            }
        }
    }

    private func cells(_ table: Table) -> [[String]] {
        table.columns.map { column in
            [column.name]
                + (0..<table.rowCount).map { row in
                    switch column.values[row] {
                    case .none: "none"
                    case .string(let text): "'\(text)'"
                    case .number(let number): "\(number)"
                    // A list of JSON lines stays one; a figure of it sees its text.
                    case .list(let items): "'\(Value.list(items).text)'"
                    default: "?"
                    }
                }
        }
    }

    /// What each way to read a file gives, or "refused".
    private func compare(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let url = try folder.write(name, bytes)
        host.notes = []
        // As `rhumb plot` reads it; names without rows it has nothing to draw of.
        let plotted = try? MetricsTable(contentsOf: url.path, named: name)
        // Whose suffix doesn't say that it is one is asked for as a table.
        let wanted = name.hasSuffix(".txt") ? " as: \"table\"" : ""
        let value = try? Interpreter(registry: .rhumb(), host: host).run(
            Source(name: "test", text: "load \"\(url.path)\"\(wanted)")
        ).value
        guard case .table(let loaded)? = value else {
            XCTAssertNil(plotted, "\(name): plotted and not loaded")
            XCTAssertTrue((try? TableFile.read(url))?.columns.isEmpty ?? true, "\(name): read and not loaded")
            return
        }
        guard let plotted else { return XCTAssertEqual(loaded.rowCount, 0, "\(name): loaded and not plotted") }
        XCTAssertEqual(cells(loaded), cells(plotted), name)
        XCTAssertEqual(
            host.notes.map { $0.replacing("\(url.path): ", with: "") }, plotted.notes, "\(name): the same is named")
        // The strict reading refuses what the others name, and else gives the same; units stay there.
        guard let strict = try? TableFile.read(url) else {
            return XCTAssertFalse(plotted.notes.isEmpty, "\(name): refused, and nothing is named")
        }
        guard plotted.columns.allSatisfy({ $0.unit == nil }) else { return }
        XCTAssertEqual(plotted.notes, [], "\(name): read strictly, and something is named")
        let asRead = cells(plotted).map { $0.map { plotted.isSeparated || $0 != "none" ? $0 : "" } }
        let columns = zip(strict.names, strict.columns).map { name, column in
            switch column {
            case .numbers(let numbers):
                [name] + numbers.map { $0.map { "\($0)" } ?? (plotted.isSeparated ? "none" : "") }
            case .texts(let texts): [name] + texts.map { !plotted.isSeparated && $0.isEmpty ? "" : "'\($0)'" }
            }
        }
        XCTAssertEqual(columns, asRead, "\(name): strictly")
    }

    func testEveryFileIsReadTheSame() throws {
        for (name, text) in Self.files { try compare(name, text.utf8) }
        let utf16 = [0xfeff] + Array("step,loss\r\n1,0.9\r\n".utf16)
        try compare("utf16.csv", utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
    }

    /// A log that is asked for as a table was cut at its commas.
    func testAskingForATableDoesNotChangeHowItIsRead() throws {
        for (name, text) in Self.files where name.hasSuffix(".log") || name.hasSuffix(".jsonl") {
            let url = try folder.write(name, text.utf8)
            let values = try ["", " as: \"table\""].map { wanted in
                try Interpreter(registry: .rhumb(), host: host).run(
                    Source(name: "test", text: "load \"\(url.path)\"\(wanted)")
                ).value.text
            }
            XCTAssertEqual(values[1], values[0], name)
        }
        try folder.write("prompts.txt", "prompt\na red apple\na dog\n".utf8)
        let prompts = try Interpreter(registry: .rhumb(), host: host).run(
            Source(name: "test", text: "load(\"\(folder["prompts.txt"])\", as: \"table\").prompt"))
        XCTAssertEqual(prompts.value.text, "[\"a red apple\", \"a dog\"]")
    }

    /// Small files of all that has a meaning in one, put together at random.
    func testRandomFilesAreReadTheSame() throws {
        let pieces = [
            "a", "b", "step", "loss", "1", "2", "0.5", "-1e-3", "nan", "NaN", "inf", "None", "NA", "-", "", " ", "0,5",
            ",", ",", ",", ",", ";", "\t", "\n", "\n", "\n", "\r\n", "\"", "\"\"", "#", "5 %", "x=1", ": ", "0x1F", "ü",
            "{\"a\": 1}", "{\"a\": [1, \"x\"]}", "[", "}", "\u{feff}",
        ]
        for seed in 0..<UInt64(Fuzz.count(400)) {
            var random = SplitMix(state: seed &+ Fuzz.seed &* 0x9E37_79B9)
            let count = Int.random(in: 1...30, using: &random)
            let text = "a,b\n" + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let name = ["f.csv", "f.tsv", "f.jsonl", "f.log"].randomElement(using: &random) ?? "f.csv"
            try compare(name, (seed % 3 == 0 ? String(text.dropFirst(4)) : text).utf8)
            if let failures = testRun?.failureCount, failures > 0 { return XCTFail("seed \(seed), \(name): \(text)") }
        }
    }
}
