import Foundation
import Language
import Tensor
import TestSupport
import XCTest

/// The tour of the language and its tensors holds what it claims.
final class RecipeTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    func testEveryClaimOfTheTourHolds() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("recipes/tensors.md"), encoding: .utf8)
        let session = Session()
        session.host.outputFolder = temporaryFolder().path
        var claims = 0
        for part in text.components(separatedBy: "```rhumb\n").dropFirst() {
            let cell = part.components(separatedBy: "\n```")[0]
            let output = session.output(cell)
            XCTAssertFalse(output.hasPrefix("error:"), "\(cell)\n\(output)")
            claims += cell.components(separatedBy: "expect ").count - 1
        }
        XCTAssertGreaterThan(claims, 40)
    }
}
