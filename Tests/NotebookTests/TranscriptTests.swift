import Language
import Notebook
import TestSupport
import XCTest

final class TranscriptTests: XCTestCase {
    func testBlocksAreSeparatedByOneEmptyLine() {
        var transcript = Transcript()
        transcript.append(prose: "\n# Title\n\nText\n\n")
        transcript.append(code: "print 1")
        transcript.append(output: "1\n")
        XCTAssertEqual(transcript.text, "# Title\n\nText\n\n```rhumb\nprint 1\n```\n\n```text\n1\n```\n")
    }

    func testOutputCannotCloseItsFence() {
        var transcript = Transcript()
        transcript.append(output: "```\n````\n")
        XCTAssertEqual(transcript.text, "`````text\n```\n````\n`````\n")
    }

    func testColoursAndBlankOutputAreLeftOut() {
        var transcript = Transcript()
        transcript.append(output: " \n")
        transcript.append(output: "\u{1B}[31mred\u{1B}[0m\n")
        XCTAssertEqual(transcript.text, "```text\nred\n```\n")
    }

    func testFigureShowsItsImageAndLinksTheOthers() {
        var transcript = Transcript()
        transcript.append(
            figure: SavedFigure(
                title: "reward", folder: "runs/r",
                files: ["figures/01-reward.svg", "figures/01-reward.png", "figures/01-reward.gp"]))
        XCTAssertEqual(
            transcript.text,
            "![reward](figures/01-reward.png)\n\n*reward*: [SVG](figures/01-reward.svg) · [gnuplot script](figures/01-reward.gp)\n"
        )
    }

    func testTranscriptIsARecipe() throws {
        var transcript = Transcript()
        transcript.append(prose: "# T")
        transcript.append(code: "x = 1")
        transcript.append(output: "1")
        XCTAssertEqual(try Recipe(path: "t.md", text: transcript.text).cells.map(\.code.text), ["x = 1"])
    }
}
