import Foundation
import Plot
import TestSupport
import XCTest

/// What the encoders write is read back by small decoders of the same protocols.
final class TerminalTests: XCTestCase {
    /// A picture of many colours.
    private func photo(_ width: Int, _ height: Int) -> Bitmap {
        var noise = Gallery.Noise(9)
        let pixels = (0..<width * height).flatMap { i -> [UInt8] in
            let x = Double(i % width) / Double(width), y = Double(i / width) / Double(height)
            return [x, y, (x + y) / 2].map { UInt8(min(255, max(0, $0 * 235 + noise.uniform() * 20))) }
        }
        return Bitmap(width: width, height: height, pixels: pixels)!
    }

    private func png(_ figure: Figure) throws -> [UInt8] {
        let folder = TemporaryFolder(self)
        try figure.write(to: folder["figure"])
        return try folder.bytes("figure.png")
    }

    // MARK: Whole files

    func testKittyCarriesThePNGInPieces() throws {
        let png = try png(Gallery.line)
        let text = InlineFile.kitty(png: png, columns: 40, rows: 12)
        let pieces = text.components(separatedBy: "\u{1b}\\").dropLast()
        XCTAssertGreaterThan(pieces.count, 2)
        var payload = ""
        for (index, piece) in pieces.enumerated() {
            XCTAssertTrue(piece.hasPrefix("\u{1b}_G"))
            let parts = piece.dropFirst(3).split(separator: ";", maxSplits: 1)
            let keys = Set(parts[0].split(separator: ",").map(String.init))
            XCTAssertTrue(keys.contains(index == pieces.count - 1 ? "m=0" : "m=1"))
            if index == 0 { XCTAssertTrue(keys.isSuperset(of: ["a=T", "f=100", "q=2", "c=40", "r=12"])) }
            XCTAssertLessThanOrEqual(parts[1].count, 4096)
            payload += parts[1]
        }
        XCTAssertEqual(Data(base64Encoded: payload), Data(png))
    }

    func testITermCarriesThePNG() throws {
        let png = try png(Gallery.line)
        let text = InlineFile.iterm(png: png, columns: 40)
        XCTAssertTrue(text.hasPrefix("\u{1b}]1337;File=inline=1;size=\(png.count);width=40;"))
        let payload = text.dropLast().split(separator: ":", maxSplits: 1)[1]
        XCTAssertEqual(Data(base64Encoded: String(payload)), Data(png))
        XCTAssertEqual(text.last, "\u{7}")
    }

    // MARK: Sixel

