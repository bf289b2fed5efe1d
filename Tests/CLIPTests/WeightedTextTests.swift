import CLIP
import XCTest

/// Weights in texts, read as stable-diffusion-webui's `parse_prompt_attention` reads them (modules/prompt_parser.py,
/// whose own examples these are where it says so), but for what it takes silently.
final class WeightedTextTests: XCTestCase {
    private func parts(_ text: String) throws -> [(String, Float)] {
        try WeightedText(text).parts.map { ($0.text, $0.weight) }
    }

    private func check(
        _ text: String, _ expected: [(String, Float)], file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let found = try parts(text)
        XCTAssertEqual(found.map(\.0), expected.map(\.0), text, file: file, line: line)
        for (one, other) in zip(found, expected) {
            XCTAssertEqual(one.1, other.1, accuracy: 1e-6, text, file: file, line: line)
        }
    }

    func testParts() throws {
        try check("normal text", [("normal text", 1)])
        try check("an (important) word", [("an ", 1), ("important", 1.1), (" word", 1)])
        try check("\\(literal\\]", [("(literal]", 1)])
        try check("(unnecessary)(parens)", [("unnecessaryparens", 1.1)])
        // The long example of webui.
        try check(
            "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).)",
            [
                ("a ", 1), ("house", 1.573), (" ", 1.1), ("on", 1), (" a ", 1.1), ("hill", 0.55), (", sun, ", 1.1),
                ("sky", 1.4641), (".", 1.1),
            ])
        try check("a: b (c: d)", [("a: b ", 1), ("c: d", 1.1)])
        try check("(red: 2 )", [("red", 2)])
        try check("[cold]", [("cold", 1 / 1.1)])
        try check("(a:0)b", [("a", 0), ("b", 1)])
        try check("", [])
        try check("()", [])
        XCTAssertEqual(try WeightedText("a (red:1.3) \\(cube\\)").plain, "a red (cube)")
        XCTAssertFalse(try WeightedText("a \\(red\\)").isWeighted)
    }

    func testWhatIsRefused() {
        for (text, says) in [
            ("a (red", "'(' at character 3 of \"a (red\" has no other half"), ("red)", "')' at character 4"),
            ("[red", "'[' at character 1"), ("(red]", "']' at character 5"), ("([red)]", "')' at character 6"),
            ("(red:1,3)", "the weight '1,3'"), ("(red:-1)", "the weight '-1'"), ("(red:11)", "from 0 to 10"),
            ("(red:1.2.3)", "the weight '1.2.3'"), ("[cat:dog:0.5]", "prompt editing"), ("[cat|dog]", "prompt editing"),
        ] {
            XCTAssertThrowsError(try WeightedText(text), text) {
                XCTAssertTrue("\($0)".contains(says), "\($0) should say: \(says)")
            }
        }
    }
}
