import CLIP
import Files
import Tensor
import TestSupport
import XCTest

/// Expressions of a tokenizer file that would never be done, or nest without end.
final class TextPatternTests: XCTestCase {
    private let words: JSON = ["type": "WordLevel", "vocab": ["a": 0, "[UNK]": 1], "unk_token": "[UNK]"]

    private func tokenizer(_ pattern: String) throws -> Tokenizer {
        try Tokenizer(
            json: [
                "model": words,
                "pre_tokenizer": [
                    "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated", "invert": false,
                ],
            ], configuration: [:])
    }

    func testDepthAndLengthHaveLimits() {
        for (pattern, expected) in [
            (
                String(repeating: "(", count: 200_000) + "a" + String(repeating: ")", count: 200_000),
                "groups nested deeper than 100"
            ),
            (
                String(repeating: "(?!", count: 5000) + "a" + String(repeating: ")", count: 5000),
                "groups nested deeper than 100"
            ),
            (
                String(repeating: "(?:", count: 101) + "a" + String(repeating: ")", count: 101),
                "groups nested deeper than 100"
            ),
            ("((((a{100}){100}){100}){100}){100}", "100000 steps or more"),
            ("((((a|b){1,100}c){1,100}c){1,100}c){1,100}", "100000 steps or more"),
        ] {
            XCTAssertThrowsError(try tokenizer(pattern)) {
                XCTAssertTrue("\($0)".contains(expected), "\($0)")
                XCTAssertLessThan("\($0)".count, 300, "a pattern is not quoted without end")
            }
        }
        XCTAssertNoThrow(try tokenizer(String(repeating: "(", count: 100) + "a" + String(repeating: ")", count: 100)))
    }

    /// Each of these takes exponentially many steps, or quadratically many on a long text.
    func testMatchingHasAnEnd() throws {
        for (pattern, text) in [
            ("(a+)+$", String(repeating: "a", count: 40) + "!"), ("(a|aa)+$", String(repeating: "a", count: 60) + "!"),
            ("(?:a?){30}a{30}b", String(repeating: "a", count: 30)), (#"\w+x"#, String(repeating: "a", count: 200_000)),
        ] {
            guard let tokenizer = try? tokenizer(pattern) else { continue }
            XCTAssertThrowsError(try tokenizer.encode(text), pattern) {
                XCTAssertTrue(
                    "\($0)".contains("tries too many ways to match a text of \(text.count) characters"), "\($0)")
            }
        }
        XCTAssertEqual(try tokenizer("(a+)+$").encode("aaaa"), [1])
        // A long text is no reason to give up: CLIP's own expression on 300,000 characters.
        let clip = try tokenizer(#"'s|'t|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#)
        XCTAssertEqual(try clip.encode(String(repeating: "a dog's 12 !? ", count: 20_000)).count, 20_000 * 10)
    }

    func testANormalizerHasALimit() throws {
        let grow: JSON = ["type": "Replace", "pattern": ["String": "a"], "content": "aaaaaaaaaa"]
        let tokenizer = try Tokenizer(
            json: [
                "model": words,
                "normalizer": ["type": "Sequence", "normalizers": .array([JSON](repeating: grow, count: 12))],
            ],
            configuration: [:])
        XCTAssertThrowsError(try tokenizer.encode("aaaa")) {
            XCTAssertTrue("\($0)".contains("more than 10000000 characters of a text"), "\($0)")
        }
    }

    func testWhatIsNotSeenOfAText() throws {
        let tokenizer = try Tokenizer(
            json: [
                "model": [
                    "type": "WordLevel", "vocab": ["a": 0, "red": 1, "apple": 2, "[UNK]": 3], "unk_token": "[UNK]",
                ],
                "pre_tokenizer": ["type": "Whitespace"], "normalizer": ["type": "Lowercase"],
            ], configuration: [:])
        XCTAssertEqual(try tokenizer.unseen(in: "A red apple", length: 3), UnseenText())
        XCTAssertEqual(
            try tokenizer.unseen(in: "a zxcvb red qwert, zxcvb", length: 20),
            UnseenText(unknown: ["zxcvb", "qwert", ","], cut: ""))
        XCTAssertEqual(
            try tokenizer.unseen(in: "a red apple and a red apple", length: 3),
            UnseenText(unknown: ["and"], cut: "and a red apple"))
        XCTAssertEqual(try tokenizer.unseen(in: "", length: 0), UnseenText())
        // CLIP's own vocabulary knows every byte; what is cut is what diffusers warns of.
        let clip = try Tokenizer(folder: goldenFiles.url("tokenizer"))
        let long = String(repeating: "a red apple and ", count: 40) + "a knife"
        let unseen = try clip.unseen(in: long, length: 77)
        XCTAssertEqual(unseen.unknown, [])
        XCTAssertTrue(unseen.cut.hasSuffix("and a knife"), unseen.cut)
        XCTAssertEqual(try clip.unseen(in: "a red apple", length: 77), UnseenText())
    }
}
