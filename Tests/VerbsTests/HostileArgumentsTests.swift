import Foundation
import Language
import Tensor
import TestSupport
import XCTest

/// Verbs are called with arguments made from their declarations, a share of them hostile: each call gives a value or an
/// error with a sentence, within seconds. ``Fuzz`` asks for more calls than a few thousand.
final class HostileArgumentsTests: XCTestCase {
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

    /// Their calls take longer: each works with a model or a picture.
    private static let modelFamilies = [
        "gradients", "images", "clip", "steering", "world", "evaluation", "diffusion", "grpo",
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

    private static let modelSetUp = """
        clip = load "emoji"
        sd = load "emoji-sd"
        v = direction clip safe: ["a dog"] unsafe: ["a dagger"]
        picture = scene "a ball" seed: 1
        black = image (zeros 3 8 8)
        broken = image (tensor [[[nan, inf]], [[1, 2]], [[-1, -inf]]])
        long = image (ones 3 1 300)
        latents = randn(1, 4, 8, 8, seed: 1)
        w = requires_grad [1, 2]
        """

    private static let modelHostile = [
        "clip", "sd", "v", "picture", "black", "broken", "long", "latents", "w", "[picture, black]", "[]", "\"\"",
        "[\"a dog\", \"\"]", "[clip, v]", "[[picture]]", "{a: picture}", "\"a dog\"", "repeat(\"long \", 1000)",
    ]

    private static let objects = [
        "clip": ["clip"], "pipeline": ["sd"], "direction": ["v"], "image": ["picture", "black", "broken", "long"],
        "tensor": ["latents", "rand(2, 3, seed: 1)", "few", "w"],
    ]

    private func fitting(_ type: ValueType, _ stream: inout SplitMix) -> String {
        switch type {
        case .number(let bounds):
            "\(Double.random(in: max(bounds?.lower.number ?? -5, -1e3)...min(bounds?.upper.number ?? 5, 1e3), using: &stream))"
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
        case .object(let name):
            (usesModels ? Self.objects[name] : nil)?.randomElement(using: &stream)
                ?? ["rand(2, 3, seed: 1)", "rand(3, 3, seed: 2)", "few", "ones(4)"].randomElement(using: &stream)!
        case .either(let types): fitting(types.randomElement(using: &stream)!, &stream)
        case .optional(let type): Bool.random(using: &stream) ? "none" : fitting(type, &stream)
        case .any: Self.hostile.randomElement(using: &stream)!
        }
    }

    private var usesModels = false

    func testEveryVerbAnswers() throws {
        try call(Self.families, atLeast: 100, calls: Fuzz.count(3_000), Self.setUp, Self.hostile)
    }

    func testEveryVerbOfModelsAndPicturesAnswers() throws {
        usesModels = true
        // Pictures of the largest sizes that verbs take would fill any machine.
        limitAddresses("\(8 << 30)")
        defer { limitAddresses("unlimited") }
        try call(
            Self.modelFamilies, atLeast: 40, calls: Fuzz.count(300), Self.setUp + "\n" + Self.modelSetUp,
            Self.hostile + Self.modelHostile + Self.modelHostile)
    }

    private func limitAddresses(_ bytes: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
        process.arguments = ["--pid", "\(getpid())", "--as=\(bytes):"]
        try? process.run()
        process.waitUntilExit()
    }

    /// Calls the verbs of some families, each at least once when there are calls enough.
    private func call(_ families: [String], atLeast least: Int, calls: Int, _ setUp: String, _ hostile: [String]) throws
    {
        Engine.threads = 1
        let registry = Registry.rhumb()
        let verbs = registry.entries.filter { families.contains($0.verb.family) }.flatMap(\.variants)
        XCTAssertGreaterThan(verbs.count, least)
        var stream = SplitMix(state: 7 &+ Fuzz.seed &* 1000)
        let host = ImpatientHost()
        var interpreter = Interpreter(registry: registry, host: host)
        for call in 0..<calls {
            if call % 500 == 0 {
                interpreter = Interpreter(registry: registry, host: host)
                host.start = Date()
                try interpreter.run(Source(name: "test", text: setUp))
            }
            let verb = verbs[call < verbs.count ? call : Int.random(in: 0..<verbs.count, using: &stream)]
            var arguments: [String] = []
            for parameter in verb.parameters where parameter.isRequired || Bool.random(using: &stream) {
                let value =
                    Int.random(in: 0..<5, using: &stream) < 2
                    ? hostile.randomElement(using: &stream)! : fitting(parameter.type, &stream)
                arguments.append(parameter.style == .option ? "\(parameter.name): \(value)" : "(\(value))")
            }
            let code = "value = \(verb.name)(\(arguments.joined(separator: ", ")))\n\"{value}\";"
            if Fuzz.isLong { print("\(call): \(code.replacingOccurrences(of: "\n", with: "; "))") }
            host.start = Date()
            do throws(Diagnostic) {
                try interpreter.run(Source(name: "test", text: code))
            } catch {
                XCTAssertFalse(error.message.isEmpty, code)
                XCTAssertFalse(error.message.contains("Error("), "\(code): \(error.message)")
            }
            XCTAssertLessThan(Date().timeIntervalSince(host.start), 120, code)
        }
    }
}
