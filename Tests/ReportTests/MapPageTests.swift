import Basics
import Foundation
import Report
import TestSupport
import XCTest

/// A map as a page: whole, harmless, and with all that it was given.
final class MapPageTests: XCTestCase {
    private func map() -> PointMap {
        var map = PointMap(
            title: "a <b> & \"c\"", x: [0, 1.5, -2], y: [3, 0, 1],
            labels: ["</script><b>", "a\u{1}b\n\u{FFFF}", "</script><b>"])
        map.groups = ["safe", "un&safe"]
        map.group = [0, 1, 0]
        map.measure = PointMap.Measure(name: "safety", values: [0.5, .nan, -1])
        map.arrows = [.init(from: [0, 0], to: [1, 1], label: "v")]
        return map
    }

    private func data(_ page: String) throws -> [String: Any] {
        let start = try XCTUnwrap(page.range(of: "id=\"data\">")), rest = page[start.upperBound...]
        let end = try XCTUnwrap(rest.range(of: "</script>"))
        let found = try JSONSerialization.jsonObject(with: Data(rest[..<end.lowerBound].utf8))
        return try XCTUnwrap(found as? [String: Any])
    }

    func testThePageIsWellFormedAndFetchesNothing() throws {
        let page = try map().page()
        XCTAssertNoThrow(try ParsedPage(page))
        XCTAssertTrue(page.contains("default-src 'none'"))
        for word in ["http://", "https://", "src=", "@import", "url("] { XCTAssertFalse(page.contains(word), word) }
        XCTAssertTrue(page.contains("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"))
    }

    func testItsDataAreTheMaps() throws {
        let data = try data(map().page())
        XCTAssertEqual(data["labels"] as? [String], ["</script><b>", "a\u{1}b\n\u{FFFF}"], "each text once")
        XCTAssertEqual(data["groups"] as? [String], ["safe", "un&safe"])
        func numbers<Number>(_ name: String, _ type: Number.Type) throws -> [Number] {
            let bytes = try XCTUnwrap(Data(base64Encoded: try XCTUnwrap(data[name] as? String)))
            return bytes.withUnsafeBytes { bytes in
                (0..<bytes.count / MemoryLayout<Number>.size).map {
                    bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self)
                }
            }
        }
        XCTAssertEqual(try numbers("x", Float.self), [0, 1.5, -2])
        XCTAssertEqual(try numbers("y", Float.self), [3, 0, 1])
        XCTAssertEqual(try numbers("label", UInt32.self), [0, 1, 0])
        XCTAssertEqual(try numbers("group", UInt16.self), [0, 1, 0])
        let safety = try numbers("measure", Float.self)
        XCTAssertTrue(safety[0] == 0.5 && safety[1].isNaN && safety[2] == -1)
    }

    func testPartsThatDontFitAreRefused() {
        func message(_ change: (inout PointMap) -> Void) -> String? {
            var map = map()
            change(&map)
            do { _ = try map.page() } catch { return (error as? RhumbError)?.message }
            return nil
        }
        XCTAssertEqual(message { $0.labels = ["a"] }, "a map of 3 points can't have 1 labels")
        XCTAssertEqual(message { $0.x[1] = .nan }, "point 1 of the map has a coordinate that is not finite")
        XCTAssertEqual(
            message { $0.group = [0, 1, 2] },
            "a point of the map is of no group or stage, or a line leads to no point")
        XCTAssertNil(message { _ in })
    }
}
