import Notebook
import Language
import Plot
import Tensor
import TestSupport
import Verbs
import XCTest

/// Contact sheets of work under way, as terminals show them.
final class PictureSheetTests: XCTestCase {
    private func sheet(_ count: Int, columns: Int, side: Int = 64) throws -> PictureSheet {
        let images = try (0..<count).map { index in
            try Image(width: side, height: side, rgb: [UInt8](repeating: UInt8(index), count: side * side * 3))
        }
        return try XCTUnwrap(PictureSheet(images, columns: columns))
    }

    func testRowsAreCutAtEightPicturesAndEight() throws {
        let sheet = try sheet(3 * 12, columns: 12)
        XCTAssertEqual([sheet.columns, sheet.rows], [8, 3])
        XCTAssertEqual([sheet.width, sheet.height], [8 * 66 - 2, 3 * 66 - 2])
        XCTAssertEqual(sheet.rgb[(66 * sheet.width + 66) * 3], 13, "the second picture of the second row")
        XCTAssertEqual(sheet.rgb[64 * 3], 0, "between pictures")
        XCTAssertEqual(try self.sheet(3, columns: 8, side: 512).tile.width, 128, "large pictures are made smaller")
        XCTAssertNil(PictureSheet([Image](), columns: 2))
    }

    func testHalfBlocksShowAFewPicturesThatCanBeToldApart() throws {
        let sheet = try sheet(48, columns: 8)
        let terminal = Terminal(graphics: .blocks, depth: .full)
        let wide = try XCTUnwrap(sheet.inline(on: terminal, columns: 99, rows: 20))
        XCTAssertEqual(wide.lines.count, 20)
        XCTAssertLessThanOrEqual(wide.width, 99)
        XCTAssertGreaterThanOrEqual(wide.width, 5 * 18)
        XCTAssertEqual(wide.lines[0].count { $0 == "▀" }, wide.width)
        let narrow = try XCTUnwrap(sheet.inline(on: terminal, columns: 39, rows: 12))
        XCTAssertLessThanOrEqual(narrow.width, 39)
        XCTAssertLessThanOrEqual(narrow.lines.count, 12)
        XCTAssertNil(sheet.inline(on: .none, columns: 99, rows: 20))
        XCTAssertNil(sheet.inline(on: terminal, columns: 99, rows: 4), "too low for anything to be seen")
    }

    func testOtherProtocolsShowAllInPlace() throws {
        let sheet = try sheet(48, columns: 8)
        for graphics in [TerminalGraphics.kitty, .iterm, .sixel] {
            let terminal = Terminal(graphics: graphics, depth: .full, cellWidth: 8, cellHeight: 16)
            let inline = try XCTUnwrap(sheet.inline(on: terminal, columns: 90, rows: 20))
            XCTAssertEqual(inline.lines.count, 20, "\(graphics)")
            XCTAssertTrue(inline.lines.dropLast().allSatisfy(\.isEmpty))
            // From the last line up to the first, and back to where the cursor was.
            XCTAssertTrue(inline.lines.last!.hasPrefix("\u{1B}7\u{1B}[19A"))
            XCTAssertTrue(inline.lines.last!.hasSuffix("\u{1B}8"))
            XCTAssertEqual(inline.erasing.isEmpty, graphics != .kitty)
        }
        let small = try XCTUnwrap(
            try self.sheet(1, columns: 1).inline(
                on: Terminal(graphics: .kitty, depth: .full, cellWidth: 8, cellHeight: 16), columns: 90, rows: 20))
        XCTAssertEqual([small.lines.count, small.width], [4, 8], "never larger than it is")
    }
}
