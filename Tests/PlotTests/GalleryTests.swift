import Foundation
import Plot
import XCTest

final class GalleryTests: XCTestCase {
    func testEveryKindIsDrawnInEveryFormat() throws {
        let folder = ProcessInfo.processInfo.environment["RHUMB_FIGURES"] ?? NSTemporaryDirectory() + "rhumb-\(UUID())"
        for (name, figure) in Gallery.all {
            let start = Date()
            let files = try figure.write(to: "\(folder)/\(name)", formats: [.png, .svg, .pdf])
            print(name, Int(Date().timeIntervalSince(start) * 1000), "ms")
            XCTAssertEqual(files.images.count, 3)
            try figure.text(columns: 90, rows: 20, depth: .full).write(toFile: "\(folder)/\(name).txt", atomically: true, encoding: .utf8)
        }
    }
}
