import Foundation
import TestSupport
import XCTest

/// The lessons of `recipes/course`: as shipped every exercise is open and fails its check, with its solution it passes,
/// and everything else a lesson claims holds.
final class CourseTests: XCTestCase {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("recipes/course")

    private static func lessons() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.first?.isNumber == true }.sorted()
    }

    /// Runs a lesson. Its run itself runs each check twice: after the exercise as shipped, and after the solution,
    /// which must then pass.
    private func examine(_ number: Int, _ settings: String...) throws {
        let name = try XCTUnwrap(try Self.lessons().first { $0.hasPrefix("0\(number)-") })
        let path = Self.folder.appendingPathComponent(name).path
        let rhumb = try Executable()
        defer { rhumb.remove() }
        let result = try rhumb.start(
            ["run", path, "--out", "out", "--threads", "1"] + settings.flatMap { ["--set", $0] }
        ).finish()
        XCTAssertEqual(result.status, 0, "\(name):\n\(result.output.suffix(1000))\n\(result.errors)")

        let text = try String(contentsOfFile: path, encoding: .utf8)
        let names = text.components(separatedBy: "```rhumb exercise: ").dropFirst().map { $0.prefix { !$0.isNewline } }
            .map(String.init)
        XCTAssertGreaterThanOrEqual(names.count, 3, name)
        let data = Data(try rhumb.text(of: "out/manifest.json").utf8)
        let manifest = try XCTUnwrap(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let exercises = try XCTUnwrap(manifest["exercises"] as? [String: String])
        XCTAssertEqual(exercises, Dictionary(uniqueKeysWithValues: names.map { ($0, "open") }), name)

        let transcript = try rhumb.text(of: "out/transcript.md")
        let failures = transcript.components(separatedBy: "\nerror: ").dropFirst()
        XCTAssertEqual(failures.count, names.count, "\(name): one failed check an exercise")
        for failure in failures {
            XCTAssertTrue(
                failure.hasPrefix("expectation failed"),
                "\(name): not a slip of the check, but its verdict: \(failure.prefix(200))")
        }
    }

    func testThereAreNineLessons() throws {
        XCTAssertEqual(try Self.lessons().map { $0.prefix(3) }, (1...9).map { "0\($0)-" })
        let readme = try String(contentsOf: Self.folder.appendingPathComponent("README.md"), encoding: .utf8)
        for lesson in try Self.lessons() {
            XCTAssertTrue(readme.contains("](\(lesson))"), "\(lesson) is in the README")
        }
    }

    func testEmbeddingsAndAngles() throws { try examine(1) }
    func testDirections() throws { try examine(2) }
    func testSteering() throws { try examine(3) }
    func testTheReward() throws { try examine(4) }
    func testDiffusionAndProbability() throws { try examine(5) }
    func testAdvantages() throws { try examine(6) }
    func testTheClippedObjective() throws { try examine(7) }
    func testAWholeRun() throws { try examine(8, "rounds=1") }
    func testHowSure() throws { try examine(9) }
}
