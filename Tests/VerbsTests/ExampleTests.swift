import Foundation
import Language
import Verbs
import XCTest

/// Every example of every verb runs, and gives what it says.
final class ExampleTests: XCTestCase {
    private final class Host: SessionHost {
        var output = ""
        func write(_ text: String) { output += text }
    }

    func testEveryExampleGivesWhatItSays() throws {
        let families = ["tensors", "random", "shapes", "elementwise", "reductions", "algebra"]
        for entry in Registry.rhumb().families.filter({ families.contains($0.name) }).flatMap(\.verbs) {
            for (variant, verb) in entry.variants.enumerated() {
                XCTAssertFalse(verb.examples.isEmpty, "'\(verb.name)' has no example")
                for example in verb.examples {
                    let host = Host()
                    let interpreter = Interpreter(registry: .rhumb(), host: host)
                    do throws(Diagnostic) {
                        try interpreter.run(Source(name: "\(verb.name) \(variant)", text: example.code))
                    } catch {
                        XCTFail("\(example.code)\n\(error.text())")
                        continue
                    }
                    guard let gives = example.gives else { continue }
                    let shown = host.output.hasSuffix("\n") ? String(host.output.dropLast()) : host.output
                    XCTAssertEqual(shown, gives, example.code)
                }
            }
        }
    }
}
