import Basics
import CLIP
import Files
import TestSupport
import XCTest

/// Parts of tokenizers other than CLIP's own, against the tokenizers library (Golden/make_tokenizer.py).
final class TokenizerKindTests: XCTestCase {
    private func strings() throws -> [String] {
        try Texts.make(seed: 3, count: 160).map { text in
            String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{166D}" && $0 != "\u{111C9}" }))
        }
    }

    /// The small vocabulary that models without one of their own are given.
    private func trained() throws -> [JSON.Member] {
        let vocabulary = try JSON(parsing: goldenFiles.data("tokenizer/vocab.json"))
        let lines = String(decoding: try goldenFiles.data("tokenizer/merges.txt"), as: UTF8.self).split(separator: "\n")
        return [.init("vocab", vocabulary), .init("merges", .array(lines.dropFirst().map { .string(String($0)) }))]
    }

    func testEveryKind() throws {
        let strings = try strings()
        let trained = try trained()
        let cases = try XCTUnwrap(JSON(parsing: goldenFiles.data("tokenizer-kinds.golden.json")).array)
        XCTAssertEqual(cases.count, 33)
        for json in cases {
            let name = try XCTUnwrap(json["name"]?.string)
            var tokenizer = try XCTUnwrap(json["tokenizer"]?.members)
            let place = try XCTUnwrap(tokenizer.firstIndex { $0.key == "model" })
            if tokenizer[place].value["vocab"] == nil {
                tokenizer[place].value = .object((tokenizer[place].value.members ?? []) + trained)
            }
            let read = try Tokenizer(json: .object(tokenizer), configuration: [:])
            let again = try Tokenizer(json: JSON(parsing: read.json.text()), configuration: [:])
            for (block, hash) in (json["hashes"]?.array ?? []).enumerated() {
                let texts = strings[block * 16..<block * 16 + 16]
                let rows = try texts.map { try read.encode($0) }
                XCTAssertEqual(TokenizerTests.hash(rows), hash.string, "\(name), strings from \(block * 16)")
                XCTAssertEqual(try texts.map { try again.encode($0) }, rows, "\(name) after writing")
            }
        }
    }

    func testWhatIsNotSupportedIsNamed() throws {
        let words: JSON = ["type": "WordLevel", "vocab": ["a": 0, "[UNK]": 1], "unk_token": "[UNK]"]
        func split(_ pattern: String) -> JSON {
            ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated", "invert": false]
        }
        let cases: [(JSON, String)] = [
            (["model": ["type": "Unigram", "vocab": [:]]], "the tokenizer's model 'Unigram' is not supported"),
            (
                ["model": words, "normalizer": ["type": "BertNormalizer"]],
                "the tokenizer's normalizer 'BertNormalizer'"
            ),
            (["model": words, "pre_tokenizer": ["type": "Metaspace"]], "the tokenizer's pre-tokenizer 'Metaspace'"),
            (["model": words, "post_processor": ["type": "Other"]], "the tokenizer's post-processor 'Other'"),
            (["model": words, "pre_tokenizer": split("a(")], "'a(' has an unclosed '('"),
            (["model": words, "pre_tokenizer": split("(a")], "'(a' has an unclosed '('"),
            (["model": words, "pre_tokenizer": split("[a")], "'[a' has an unclosed '['"),
            (["model": words, "pre_tokenizer": split("(a*)*")], "a repetition of what can be empty"),
            (["model": words, "pre_tokenizer": split("*")], "a repetition of nothing"),
            (["model": words, "pre_tokenizer": split("(?<name>a)")], "the group '(?<'"),
            (["model": words, "pre_tokenizer": split("\\p{Han}")], "the property '\\p{Han}'"),
            (["model": words, "pre_tokenizer": split("\\b")], "'\\b'"),
            (["model": words, "pre_tokenizer": split("a++")], "a possessive or doubled repetition"),
            (["model": words, "pre_tokenizer": split("a{3,2}")], "the count '{3,2}'"),
            (["model": words, "pre_tokenizer": split("a{9999}")], "the count '{9999}'"),
            (["model": words, "pre_tokenizer": split("a)")], "an unmatched ')'"),
            (["model": words, "pre_tokenizer": split("\\")], "a backslash at the end"),
            (["model": ["type": "WordLevel", "vocab": ["a": -1]]], "the token 'a' has the identifier -1"),
            (
                ["model": ["type": "WordLevel", "vocab": ["a": 99_999_999]]],
                "the token 'a' has the identifier 99999999"
            ),
            (["model": ["type": "WordLevel", "vocab": ["a": "x"]]], "the token 'a' has no identifier"),
            (["model": ["type": "BPE", "vocab": ["a": 0], "merges": ["a"]]], "merge rule 1"),
            (["model": ["type": "BPE", "vocab": ["a": 0], "merges": ["a b"]]], "merge rule 1 joins 'a' and 'b'"),
            (["model": ["type": "BPE", "vocab": ["a": 0], "dropout": 0.1]], "BPE option 'dropout'"),
            (
                ["model": ["type": "BPE", "vocab": ["a": 0], "unk_token": "u"]],
                "unknown token 'u' is not in its vocabulary"
            ),
            (["model": ["type": "BPE"]], "no usable 'vocab'"),
            ([:], "no usable 'model'"),
        ]
        for (json, message) in cases {
            XCTAssertThrowsError(try Tokenizer(json: json, configuration: [:]), json.text()) {
                XCTAssert($0 is RhumbError && "\($0)".contains(message), "\($0) should say: \(message)")
            }
        }
    }