    /// Draws a sixel sequence. Colours are percentages there, so channels may be off by one.
    private func decodeSixel(_ text: String) throws -> Bitmap {
        var bytes = Array(text.utf8)[...]
        func number() -> Int {
            var value = 0
            while let byte = bytes.first, (48...57).contains(byte) {
                value = value * 10 + Int(byte - 48)
                bytes.removeFirst()
            }
            return value
        }
        func expect(_ prefix: String) { for byte in prefix.utf8 { XCTAssertEqual(bytes.popFirst(), byte) } }
        expect("\u{1b}P0;1;0q\"1;1;")
        let width = number()
        expect(";")
        let height = number()
        var pixels = [UInt8](repeating: 7, count: width * height * 3)
        var palette: [Int: [UInt8]] = [:]
        var x = 0, top = 0, colour = 0, repeats = 1
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "#"):
                colour = number()
                guard bytes.first == UInt8(ascii: ";") else { continue }
                expect(";2")
                palette[colour] = (0..<3).map { _ in
                    expect(";")
                    return UInt8((Double(number()) * 2.55).rounded())
                }
            case UInt8(ascii: "!"): repeats = number()
            case UInt8(ascii: "$"): x = 0
            case UInt8(ascii: "-"): (x, top) = (0, top + 6)
            case 63...126:
                for _ in 0..<repeats {
                    for row in 0..<6 where (byte - 63) >> row & 1 == 1 {
                        let place = ((top + row) * width + x) * 3
                        pixels.replaceSubrange(place..<place + 3, with: try XCTUnwrap(palette[colour]))
                    }
                    x += 1
                }
                repeats = 1
            case 0x1b:
                expect("\\")
                XCTAssertTrue(bytes.isEmpty)
            default: XCTFail("byte \(byte)")
            }
        }
        return try XCTUnwrap(Bitmap(width: width, height: height, pixels: pixels))
    }

    private func meanDifference(_ a: Bitmap, _ b: Bitmap) -> Double {
        XCTAssertEqual([a.width, a.height], [b.width, b.height])
        return Double(zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(a.pixels.count)
    }

    func testSixelKeepsFewColoursExactly() throws {
        for (width, height) in [(1, 1), (7, 5), (13, 12), (30, 19)] {
            let pixels = (0..<width * height).flatMap { i -> [UInt8] in
                [[255, 0, 0], [0, 102, 51], [255, 255, 255]][i * 7 % 3]
            }
            let picture = try XCTUnwrap(Bitmap(width: width, height: height, pixels: pixels))
            XCTAssertEqual(try decodeSixel(SixelEncoder.encode(picture)), picture)
        }
    }

    func testSixelOfAPhotoIsClose() throws {
        let picture = photo(60, 50)
        XCTAssertLessThan(meanDifference(try decodeSixel(SixelEncoder.encode(picture)), picture), 6)
        // Dithering keeps the means even with few colours.
        let coarse = try decodeSixel(SixelEncoder.encode(picture, colours: 16))
        func mean(_ bitmap: Bitmap) -> Double {
            Double(bitmap.pixels.reduce(0) { $0 + Int($1) }) / Double(bitmap.pixels.count)
        }
        XCTAssertEqual(mean(coarse), mean(picture), accuracy: 2)
        XCTAssertEqual(SixelEncoder.encode(picture), SixelEncoder.encode(picture), "the palette depends on chance")
    }

    // MARK: Half blocks

    func testHalfBlocksShowTwoRowsALine() throws {
        let picture = try XCTUnwrap(
            Bitmap(width: 2, height: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9, 1, 2, 3, 4, 5, 6]))
        XCTAssertEqual(
            HalfBlocks.encode(picture, columns: 80, depth: .full),
            "\u{1b}[38;2;255;0;0;48;2;0;0;255m▀\u{1b}[38;2;0;255;0;48;2;9;9;9m▀\u{1b}[0m\n"
                + "\u{1b}[38;2;1;2;3;49m▀\u{1b}[38;2;4;5;6;49m▀\u{1b}[0m")
        XCTAssertEqual(HalfBlocks.encode(picture, columns: 80, depth: .none), "")
    }

    func testHalfBlocksFitTheWidthByAveraging() throws {
        let lines = HalfBlocks.encode(photo(100, 60), columns: 20, depth: .indexed).split(separator: "\n")
        XCTAssertEqual(lines.count, 6)
        XCTAssertTrue(lines.allSatisfy { $0.count { $0 == "▀" } == 20 })
        let checks = try XCTUnwrap(
            Bitmap(width: 2, height: 2, pixels: [0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0]))
        XCTAssertEqual(checks.averaged(width: 1, height: 1).pixels, [128, 128, 128])
        let stripe = try XCTUnwrap(Bitmap(width: 3, height: 1, pixels: [0, 0, 0, 90, 90, 90, 240, 240, 240]))
        XCTAssertEqual(stripe.averaged(width: 2, height: 1).pixels, [30, 30, 30, 190, 190, 190])
    }

    func testTheClosestOfXtermsColoursIsTaken() {
        for (hex, index) in [
            ("#000000", 16), ("#ffffff", 231), ("#ff0000", 196), ("#808080", 244), ("#5f87af", 67), ("#0b0b0b", 232),
        ] {
            XCTAssertEqual(Colour(hex: hex)?.xtermIndex, index, hex)
        }
    }

    // MARK: Which protocol

    func testTheEnvironmentTellsTheProtocol() {
        let cases: [([String: String], TerminalGraphics?)] = [
            (["TERM": "xterm-kitty"], .kitty), (["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"], .kitty),
            (["TERM": "xterm-ghostty"], .kitty), (["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], .iterm),
            (["TERM": "xterm-256color", "KONSOLE_VERSION": "230804"], .kitty), (["TERM": "foot"], .sixel),
            (["TERM": "xterm-256color", "KONSOLE_VERSION": "210400"], nil), (["TERM": "mlterm-256color"], .sixel),
            (["TERM": "xterm-256color"], nil), (["TERM": "dumb"], .blocks), ([:], .blocks),
            (["TERM": "xterm-kitty", "NO_COLOR": "1"], .blocks), (["TERM": "xterm-kitty", "NO_COLOR": ""], .kitty),
            (["TERM": "tmux-256color", "TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"], nil),
            (["TERM": "xterm", "RHUMB_GRAPHICS": "sixel"], .sixel),
            (["TERM": "foot", "RHUMB_GRAPHICS": "none"], TerminalGraphics.none),
        ]
        for (environment, expected) in cases {
            XCTAssertEqual(Terminal.graphics(environment), expected, "\(environment)")
        }
        XCTAssertEqual(Terminal.depth(["TERM": "xterm-256color", "COLORTERM": "truecolor"]), .full)
        XCTAssertEqual(Terminal.depth(["TERM": "xterm-256color"]), .indexed)
        XCTAssertEqual(Terminal.depth(["TERM": "xterm-256color", "NO_COLOR": "1"]), .none)
    }

    func testAnswersOfTerminalsAreUnderstood() {
        func answer(_ text: String) -> TerminalGraphics? { TerminalQuery.interpret(Array(text.utf8)) }
        XCTAssertEqual(answer("\u{1b}_Gi=1;OK\u{1b}\\\u{1b}[?62;c"), .kitty)
        XCTAssertEqual(answer("\u{1b}[?62;4;22c"), .sixel)
        XCTAssertEqual(answer("\u{1b}[?64;14;22c"), .blocks)
        XCTAssertEqual(answer("\u{1b}_Gi=1;ENOTSUPPORTED\u{1b}\\\u{1b}[?4c"), .sixel)
        XCTAssertNil(answer("\u{1b}[?62;4"))
        XCTAssertNil(answer("\u{1b}_Gi=1;OK"))
    }

    func testAPipeShowsNothing() throws {
        let pipe = Pipe()
        let terminal = Terminal.detect(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, environment: ["TERM": "xterm-kitty"], mayAsk: false)
        XCTAssertEqual(terminal, .none)
        XCTAssertEqual(terminal.inline(Gallery.line, png: try png(Gallery.line)), "")
    }

    func testPicturesFitTheTerminal() throws {
        let png = try png(Gallery.grid)
        let size = try XCTUnwrap(Bitmap(png: png))
        for (columns, rows) in [(200, 60), (80, 24), (20, 8)] {
            let kitty = Terminal(graphics: .kitty, depth: .full, columns: columns, rows: rows)
            let keys = try XCTUnwrap(kitty.inline(Gallery.grid, png: png).firstMatch(of: /c=(\d+),r=(\d+)/))
            let across = try XCTUnwrap(Int(keys.1)), down = try XCTUnwrap(Int(keys.2))
            XCTAssertLessThan(across, columns)
            XCTAssertLessThan(down, rows)
            let shape = Double(across * kitty.cellWidth) / Double(down * kitty.cellHeight)
            XCTAssertEqual(shape, Double(size.width) / Double(size.height), accuracy: 0.25)
            let sixel = Terminal(graphics: .sixel, depth: .full, columns: columns, rows: rows)
            let drawn = try decodeSixel(sixel.inline(Gallery.line, png: png))
            XCTAssertLessThanOrEqual(drawn.width, columns * sixel.cellWidth)
            let blocks = Terminal(graphics: .blocks, depth: .indexed, columns: columns, rows: rows)
            let lines = blocks.inline(png: png).split(separator: "\n")
            XCTAssertLessThan(lines.count, rows)
            XCTAssertTrue(lines.allSatisfy { $0.count { $0 == "▀" } < columns })
        }
    }

    func testTextOfAFigureFitsTheWidth() throws {
        for (name, figure) in Gallery.all {
            for columns in [30, 60, 100] {
                let lines = try figure.text(columns: columns, rows: 15).split(separator: "\n")
                for line in lines { XCTAssertLessThanOrEqual(line.count, columns, "\(name): \(line)") }
            }
        }
    }
}
