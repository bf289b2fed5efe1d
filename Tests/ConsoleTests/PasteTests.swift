import Console
import TestSupport
import XCTest

final class PasteTests: XCTestCase {
    /// Braces stand for the parser.
    private func cleaned(_ text: String) -> String {
        Paste.cleaned(text) { block in block.count { $0 == "{" } <= block.count { $0 == "}" } }
    }

    func testPlainCodeStaysAsItIs() {
        XCTAssertEqual(cleaned("x = 1\n\n  y = 2\n\n"), "x = 1\n\n  y = 2")
    }

    func testPromptsAreStripped() {
        XCTAssertEqual(cleaned("rhumb> x = 1\nrhumb> y = 2\nrhumb>\n"), "x = 1\ny = 2")
    }

    func testOutputBetweenPromptsIsDropped() {
        let session = """
            rhumb> for i in 0..2 {
                print i
            }
            0
            1
            rhumb> 1 + 1
            2
            """
        XCTAssertEqual(cleaned(session), "for i in 0..2 {\n    print i\n}\n1 + 1")
    }

    func testContinuationPromptsAreStripped() {
        XCTAssertEqual(cleaned("rhumb> f {\n   ...     x\n   ... }\nout"), "f {\n    x\n}")
    }

    func testWindowsLineEnds() {
        XCTAssertEqual(cleaned("a\r\nb\r\n"), "a\nb")
    }
}
