import Foundation
import Plot
import TestSupport
import XCTest

final class RenderingTests: XCTestCase {
    /// A figure's PNG has two pixels a unit, is not blank, and nothing touches its edge: no label is cut off.
    func testEveryFigureIsDrawnWholeInEveryFormat() throws {
        let kept = ProcessInfo.processInfo.environment["RHUMB_FIGURES"]
        let folder = TemporaryFolder(self)
        for (name, figure) in Gallery.all {
            let files = try figure.write(to: "\(kept ?? folder.path)/\(name)", formats: OutputFormat.allCases)
            let png = try XCTUnwrap(Bitmap(png: Array(Data(contentsOf: URL(fileURLWithPath: files.images[0])))), name)
            let svg = try String(contentsOfFile: files.images[1], encoding: .utf8)
            let size = try XCTUnwrap(svg.firstMatch(of: /width="(\d+)" height="(\d+)"/))
            XCTAssertEqual(png.width, 2 * (Int(size.1) ?? 0), name)
            XCTAssertEqual(png.height, 2 * (Int(size.2) ?? 0), name)

            let row = png.width * 3, all = png.pixels.count
            func isWhite(_ range: Range<Int>) -> Bool { png.pixels[range].allSatisfy { $0 == 255 } }
            XCTAssertLessThan(png.pixels.reduce(0) { $0 + Int($1) }, all * 254, "\(name) is blank")
            XCTAssertTrue(isWhite(0..<4 * row), "\(name) touches the upper edge")
            XCTAssertTrue(isWhite(all - 4 * row..<all), "\(name) touches the lower edge")
            for y in 0..<png.height {
                let start = y * row, end = start + row
                guard isWhite(start..<start + 12), isWhite(end - 12..<end) else {
                    XCTFail("\(name) touches the left or right edge")
                    break
                }
            }
        }
    }

    func testSeriesHaveTheColoursOfThePalette() throws {
        let folder = TemporaryFolder(self)
        try Gallery.band.write(to: folder["band"])
        let png = try XCTUnwrap(Bitmap(png: folder.bytes("band.png")))
        var counts: [[UInt8]: Int] = [:]
        for i in stride(from: 0, to: png.pixels.count, by: 3) { counts[Array(png.pixels[i..<i + 3]), default: 0] += 1 }
        // Lines in full, bands at 18 % over white.
        for (colour, least) in [([0x00, 0x72, 0xb2], 1000), ([0xd5, 0x5e, 0x00], 1000), ([0xd1, 0xe6, 0xf1], 5000)] {
            let found = counts.filter { pixel, _ in zip(pixel, colour).allSatisfy { abs(Int($0) - $1) <= 2 } }
            XCTAssertGreaterThan(found.values.reduce(0, +), least, "\(colour)")
        }
    }

    func testTheSavedScriptDrawsTheSameFilesInAnotherFolder() throws {
        let folder = TemporaryFolder(self), other = TemporaryFolder(self)
        for (name, figure) in [("grid", Gallery.grid), ("images", Gallery.images), ("it's a {name}", Gallery.escapes)] {
            let files = try figure.write(to: folder[name], formats: [.png, .svg])
            let script = try String(contentsOfFile: files.script, encoding: .utf8)
            XCTAssertFalse(script.contains(folder.path), "an absolute path in the script")
            try other.write(script, to: "\(name).gp")
            // Started elsewhere, it still writes beside itself.
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try Gnuplot.locate())
            process.arguments = ["-d", other["\(name).gp"]]
            process.currentDirectoryURL = URL(fileURLWithPath: "/")
            try process.run()
            process.waitUntilExit()
            XCTAssertEqual(process.terminationStatus, 0)
            for suffix in ["png", "svg"] {
                XCTAssertEqual(try other.bytes("\(name).\(suffix)"), try folder.bytes("\(name).\(suffix)"), name)
            }
        }
    }

    func testManyFiguresLeaveNoDescriptorsAndNoProcesses() throws {
        let folder = TemporaryFolder(self)
        func descriptors() -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }
        try Gallery.line.write(to: folder["line"])
        let before = descriptors()
        for _ in 0..<25 { try Gallery.line.write(to: folder["line"]) }
        XCTAssertThrowsError(try Gnuplot.run { _ in "set nonsense" })
        XCTAssertEqual(descriptors(), before)
        XCTAssertEqual(waitpid(-1, nil, WNOHANG), -1, "a child is left")
        XCTAssertEqual(folder.names, ["line.gp", "line.png"])
    }

    func testALongSeriesIsThinnedWithoutChangingItsLook() throws {
        var noise = Gallery.Noise(4)
        var y = (0..<200_000).map { _ in noise.uniform() }
        y[70_001] = 9
        y[120_000] = .nan
        let thin = Line(y: y).thinned(stretches: 900)
        XCTAssertLessThan(thin.y.count, 5000)
        XCTAssertEqual(thin.y.filter(\.isFinite).max(), 9)
        XCTAssertEqual(thin.x[thin.y.firstIndex(of: 9) ?? 0], 70_001)
        XCTAssertEqual(thin.y.count { $0.isNaN }, 1)
        XCTAssertEqual([thin.x.first, thin.x.last], [0, 199_999])
        let script = try Figure.line([Line(y: y)]).script()
        XCTAssertLessThan(script.utf8.count, 300_000)
    }
}
