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

    // MARK: Files

    private func verb(_ name: String, _ effects: Set<Verb.Effect>, namesFile: Bool = true) -> Verb {
        let type: ValueType = namesFile ? .optional(.file(["txt"])) : .string
        return Verb(
            name, family: "files", summary: "a file", parameters: [Parameter("path", type, help: "the file")],
            examples: [.init("\(name) \"a.txt\"", needsPrompt: true)], effects: effects
        ) { call in
            try call.willRead(call.string("path"), as: "name of " + call.string("path"))
            return .none
        }
    }

    private func registry(_ verbs: [Verb]) -> Registry {
        let registry = Registry()
        registry.add(verbs)
        return registry
    }

    /// What a cell has read decides whether it runs again: a verb can't read a file and keep it to itself.
    func testAVerbThatReadsFilesDeclaresIt() throws {
        let verbs = registry([verb("reads", [.readsFiles]), verb("silent", []), verb("writes", [.writesFiles])])
        let host = ReadingHost()
        let session = Interpreter(registry: verbs, host: host)
        try session.run(Source(name: "test", text: "reads \"a.txt\""))
        XCTAssertEqual(host.read, ["a.txt as name of a.txt"])
        for name in ["silent", "writes"] {
            XCTAssertThrowsError(try session.run(Source(name: "test", text: "\(name) \"a.txt\""))) {
                XCTAssertEqual(
                    ($0 as? Diagnostic)?.message, "the verb '\(name)' reads a file and does not declare that it does")
            }
        }
        XCTAssertEqual(host.read.count, 1)
    }

    func testDeclarationsOfFilesAreChecked() {
        XCTAssertEqual(
            registry([verb("silent", [])]).declarationProblems(),
            ["parameter 'path' of 'silent' names a file, which the verb neither declares to read nor to write"])
        XCTAssertEqual(
            registry([verb("empty", [.readsFiles], namesFile: false)]).declarationProblems(),
            ["'empty' declares files, and no parameter of it names one"])
        for effect in [Verb.Effect.readsFiles, .writesFiles, .looksOutside] {
            XCTAssertEqual(registry([verb("right", [effect])]).declarationProblems(), [])
        }
        XCTAssertEqual(registry([verb("other", [], namesFile: false)]).declarationProblems(), [])
    }

    func testAVerbThatLooksOutsideTellsBeforeItRuns() throws {
        let host = ReadingHost()
        try Interpreter(registry: registry([verb("outside", [.looksOutside, .readsFiles])]), host: host)
            .run(Source(name: "test", text: "outside \"a.txt\""))
        XCTAssertEqual(host.read, ["outside", "a.txt as name of a.txt"])
    }
}

/// Keeps what it is told that code reads.
private final class ReadingHost: SessionHost {
    var read: [String] = []

    func write(_ text: String) {}
    func note(_ text: String) {}
    func attach(_ attachment: Attachment) {}
    func parameter(_ name: String) -> String? { nil }
    func didRead(_ path: String, as name: String) { read.append("\(path) as \(name)") }
    func willLookOutside() { read.append("outside") }
}
