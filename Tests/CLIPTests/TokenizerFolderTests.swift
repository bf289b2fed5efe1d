import CLIP
import Files
import TestSupport
import XCTest

/// Folders whose files disagree on the special tokens, or add tokens: what counts is what counts in transformers
/// (Golden/make_tokenizer_folders.py).
final class TokenizerFolderTests: XCTestCase {
    private struct Golden {
        let texts: [String]
        let length: Int
        let cases: [JSON]

        init() throws {
            let json = try JSON(parsing: goldenFiles.data("tokenizer-folders.golden.json"))
            texts = (json["texts"]?.array ?? []).compactMap(\.string)
            length = try XCTUnwrap(json["length"]?.integer)
            cases = try XCTUnwrap(json["cases"]?.array)
        }
    }

    /// A folder of a case, with the vocabulary of Golden/tokenizer.
    private func folder(_ json: JSON) throws -> URL {
        let folder = temporaryFolder(), base = goldenFiles.url("tokenizer")
        if json["has_json"]?.bool == true {
            try Tokenizer(folder: base).json.text().write(
                to: folder.appendingPathComponent("tokenizer.json"), atomically: true, encoding: .utf8)
        } else {
            for name in ["vocab.json", "merges.txt"] {
                try FileManager.default.copyItem(
                    at: base.appendingPathComponent(name), to: folder.appendingPathComponent(name))
            }
        }
        for file in json["files"]?.members ?? [] {
            try AtomicFile.write(file.value.text(), to: folder.appendingPathComponent(file.key))
        }
        return folder
    }

    private func identifiers(_ json: JSON) -> [[Int]] {
        (json["ids"]?.array ?? []).map { ($0.array ?? []).compactMap(\.integer) }
    }

    func testWhichFileCounts() throws {
        let golden = try Golden()
        XCTAssertEqual(golden.cases.count, 7)
        for json in golden.cases {
            let name = json["name"]?.string ?? ""
            let tokenizer = try Tokenizer(folder: folder(json))
            XCTAssertEqual(tokenizer.specialTokens.padding, json["padding"]?.string, name)
            let rows = try tokenizer.encode(golden.texts, padding: .length(golden.length)).rows
            XCTAssertEqual(rows, identifiers(json), name)
        }
    }

    /// transformers 4 reads the vocabulary, the merges and the configuration that are saved; 5 the whole tokenizer.
    func testWhatIsSavedIsReadByEveryVersion() throws {
        let golden = try Golden()
        for json in golden.cases {
            let name = json["name"]?.string ?? "", saved = temporaryFolder()
            try Tokenizer(folder: folder(json)).save(to: saved)
            for removed in [nil, "tokenizer.json"] {
                if let removed { try FileManager.default.removeItem(at: saved.appendingPathComponent(removed)) }
                let again = try Tokenizer(folder: saved)
                XCTAssertEqual(again.specialTokens.padding, json["padding"]?.string, name)
                let rows = try again.encode(golden.texts, padding: .length(golden.length)).rows
                XCTAssertEqual(rows, identifiers(json), "\(name) without \(removed ?? "nothing")")
            }
            let merges = try FileContents.bytes(of: saved.appendingPathComponent("merges.txt"))
            XCTAssertEqual(
                merges, try FileContents.bytes(of: goldenFiles.url("tokenizer/merges.txt")), name)
            // For Golden/check_saved_tokenizers.py.
            if let place = ProcessInfo.processInfo.environment["RHUMB_SAVED_TOKENIZERS"] {
                let other = URL(fileURLWithPath: place).appendingPathComponent(name.replacing(" ", with: "-"))
                try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
                try Tokenizer(folder: folder(json)).save(to: other)
            }
        }
    }

    func testTokenWithoutIdentifierIsNamed() throws {
        let folder = try folder(XCTUnwrap(Golden().cases.first))
        try AtomicFile.write(
            #"{"additional_special_tokens": ["<nowhere>"]}"#,
            to: folder.appendingPathComponent("special_tokens_map.json"))
        XCTAssertThrowsError(try Tokenizer(folder: folder)) {
            XCTAssert("\($0)".contains("the special token '<nowhere>' of the tokenizer has no identifier"), "\($0)")
        }
        try AtomicFile.write(#"{"<far>": "x"}"#, to: folder.appendingPathComponent("added_tokens.json"))
        XCTAssertThrowsError(try Tokenizer(folder: folder)) {
            XCTAssert("\($0)".contains("the token '<far>' has no identifier"), "\($0)")
        }
    }
}
