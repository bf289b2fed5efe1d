import Basics
import Language
import TestSupport
import XCTest

/// The interpreter as Swift code uses it.
final class InterpreterTests: XCTestCase {
    private let host = CollectingHost()
    private lazy var interpreter = Interpreter(registry: .withBuiltins(), host: host)

    @discardableResult
    private func run(_ text: String) throws -> Interpreter.Outcome {
        try interpreter.run(Source(name: "test", text: text))
    }

    private func error(_ text: String, file: StaticString = #filePath, line: UInt = #line) -> Diagnostic? {
        do {
            try interpreter.run(Source(name: "test", text: text))
            XCTFail("expected an error", file: file, line: line)
            return nil
        } catch {
            return error
        }
    }

    func testOutcome() throws {
        let outcome = try run("x = 1\nx + 1")
        XCTAssertTrue(outcome.value.isEqual(to: 2))
        XCTAssertFalse(outcome.isSilenced)
        XCTAssertEqual(host.output, "2\n")
        XCTAssertTrue(try run("x + 2;").isSilenced)
        XCTAssertEqual(host.output, "2\n")
        XCTAssertTrue(interpreter["_"]!.isEqual(to: 3))
        XCTAssertTrue(try run("y = 1").value.isNone)
    }

    func testVariablesFromSwift() throws {
        interpreter["alpha"] = 0.5
        interpreter["names"] = ["a", "b"]
        try run("beta = alpha * 2\nn = len(names)")
        XCTAssertTrue(interpreter["beta"]!.isEqual(to: 1))
        XCTAssertTrue(interpreter["n"]!.isEqual(to: 2))
        XCTAssertNil(interpreter["gamma"])
        XCTAssertEqual(interpreter.namedValues.map(\.name), ["alpha", "names", "beta", "n"])
        interpreter["alpha"] = nil
        XCTAssertEqual(interpreter.namedValues.map(\.name), ["names", "beta", "n"])
        XCTAssertEqual(error("alpha")?.message, "unknown name 'alpha'")
    }

    /// A verb that makes variables, as `open` does: what follows in the same text finds them, also where a verb has the
    /// name.
    func testNamesThatAVerbBrings() throws {
        let registry = Registry.withBuiltins()
        registry.add(
            Verb(
                "bring", family: "session", summary: "makes variables",
                parameters: [.option("record", .boolean, default: false, help: "not as variables")],
                effects: [.changesVariables, .bringsVariables]
            ) { call in
                if try call.boolean("record") { return .record(["mean": 5]) }
                call.interpreter["mean"] = 5
                call.interpreter["brought"] = 6
                return .none
            })
        interpreter = Interpreter(registry: registry, host: host)
        try run("print mean\nbring()\nprint mean brought\nprint mean([1, 2])")
        XCTAssertEqual(host.output, "function mean\n5 6\n1.5\n")
        interpreter = Interpreter(registry: registry, host: host)
        try run(
            "a = bring record: true\nb = bring(record: true)\nif true { c = bring(record: true) }\nd = a.mean + b.mean + c.mean"
        )
        XCTAssertTrue(interpreter["d"]!.isEqual(to: 15))
        XCTAssertNil(interpreter["brought"])
        for code in ["if true { bring() }", "func f() { bring() }", "for i in 0..2 { bring() }", "f = () -> bring()"] {
            XCTAssertEqual(error(code)?.message, "'bring' stands only at the top level", code)
        }
    }

    func testAnErrorKeepsWhatWasDone() throws {
        try run("xs = [1, 2]")
        XCTAssertNotNil(error("a = 5\nxs = append(xs, 1 + none)"))
        XCTAssertTrue(interpreter["a"]!.isEqual(to: 5))
        XCTAssertTrue(interpreter["xs"]!.isEqual(to: [1, 2]))
        // The list is handed to the verb for change in place; it must come back when the verb refuses.
        XCTAssertNotNil(error("xs = append(xs, list: 3)"))
        XCTAssertTrue(interpreter["xs"]!.isEqual(to: [1, 2]))
        try run("n = 7")
        XCTAssertNotNil(error("n = append(n, 1)"))
        XCTAssertTrue(interpreter["n"]!.isEqual(to: 7))
        XCTAssertNotNil(error("func f() { ys = [1]; ys = append(ys, f2()); return ys }\nf()"))
    }

