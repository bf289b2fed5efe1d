import Foundation
import Plot
import XCTest

final class LineFigureTests: XCTestCase {
    func testALineFigureIsWrittenWithAScriptThatDrawsItAgain() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rhumb-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let x = stride(from: 0.0, to: 6.3, by: 0.1).map { $0 }
        let figure = Figure.line(
            [Line(x: x, y: x.map { sin($0) }, name: "sin_x"), Line(x: x, y: x.map { cos($0) }, name: "cos 'x'")],
            title: "waves {a_b} `date`", x: Axis("angle"), y: Axis("value"))
        let files = try figure.write(to: folder.appendingPathComponent("waves").path)
        let first = try Data(contentsOf: URL(fileURLWithPath: files.images[0]))
        XCTAssertEqual(first.prefix(4), Data([0x89, 0x50, 0x4e, 0x47]))
        try FileManager.default.removeItem(atPath: files.images[0])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gnuplot", files.script]
        try process.run()
        process.waitUntilExit()
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: files.images[0])), first)
    }
}
