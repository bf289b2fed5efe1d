import Foundation
import Language
import Tensor
import TestSupport
import Verbs
import XCTest

/// Every verb's declaration is complete, every example runs and gives what it says, and the reference is current.
final class ExampleTests: XCTestCase {
    /// Threads that wait for one another stall where other processes want the cores too.
    override func setUp() { Engine.threads = 1 }

    /// Examples that write files do so in a folder of their own.
    private func inTemporaryFolder(_ body: () throws -> Void) throws {
        let folder = temporaryFolder()
        let before = FileManager.default.currentDirectoryPath
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(folder.path))
        defer { XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(before)) }
        try body()
    }

    func testExamplesGiveWhatTheySay() throws {
        let registry = Registry.rhumb()
        try inTemporaryFolder {
            let failures = registry.exampleFailures {
                let host = CollectingHost()
                return (Interpreter(registry: registry, host: host), host)
            }
            for failure in failures { XCTFail(failure) }
        }
    }

    func testDeclarationsAreComplete() {
        XCTAssertEqual(Registry.rhumb().declarationProblems(), [])
    }
}
