import Foundation
import Language
import Tensor
import XCTest

/// Verbs are called with arguments made from their declarations, a share of them hostile: each call gives a value or an
/// error with a sentence, within seconds. `RHUMB_FUZZ=1000000` makes so many calls instead of a few thousand.
final class HostileArgumentsTests: XCTestCase {
    private struct Stream: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return bits ^ (bits >> 31)
        }
    }

    /// Interrupts a call that takes long.
    private final class ImpatientHost: SessionHost {
        var start = Date()
        var isInterrupted: Bool { Date().timeIntervalSince(start) > 2 }
        func write(_ text: String) {}
    }

    private static let families = [
        "numbers", "lists", "strings", "records", "tensors", "elementwise", "reductions", "shapes", "algebra", "random",
        "networks",
    ]

    /// Code that gives hostile values of every kind.
    private static let hostile = [
        "0", "-1", "0.5", "nan", "inf", "-inf", "2**36", "2**53", "-(2**53)", "1e19", "-1e19", "1e308", "5e-324",
        "\"\"",
        "\"a\"", "\"e\u{301}🐶\"", "\"\\u{0}\"", "[]", "[[]]", "[1, 2, 3]", "[nan, 1]", "[[1], [1, 2]]", "[1e19, 2**53]",
        "[-1, 2**40]", "{}", "{a: 1}", "true", "none", "0..0", "0..1e15", "3..0", "x -> x", "(a, b) -> a", "x -> [x]",
        "deep", "shared", "zeros(0)", "zeros(0, 3)", "expand(zeros(1), 2**40)", "expand(cast([1], \"int64\"), 2**40)",
        "most",
        "tensor([nan, inf, -inf])", "rand(2, 3, seed: 1)", "rand(2, 3, 4, 4, seed: 1)", "cast(ones(3), \"bfloat16\")",
        "few",
        "table({})", "table({a: [1, nan], b: [\"x\", none]})", "sqrt", "scalar",
    ]

    private static let setUp = """
        deep = []
        for i in 0..900 { deep = [deep] }
        shared = [1]
        for i in 0..50 { shared = [shared, shared] }
        most = tensor [9223372036854774784, -9223372036854775808, 0] dtype: "int64"
        few = tensor [3, 1, 2] dtype: "int64"
        scalar = most[0]
        """

    private func fitting(_ type: ValueType, _ stream: inout Stream) -> String {
        switch type {
        case .number(let range):
            "\(Double.random(in: max(range?.lowerBound ?? -5, -1e3)...min(range?.upperBound ?? 5, 1e3), using: &stream))"
        case .whole(let range):
            "(\([range?.lowerBound ?? -3, 0, 1, 2, 3, min(range?.upperBound ?? 1 << 53, 1 << 53)].randomElement(using: &stream)!))"
        case .boolean: Bool.random(using: &stream) ? "true" : "false"
        case .string, .file, .word: ["\"a b\"", "\"\"", "\",\"", "\".2f\""].randomElement(using: &stream)!
        case .choice(let choices): "\"\(choices.randomElement(using: &stream)!)\""
        case .list(let element):
            "["
                + (0..<Int.random(in: 0...3, using: &stream)).map { _ in fitting(element, &stream) }.joined(
                    separator: ", ") + "]"
        case .record: "{a: 1, b: [2]}"
        case .range: "0..4"
        case .table: "table({a: [1, 2], b: [\"x\", \"y\"]})"
        case .function: ["x -> x", "sqrt", "(a, b) -> a", "x -> true"].randomElement(using: &stream)!
        case .object: ["rand(2, 3, seed: 1)", "rand(3, 3, seed: 2)", "few", "ones(4)"].randomElement(using: &stream)!
        case .either(let types): fitting(types.randomElement(using: &stream)!, &stream)
        case .optional(let type): Bool.random(using: &stream) ? "none" : fitting(type, &stream)
        case .any: Self.hostile.randomElement(using: &stream)!
        }
    }

    func testEveryVerbAnswers() throws {
        Engine.threads = 1
        let calls = ProcessInfo.processInfo.environment["RHUMB_FUZZ"].flatMap { Int($0) } ?? 3_000
        let registry = Registry.rhumb()
        let verbs = registry.entries.filter { Self.families.contains($0.verb.family) }.flatMap(\.variants)
        XCTAssertGreaterThan(verbs.count, 100)
        var stream = Stream(state: 7)
        let host = ImpatientHost()
        var interpreter = Interpreter(registry: registry, host: host)
        for call in 0..<calls {
            if call % 500 == 0 {
                interpreter = Interpreter(registry: registry, host: host)
                try interpreter.run(Source(name: "test", text: Self.setUp))
            }
            let verb = verbs[call < verbs.count ? call : Int.random(in: 0..<verbs.count, using: &stream)]
            var arguments: [String] = []
            for parameter in verb.parameters where parameter.isRequired || Bool.random(using: &stream) {
                let value =
                    Int.random(in: 0..<5, using: &stream) < 2
                    ? Self.hostile.randomElement(using: &stream)! : fitting(parameter.type, &stream)
                arguments.append(parameter.style == .option ? "\(parameter.name): \(value)" : "(\(value))")
            }
            let code = "value = \(verb.name)(\(arguments.joined(separator: ", ")))\n\"{value}\";"
            if calls > 100_000 { print(code) }
            host.start = Date()
            do throws(Diagnostic) {
                try interpreter.run(Source(name: "test", text: code))
            } catch {
                XCTAssertFalse(error.message.isEmpty, code)
                XCTAssertFalse(error.message.contains("Error("), "\(code): \(error.message)")
            }
            XCTAssertLessThan(Date().timeIntervalSince(host.start), 20, code)
        }
    }
}