    func testUnknownWordsWithoutATokenForThem() throws {
        let json: JSON = [
            "model": ["type": "WordLevel", "vocab": ["a": 0], "unk_token": "[UNK]"],
            "pre_tokenizer": ["type": "Whitespace"],
        ]
        let tokenizer = try Tokenizer(json: json, configuration: [:])
        XCTAssertEqual(try tokenizer.encode("a a"), [0, 0])
        XCTAssertThrowsError(try tokenizer.encode("a dog")) { XCTAssert("\($0)".contains("the word 'dog'"), "\($0)") }
    }

    /// Tokens that are equal as Swift strings and different as bytes stay apart.
    func testCompositionDistinguishesTokens() throws {
        let vocabulary = JSON.object([.init("\u{E9}", 0), .init("e\u{301}", 1), .init("?", 2)])
        let json: JSON = [
            "model": ["type": "WordLevel", "vocab": vocabulary, "unk_token": "?"],
            "pre_tokenizer": ["type": "WhitespaceSplit"],
        ]
        XCTAssertEqual(try Tokenizer(json: json, configuration: [:]).encode("e\u{301} \u{E9} e"), [1, 0, 2])
    }

    /// transformers makes 33 of an exclamation mark where that is the padding token, and 289 elsewhere.
    func testPaddingTokensOfTheConfigurationAreTakenOutOfTexts() throws {
        let folder = temporaryFolder()
        let tokenizer = try Tokenizer(folder: goldenFiles.url("tokenizer"))
        XCTAssertEqual(try tokenizer.encode("a dog! no"), [2341, 353, 821, 289, 110, 367, 2342])
        try tokenizer.save(to: folder)
        let configuration = #"{"pad_token": "!", "unk_token": "zzz", "model_max_length": 77}"#
        try Data(configuration.utf8).write(to: folder.appendingPathComponent("tokenizer_config.json"))
        // It would go before the configuration.
        try FileManager.default.removeItem(at: folder.appendingPathComponent("special_tokens_map.json"))
        let padded = try Tokenizer(folder: folder)
        XCTAssertEqual(try padded.encode("a dog! no"), [2341, 353, 821, 33, 110, 367, 2342])
        XCTAssertEqual(try padded.encode(["a", "a dog"]).rows, [[2341, 353, 2342, 33], [2341, 353, 821, 2342]])
    }

    /// Roles and their flags come from the configuration of folders without a tokenizer.json.
    func testFlagsOfOlderFolders() throws {
        let folder = temporaryFolder()
        for name in ["vocab.json", "merges.txt"] {
            try goldenFiles.data("tokenizer/\(name)").write(to: folder.appendingPathComponent(name))
        }
        let text = "a <|STARTOFTEXT|> b"
        func ids() throws -> [Int] { try Tokenizer(folder: folder).encode(text) }
        let start = try XCTUnwrap(Tokenizer(folder: folder).identifier(of: "<|startoftext|>"))
        // Without a configuration the tokens are looked for before lower-casing.
        XCTAssertEqual(try ids().filter { $0 == start }.count, 1)
        XCTAssertNil(try Tokenizer(folder: folder).maximumLength)
        let configuration = """
            {"bos_token": {"content": "<|startoftext|>", "normalized": true, "lstrip": false, "rstrip": false,
              "single_word": false, "__type": "AddedToken"}, "model_max_length": 1000000000000000019884624838656}
            """
        try Data(configuration.utf8).write(to: folder.appendingPathComponent("tokenizer_config.json"))
        XCTAssertEqual(try ids().filter { $0 == start }.count, 2)
        XCTAssertNil(try Tokenizer(folder: folder).maximumLength)
        try FileManager.default.removeItem(at: folder.appendingPathComponent("merges.txt"))
        XCTAssertThrowsError(try ids()) { XCTAssert("\($0)".contains("has no tokenizer"), "\($0)") }
    }
}
