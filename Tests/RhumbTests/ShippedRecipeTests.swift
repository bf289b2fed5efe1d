import Foundation
import TestSupport
import XCTest

/// Every recipe of the repository runs to its end in a short form, expectations included. The lessons of the course
/// have tests of their own.
final class ShippedRecipeTests: XCTestCase {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func recipes() throws -> [String] {
        let folder = Self.repository.appendingPathComponent("recipes")
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".md") && !$0.hasPrefix("course/") }.sorted()
    }

    func testEveryRecipeRuns() throws {
        let found = try recipes()
        XCTAssertTrue(found.contains("quickstart.md"), "the README's recipe is there")
        for recipe in found {
            let rhumb = try Executable()
            defer { rhumb.remove() }
            let path = Self.repository.appendingPathComponent("recipes/\(recipe)").path
            let arguments = ["run", path, "--out", "out", "--short"]
            let result = try rhumb.start(arguments).finish()
            XCTAssertEqual(result.status, 0, "\(recipe):\n\(result.output.suffix(1000))\n\(result.errors)")
            let transcript = try rhumb.text(of: "out/transcript.md")
            for line in transcript.split(separator: "\n") where line.hasPrefix("![") {
                let file = line.components(separatedBy: "](").last?.dropLast() ?? ""
                let bytes = try Data(contentsOf: rhumb.folder.appendingPathComponent("out/\(file)"))
                XCTAssertEqual(Array(bytes.prefix(4)), [0x89, 0x50, 0x4E, 0x47], "\(recipe): \(file) is a PNG")
            }
            if recipe == "quickstart.md" {
                XCTAssertTrue(transcript.contains("!["), "the quickstart's figures are in its transcript")
            }
        }
    }

    /// The test command that CI runs is taken from the README, so it must be there to be found.
    func testTheReadmeHasBothCommands() throws {
        let readme = try String(contentsOf: Self.repository.appendingPathComponent("README.md"), encoding: .utf8)
        let commands = readme.components(separatedBy: "```sh\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
        XCTAssertEqual(commands.filter { $0.hasSuffix("rhumb run recipes/quickstart.md") }.count, 1)
        XCTAssertEqual(commands.filter { $0.hasSuffix("swift test -c release --disable-testable-imports") }.count, 1)
    }
}
