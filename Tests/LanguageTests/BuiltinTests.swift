import Language
import TestSupport
import XCTest

/// The declarations of the built-in verbs, checked as every target with verbs checks its own.
final class BuiltinTests: XCTestCase {
    func testExamplesGiveWhatTheySay() {
        let registry = Registry.withBuiltins()
        let failures = registry.exampleFailures {
            let host = CollectingHost()
            return (Interpreter(registry: registry, host: host), host)
        }
        XCTAssertEqual(failures, [])
    }

    func testDeclarationsAreComplete() {
        XCTAssertEqual(Registry.withBuiltins().declarationProblems(), [])
    }
}