    func testFunctionsAreCalledFromSwift() throws {
        try run("func reward(image, scale = 2) { return image * scale }\nk = 3\nadd = x -> x + k")
        guard case .function(let reward)? = interpreter["reward"], case .function(let add)? = interpreter["add"] else {
            return XCTFail("functions are variables")
        }
        XCTAssertTrue(try interpreter.call(reward, [4]).isEqual(to: 8))
        XCTAssertTrue(try interpreter.call(reward, [4, 5]).isEqual(to: 20))
        XCTAssertTrue(try interpreter.call(add, [1]).isEqual(to: 4))
        XCTAssertThrowsError(try interpreter.call(reward, [])) { error in
            XCTAssertEqual((error as? RhumbError)?.message, "'reward' takes 1 to 2 arguments, but is called with 0")
        }
        XCTAssertThrowsError(try interpreter.call(reward, ["a"])) { error in
            XCTAssertEqual((error as? Diagnostic)?.message, "'*' can't combine the string \"a\" and 2")
        }
        let native = Function(name: "twice", parameters: 1...1) { .number(($0[0].whole.map(Double.init) ?? 0) * 2) }
        interpreter["twice"] = .function(native)
        XCTAssertTrue(try run("[1, 2] |> map twice |> sum").value.isEqual(to: 6))
        XCTAssertEqual(error("twice(1, 2)")?.message, "'twice' takes 1 argument, but is called with 2")
        XCTAssertEqual(error("twice x: 2")?.message, "unknown option 'x' of 'twice'")
    }

    func testCallsBackAreReentrant() throws {
        // sort calls the key, which calls map, which calls a function that calls sort again.
        try run(
            """
            func depth(n) { return if n == 0 { 0 } else { 1 + sum(map([n - 1], depth)) } }
            func key(x) { return sum(sort(map([x, -x], y -> y * depth(3)), by: z -> -z)) + x }
            xs = sort([3, 1, 2], by: key)
            """)
        XCTAssertTrue(interpreter["xs"]!.isEqual(to: [1, 2, 3]))
    }

    func testRunInsideAVerb() throws {
        // A nested run may replace a function that is running further out.
        interpreter.registry.add(
            Verb("redefine", family: "test", summary: "replace f while it runs") { call in
                try call.interpreter.run(Source(name: "inner", text: "func f() { return 2 }\ng = 5"))
                call.interpreter["h"] = .function(Function(name: "h", parameters: 0...0) { _ in 1 })
                return .none
            })
        try run("func f() {\n  redefine()\n  a = [1, 2, 3]\n  return a\n}\nfirst = f()\nsecond = f()")
        XCTAssertTrue(interpreter["first"]!.isEqual(to: [1, 2, 3]))
        XCTAssertTrue(interpreter["second"]!.isEqual(to: 2))
        XCTAssertTrue(interpreter["g"]!.isEqual(to: 5))
    }

    func testEndlessRecursionThroughVerbs() {
        let problem = error("func f(x) { return map([x], f) }\nf(1)")
        XCTAssertEqual(problem?.message, "calls are nested too deeply")
        // The session is still good.
        XCTAssertTrue(try run("1 + 1").value.isEqual(to: 2))
    }

    func testInterruption() throws {
        final class StoppingHost: SessionHost {
            var polls = 0
            var isInterrupted: Bool {
                polls += 1
                return polls > 3
            }
            func write(_ text: String) {}
        }
        for loop in [
            "while true { n += 1 }", "for i in 0..1e12 { n += 1 }", "func f() { while true { } }\nf()",
            "func g(k) { if k == 0 { return 0 }\n return g(k - 1) + g(k - 1) }\ng(60)",
            "map(range(1e6), x -> x + 1)",
        ] {
            let host = StoppingHost()
            let interpreter = Interpreter(registry: .withBuiltins(), host: host)
            do {
                try interpreter.run(Source(name: "loop", text: "n = 0\n" + loop))
                XCTFail("\(loop) should have been interrupted")
            } catch {
                XCTAssertEqual(error.kind, .interrupted)
                XCTAssertEqual(error.kind.exitCode, 130)
                XCTAssertNotNil(interpreter["n"])
            }
        }
    }

    /// Whatever the machine was changing in place when it was stopped, variables keep a whole value.
    func testInterruptionInTheMiddleOfChangesInPlace() throws {
        final class StoppingHost: SessionHost {
            var polls = 0
            var limit = 0
            var isInterrupted: Bool {
                polls += 1
                return polls > limit
            }
            func write(_ text: String) {}
        }
        let source = """
            text = ""
            xs = []
            kept = [text, xs]
            i = 0
            while true {
              text = text + "item {i}, "
              xs = append(xs, i)
              xs = append(xs, i, i)
              xs[0] = i
              i += 1
            }
            """
        for limit in 0..<12 {
            let host = StoppingHost()
            host.limit = limit
            let interpreter = Interpreter(registry: .withBuiltins(), host: host)
            XCTAssertThrowsError(try interpreter.run(Source(name: "loop", text: source))) { error in
                XCTAssertEqual((error as? Diagnostic)?.kind, .interrupted)
            }
            guard case .list(let items)? = interpreter["xs"], case .string(let text)? = interpreter["text"],
                let rounds = interpreter["i"]?.whole
            else { return XCTFail("every variable keeps its value") }
            XCTAssertTrue((3 * rounds...3 * rounds + 3).contains(items.count), "\(items.count) after \(rounds) rounds")
            XCTAssertTrue(items.allSatisfy { $0.whole != nil })
            XCTAssertTrue(text.hasSuffix(", ") || text.isEmpty)
            XCTAssertTrue(interpreter["kept"]!.isEqual(to: ["", []]))
        }
    }

