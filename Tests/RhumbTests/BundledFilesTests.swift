import Foundation
import XCTest

/// The executable without the folders that belong beside it.
final class BundledFilesTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }

    override func tearDown() { rhumb.remove() }

    func testAnExecutableAloneSaysWhatIsMissing() throws {
        let alone = rhumb.folder.appendingPathComponent("rhumb")
        try FileManager.default.copyItem(at: URL(fileURLWithPath: Executable.path).resolvingSymlinksInPath(), to: alone)
        for code in ["scene \"a dog\" seed: 1", "load \"emoji\""] {
            let result = try rhumb.start(["eval", code], of: alone.path).finish()
            XCTAssertEqual(result.status, 1, result.errors)
            XCTAssertTrue(result.errors.contains("a file that comes with Rhumb is missing"), result.errors)
            XCTAssertTrue(result.errors.contains("keep the folder 'Rhumb_World.resources' beside the"), result.errors)
        }
        let doctor = try rhumb.start(["doctor"], of: alone.path).finish()
        XCTAssertTrue(doctor.output.contains("fail   bundled files"), doctor.output)
    }

    /// A link to it is as good as itself.
    func testALinkFindsThem() throws {
        let link = rhumb.folder.appendingPathComponent("rhumb")
        try FileManager.default.createSymbolicLink(
            at: link, withDestinationURL: URL(fileURLWithPath: Executable.path).resolvingSymlinksInPath())
        let result = try rhumb.start(["eval", "scene \"a dog\" seed: 1"], of: link.path).finish()
        XCTAssertEqual(result.status, 0, result.errors)
    }
}
