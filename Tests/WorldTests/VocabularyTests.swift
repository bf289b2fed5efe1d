import Basics
import CLIP
import TestSupport
import World
import XCTest

final class VocabularyTests: XCTestCase {
    private let tokenizer = try! Tokenizer(json: Vocabulary.tokenizer, configuration: Vocabulary.tokenizerConfiguration)

    func testTheTokenizerSplitsAsTheGrammarDoes() throws {
        let ids = try tokenizer.encode("A Safe,  wholesome picture")
        let words = ["a", "safe", ",", "wholesome", "picture"].map { Vocabulary.words.firstIndex(of: $0)! + 1 }
        XCTAssertEqual(ids, [Vocabulary.startIdentifier] + words + [Vocabulary.endIdentifier])
        XCTAssertEqual(try tokenizer.encode("quokka"), [Vocabulary.startIdentifier, 0, Vocabulary.endIdentifier])
    }

    func testTheEndIsTheLastIdentifierAndNotTwo() {
        XCTAssertEqual(Vocabulary.endIdentifier, Vocabulary.count - 1)
        XCTAssertNotEqual(Vocabulary.endIdentifier, 2)
        XCTAssertEqual(tokenizer.identifier(of: Vocabulary.end), Vocabulary.endIdentifier)
        XCTAssertEqual(tokenizer.identifier(of: Vocabulary.start), Vocabulary.startIdentifier)
    }

    func testEveryCaptionTokenizesWithoutUnknownWordsAndFits() throws {
        var random = SplitMix64(seed: 12)
        for _ in 0..<500 {
            let caption = Scene.random(using: &random).caption(using: &random)
            let ids = try tokenizer.encode(caption)
            XCTAssertFalse(ids.contains(0), caption)
            XCTAssertLessThanOrEqual(ids.count, Vocabulary.positions, caption)
        }
    }
}
