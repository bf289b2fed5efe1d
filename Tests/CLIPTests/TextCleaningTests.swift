import CLIP
import Files
import TestSupport
import XCTest

/// Texts as OpenCLIP's tokenizer takes them, ftfy among it (Golden/make_text_cleaning.py).
final class TextCleaningTests: XCTestCase {
    private func golden() throws -> JSON { try JSON(parsing: goldenFiles.data("text-cleaning.golden.json")) }

    private func identifiers(_ tokenizer: Tokenizer, _ text: String) throws -> [Int] {
        try tokenizer.encode(text, addsSpecialTokens: false, length: .max)
    }

    func testTexts() throws {
        let tokenizer = try Tokenizer.openCLIP(), golden = try golden()
        let entries = golden["texts"]?.array ?? []
        XCTAssertGreaterThan(entries.count, 60)
        for entry in entries {
            let text = try XCTUnwrap(entry.array?[0].string)
            let expected = (entry.array?[1].array ?? []).compactMap(\.integer)
            XCTAssertEqual(try identifiers(tokenizer, text), expected, text.debugDescription)
        }
        // Around a text stand the tokens of start and end.
        XCTAssertEqual(try tokenizer.encode("a &amp; b", length: 4), [49406, 320, 261, 49407])
    }

    func testMojibakeIsRefused() throws {
        let tokenizer = try Tokenizer.openCLIP()
        for text in (try golden()["mojibake"]?.array ?? []).compactMap(\.string) {
            XCTAssertThrowsError(try identifiers(tokenizer, text), text) {
                XCTAssertTrue("\($0)".contains("looks like text that was decoded wrongly"), "\($0)")
            }
        }
    }

    /// Every text has open_clip's own identifiers, or is refused where ftfy would look for its encoding.
    func testVariedTexts() throws {
        let tokenizer = try Tokenizer.openCLIP(), golden = try golden()
        let expected = (golden["varied"]?.array ?? []).map(\.integer)
        let texts = try Texts.make(seed: UInt64(XCTUnwrap(golden["seed"]?.integer)), count: expected.count)
        XCTAssertEqual(expected.count, 1600)
        XCTAssertGreaterThan(expected.compactMap { $0 }.count, 1500)
        for (text, hash) in zip(texts, expected) {
            guard let hash else { continue }
            let found = (try? identifiers(tokenizer, text)).map(Self.hash) ?? 0
            XCTAssertEqual(found, hash, text.debugDescription)
        }
    }

    /// FNV-1a, as the script has it.
    private static func hash(_ identifiers: [Int]) -> Int {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in identifiers.flatMap({ [UInt64($0 & 0xFF), UInt64($0 >> 8)] }) {
            state = (state ^ byte) &* 0x100_0000_01B3
        }
        return Int(state & 0xFFFF_FFFF)
    }

    /// A saved folder says how its texts are cleaned; without it they are transformers'.
    func testFoldersKeepIt() throws {
        let folder = temporaryFolder(), text = "ham &amp; “eggs”"
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let tokenizer = try Tokenizer.openCLIP()
        try tokenizer.save(to: folder, maximumLength: 77)
        XCTAssertEqual(try Tokenizer(folder: folder).encode(text), try tokenizer.encode(text))
        XCTAssertNotEqual(try Tokenizer.clip().encode(text), try tokenizer.encode(text))
        let file = folder.appendingPathComponent("tokenizer_config.json")
        let settings = try XCTUnwrap(FileContents.json(file).members)
        try AtomicFile.write(JSON.object(settings.filter { $0.key != "text_cleaning" }).text(), to: file)
        XCTAssertEqual(try Tokenizer(folder: folder).encode(text), try Tokenizer.clip().encode(text))
        try AtomicFile.write(
            JSON.object(settings.filter { $0.key != "text_cleaning" } + [.init("text_cleaning", "soap")]).text(),
            to: file)
        XCTAssertThrowsError(try Tokenizer(folder: folder)) {
            XCTAssertTrue("\($0)".contains("'text_cleaning' in 'tokenizer_config.json' must be"), "\($0)")
        }
    }
}