    func testChangesInPlaceLeaveWhatSwiftHolds() throws {
        try run("xs = [1, 2]\ntext = \"a text that is longer than a word\"")
        let (list, text) = (interpreter["xs"]!, interpreter["text"]!)
        try run("xs[0] = 5\nxs = append(xs, 3)\ntext = text + \" and {xs[0]} more\"")
        XCTAssertTrue(list.isEqual(to: [1, 2]))
        XCTAssertTrue(text.isEqual(to: "a text that is longer than a word"))
        XCTAssertTrue(interpreter["xs"]!.isEqual(to: [5, 2, 3]))
        XCTAssertTrue(interpreter["text"]!.isEqual(to: "a text that is longer than a word and 5 more"))
        // An argument is the caller's value still.
        try run("func change(xs, text) { xs[0] = 0\nxs = append(xs, 9)\ntext = text + \"{1}\"\nreturn [xs, text] }")
        guard case .function(let change)? = interpreter["change"] else { return XCTFail("a function") }
        XCTAssertTrue(try interpreter.call(change, [list, text]).isEqual(to: [[0, 2, 9], .string(text.text + "1")]))
        XCTAssertTrue(list.isEqual(to: [1, 2]))
        XCTAssertTrue(text.isEqual(to: "a text that is longer than a word"))
    }

    func testKindsOfErrors() {
        XCTAssertEqual(error("1 +")?.kind, .syntax)
        XCTAssertEqual(error("prnt 1")?.kind, .syntax)
        XCTAssertEqual(error("print 1 foo: 2")?.kind, .syntax)
        XCTAssertEqual(error("1 + none")?.kind, .runtime)
        XCTAssertEqual(error("expect false")?.kind, .expectation)
        XCTAssertEqual(
            [.syntax, .runtime, .expectation, .interrupted].map { (kind: Diagnostic.Kind) in kind.exitCode },
            [2, 1, 1, 130])
    }

    func testSeedsAreDrawnInOrder() {
        let other = Interpreter(registry: .withBuiltins(), host: host, seed: 0)
        XCTAssertEqual((0..<3).map { _ in interpreter.drawSeed() }, (0..<3).map { _ in other.drawSeed() })
        XCTAssertNotEqual(other.drawSeed(), other.drawSeed())
        let third = Interpreter(registry: .withBuiltins(), host: host, seed: 1)
        XCTAssertNotEqual(third.drawSeed(), Interpreter(registry: .withBuiltins(), host: host).drawSeed())
    }

    func testTimeIsNoted() throws {
        try run("time sort [2, 1]\ntime x = 3")
        XCTAssertEqual(host.output, "[1, 2]\n")
        XCTAssertEqual(host.notes.count, 2)
        XCTAssertTrue(host.notes.allSatisfy { $0.hasPrefix("took ") })
        XCTAssertTrue(interpreter["x"]!.isEqual(to: 3))
    }

    func testParametersAreListed() throws {
        let source = Source(
            name: "recipe.md", text: "param rounds = 20 * 2 \"training rounds\"\nparam fast = false", lineOffset: 10)
        let declarations = try source.parameters()
        XCTAssertEqual(declarations.map(\.name), ["rounds", "fast"])
        XCTAssertEqual(declarations.map(\.help), ["training rounds", ""])
        XCTAssertEqual(declarations.map(\.defaultText), ["20 * 2", "false"])
        XCTAssertEqual(declarations.map(\.span.line), [11, 12])
    }

    func testValuesDoNotLeak() throws {
        final class Thing: ObjectValue {
            let typeName = "thing"
            let summary = "a thing"
        }
        weak var seen: Thing?
        do {
            let thing = Thing()
            seen = thing
            interpreter["t"] = .object(thing)
        }
        try run(
            "func f(x) { y = [x, {a: x}]\n return y }\nz = f(t)\nz = map(z, q -> q)\n\"{t} {z}\"\n_ = 0\nforget t z")
        XCTAssertNil(seen, "a register kept the value alive")
        do {
            let thing = Thing()
            seen = thing
            interpreter["t"] = .object(thing)
        }
        XCTAssertNotNil(error("func g(x) { y = [x]\n return y + none }\ng(t)"))
        try run("forget t")
        XCTAssertNil(seen, "an error kept the value alive")
    }
}
