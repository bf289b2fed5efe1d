import CLIP
import Files
import Tensor
import TestSupport
import XCTest

/// Identifiers must be those of transformers (Golden/make_tokenizer.py).
final class TokenizerTests: XCTestCase {
    private struct File: Decodable {
        struct Hashes: Decodable { let truncated, whole: [String] }
        struct Sample: Decodable {
            let text: String
            let ids: [Int]
            let decoded: String
        }
        struct Padded: Decodable { let ids, mask: [[Int]] }
        let seed: UInt64
        let count: Int
        let trained: Hashes
        let published: Hashes
        let samples: [Sample]
        let padded: Padded
    }

    private func golden() throws -> File {
        try goldenFiles.decode(File.self, "tokenizer.golden.json")
    }

    private func tokenizer() throws -> Tokenizer {
        try Tokenizer(folder: goldenFiles.url("tokenizer"))
    }

    func testSamples() throws {
        let tokenizer = try tokenizer()
        for sample in try golden().samples {
            XCTAssertEqual(try tokenizer.encode(sample.text, length: .max), sample.ids, sample.text.debugDescription)
            let decoded = tokenizer.decode(sample.ids)
            XCTAssert(
                decoded.utf8.elementsEqual(sample.decoded.utf8),
                "\(sample.text) gives \(decoded), not \(sample.decoded)")
        }
    }

    func testTenThousandStrings() throws {
        let golden = try golden()
        try check(tokenizer(), golden.trained, Texts.make(seed: golden.seed, count: golden.count))
    }

    /// The same, for a part of them, through the tokenizer's own `tokenizer.json`.
    func testTokenizerSurvivesWriting() throws {
        let golden = try golden()
        let folder = temporaryFolder()
        try tokenizer().save(to: folder)
        try check(Tokenizer(folder: folder), golden.trained, Texts.make(seed: golden.seed, count: 1_000))
    }

    /// With CLIP's published vocabulary, which is bundled.
    func testTenThousandStringsWithThePublishedVocabulary() throws {
        let golden = try golden()
        try check(Tokenizer.clip(), golden.published, Texts.make(seed: golden.seed, count: golden.count))
    }

    private func check(_ tokenizer: Tokenizer, _ golden: File.Hashes, _ texts: [String]) throws {
        for (length, expected) in [(77, golden.truncated), (Int.max, golden.whole)] {
            for (block, hash) in expected.prefix(texts.count / 100).enumerated() {
                let rows = try texts[block * 100..<block * 100 + 100].map { try tokenizer.encode($0, length: length) }
                XCTAssertEqual(Self.hash(rows), hash, "strings from \(block * 100), length \(length)")
            }
        }
    }

    /// FNV-1a over the length and the identifiers of each row, as 32-bit little-endian words.
    static func hash(_ rows: [[Int]]) -> String {
        let words = rows.flatMap { [$0.count] + $0 }
        return FNV1a.text(words.flatMap { word in [0, 8, 16, 24].map { UInt8(word >> $0 & 0xFF) } })
    }

    func testPaddingAndMask() throws {
        let golden = try golden().padded
        let batch = try tokenizer().encode(["a dog", "", "one two three"])
        XCTAssertEqual(batch.rows, golden.ids)
        XCTAssertEqual(batch.identifiers.ints, golden.ids.flatMap { $0 })
        XCTAssertEqual(batch.identifiers.dtype, .int64)
        XCTAssertEqual(batch.mask.floats.map { Int($0) }, golden.mask.flatMap { $0 })
        XCTAssertEqual(batch.mask.shape, [3, golden.ids[0].count])
    }
}
