import Language
import Notebook
import XCTest

/// An interrupt is answered, whenever it comes.
final class InterruptTests: XCTestCase {
    private final class Front: Notebook.Front {
        func receive(_ event: Event) {}
    }

    private let endless = Source(name: "test", text: "while true { }")

    /// While the program starts, or between two cells.
    func testBeforeTheCodeRuns() {
        let front = Front()
        let session = Session(registry: .withBuiltins(), front: front)
        Session.interrupt()
        XCTAssertEqual(session.execute(endless)?.kind, .interrupted)
        // Once answered, it is over.
        XCTAssertNil(session.execute(Source(name: "test", text: "for i in 0..10000 { }")))
    }

    /// At a prompt it was meant for the line being typed.
    func testAtThePrompt() {
        let front = Front()
        let session = Session(registry: .withBuiltins(), front: front)
        Session.interrupt()
        XCTAssertNil(session.execute(typed: "for i in 0..10000 { }"))
    }
}
