import Foundation
import XCTest

/// Documents lead where they say.
final class DocumentTests: XCTestCase {
    private let documents =
        ["README.md", "CHANGELOG.md"]
        + ["docs", "recipes", "Sources"].flatMap { House.files(below: $0, endingIn: ".md") }

    func testLinksLeadToFiles() throws {
        var count = 0
        for document in documents {
            let folder = House.root.appendingPathComponent(document).deletingLastPathComponent()
            for match in try House.text(document).matches(of: /\]\(([^)#\s]+)(?:#[^)]*)?\)/)
            where !match.1.contains("://") && !match.1.hasPrefix("mailto:") {
                let target = folder.appendingPathComponent(String(match.1)).path
                XCTAssertTrue(FileManager.default.fileExists(atPath: target), "\(document) links to \(match.1)")
                count += 1
            }
        }
        XCTAssertGreaterThan(count, 40)
    }

    func testPathsThatAreNamedExist() throws {
        for document in documents {
            for match in try House.text(document).matches(of: /`((?:Sources|Tests|docs|recipes)\/[\w\/.+-]*)`/) {
                let path = House.root.appendingPathComponent(String(match.1)).path
                XCTAssertTrue(FileManager.default.fileExists(atPath: path), "\(document) names \(match.1)")
            }
        }
    }

    /// Code, tables and links apart, which can't be broken.
    func testProseKeepsTo120Columns() throws {
        for document in documents where !document.hasPrefix("docs/verbs") {
            var isCode = false
            let lines = try House.text(document).split(separator: "\n", omittingEmptySubsequences: false)
            let long = lines.indices.filter { index in
                let line = lines[index]
                if line.drop(while: { $0 == " " }).hasPrefix("```") { isCode.toggle() }
                let isWhole = isCode || line.hasPrefix("|") || line.hasPrefix("    ") || line.contains("](")
                return !isWhole && line.count > 120
            }
            XCTAssertEqual(long.map { $0 + 1 }, [], "lines of more than 120 columns in \(document)")
        }
    }
}
