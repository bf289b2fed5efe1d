import Basics
import Language
import TestSupport
import XCTest

/// How other targets bring their own values: a small vector that uses every part of the protocol.
final class ObjectValueTests: XCTestCase {
    private final class Vector: ObjectValue {
        let elements: [Double]
        init(_ elements: [Double]) { self.elements = elements }

        let typeName = "vector"
        var summary: String { "vector of \(elements.count)" }
        func display(width: Int) -> String { summary + "\n" + elements.map { "\($0)" }.joined(separator: " ") }
        func formatted(_ format: Format) -> String? { elements.compactMap { format.text($0) }.joined(separator: " ") }
        func unary(_ operation: UnaryOperator) throws -> Value? { .object(Vector(elements.map { -$0 })) }

        func binary(_ operation: BinaryOperator, _ other: Value, isRight: Bool) throws -> Value? {
            let others: [Double]
            switch other {
            case .number(let number): others = elements.map { _ in number }
            case .object(let vector as Vector):
                guard vector.elements.count == elements.count else {
                    throw RhumbError("vectors of \(elements.count) and \(vector.elements.count)", hint: "same length")
                }
                others = vector.elements
            default: return nil
            }
            let pairs = zip(isRight ? others : elements, isRight ? elements : others)
            switch operation {
            case .add: return .object(Vector(pairs.map { $0 + $1 }))
            case .subtract: return .object(Vector(pairs.map { $0 - $1 }))
            case .less: return .boolean(pairs.allSatisfy { $0 < $1 })
            case .matmul: return .number(pairs.map { $0 * $1 }.reduce(0, +))
            default: return nil
            }
        }

        func isEqual(to other: Value) -> Bool { other.object(as: Vector.self)?.elements == elements }

        func isClose(to other: Value, within tolerance: Double) throws -> Bool? {
            guard let other = other.object(as: Vector.self) else { return nil }
            return zip(elements, other.elements).allSatisfy { abs($0 - $1) <= tolerance }
        }

        func subscripted(_ keys: [Subscript]) throws -> Value? {
            switch keys.first {
            case .index(let index):
                guard let position = Subscript.position(index, count: count!) else {
                    throw RhumbError("no element \(index)")
                }
                return .number(elements[position])
            case .slice(let start, let stop, let step):
                return .object(
                    Vector(
                        Subscript.positions(start: start, stop: stop, step: step, count: count!).map { elements[$0] }))
            case .all: return .object(self)
            case .name, .value, nil: return nil
            }
        }

        func replacing(_ keys: [Subscript], with value: Value) throws -> Value? {
            guard case .index(let index)? = keys.first, case .number(let number) = value else { return nil }
            var changed = elements
            changed[index] = number
            return .object(Vector(changed))
        }

        func member(_ name: String) throws -> Value? {
            switch name {
            case "length": .number(Double(elements.count))
            case "scaled":
                .function(
                    Function(name: "scaled", parameters: 1...1) { [elements] arguments in
                        guard case .number(let factor) = arguments[0] else { throw RhumbError("a number is needed") }
                        return .object(Vector(elements.map { $0 * factor }))
                    })
            default: nil
            }
        }

        var memberNames: [String] { ["length", "scaled"] }
        var count: Int? { elements.count }
        func element(at position: Int) throws -> Value { .number(elements[position]) }
        func contains(_ item: Value) throws -> Bool? {
            guard case .number(let number) = item else { return nil }
            return elements.contains(number)
        }
    }

    private let host = CollectingHost()
    private lazy var interpreter: Interpreter = {
        let interpreter = Interpreter(registry: .withBuiltins(), host: host)
        interpreter["v"] = .object(Vector([1, 2, 3]))
        interpreter["w"] = .object(Vector([10, 20, 30]))
        interpreter["short"] = .object(Vector([1]))
        return interpreter
    }()

    private func text(_ code: String) -> String {
        do {
            host.output = ""
            let value = try interpreter.run(Source(name: "test", text: code)).value
            return value.object(as: Vector.self).map { "\($0.elements)" } ?? value.text
        } catch {
            return "error: " + error.message + (error.label.isEmpty ? "" : " / " + error.label)
                + (error.help.isEmpty ? "" : " / " + error.help)
        }
    }

    func testOperators() {
        XCTAssertEqual(text("v + w"), "[11.0, 22.0, 33.0]")
        XCTAssertEqual(text("v + 1"), "[2.0, 3.0, 4.0]")
        XCTAssertEqual(text("10 - v"), "[9.0, 8.0, 7.0]")
        XCTAssertEqual(text("-v"), "[-1.0, -2.0, -3.0]")
        XCTAssertEqual(text("v @ w"), "140")
        XCTAssertEqual(text("v < w"), "true")
        XCTAssertEqual(text("if v < w { 1 }\nv += 1\nv"), "[2.0, 3.0, 4.0]")
        XCTAssertEqual(text("v == v + 0"), "true")
        XCTAssertEqual(text("v != w"), "true")
        XCTAssertEqual(text("v ≈ v + 0.05 within 0.1"), "true")
        XCTAssertEqual(text("v ≈ w"), "false")
        XCTAssertEqual(text("v + short"), "error: vectors of 3 and 1 / same length")
        XCTAssertEqual(text("v * 2"), "error: '*' can't combine a vector and 2")
        XCTAssertEqual(
            text("v ≈ \"a\""),
            "error: '≈' compares numbers, lists of numbers and tensors, not a vector and the string \"a\"")
    }

    func testElementsAndMembers() {
        XCTAssertEqual(text("v[0] + v[-1]"), "4")
        XCTAssertEqual(text("v[1..]"), "[2.0, 3.0]")
        XCTAssertEqual(text("v[:]"), "[1.0, 2.0, 3.0]")
        XCTAssertEqual(text("u = v\nu[1] = 9\nu"), "[1.0, 9.0, 3.0]")
        XCTAssertEqual(text("v"), "[1.0, 2.0, 3.0]")
        XCTAssertEqual(text("r = {x: v}\nr.x[0] = 7\nr.x[0] + v[0]"), "8")
        XCTAssertEqual(text("v.length"), "3")
        XCTAssertEqual(text("v.scaled(2)"), "[2.0, 4.0, 6.0]")
        XCTAssertEqual(text("3 |> v.scaled"), "[3.0, 6.0, 9.0]")
        XCTAssertEqual(text("v.lenght"), "error: a vector has no member 'lenght' / did you mean 'length'?")
        XCTAssertEqual(text("v[\"a\"]"), "error: a vector can't be indexed")
        XCTAssertEqual(text("v.length = 2"), "error: member 'length' of a vector can't be assigned")
        XCTAssertEqual(text("v[\"a\"] = 2"), "error: elements of a vector can't be assigned")
        XCTAssertEqual(text("v[9]"), "error: no element 9")
    }

    func testIteration() {
        XCTAssertEqual(text("s = 0\nfor x in v { s += x }\ns"), "6")
        XCTAssertEqual(text("len v"), "3")
        XCTAssertEqual(text("map v (x -> x * 2)"), "[2, 4, 6]")
        XCTAssertEqual(text("a, b, c = v\nb"), "2")
        XCTAssertEqual(text("2 in v"), "true")
        XCTAssertEqual(text("\"a\" in v"), "error: 'in' can't look for the string \"a\" in a vector")
        XCTAssertEqual(
            text("if v { }"),
            "error: a condition must be true or false, not a vector / compare one number of it: x[0] > 0")
    }

    func testText() {
        XCTAssertEqual(text("\"{v} {v:.1f}\""), "vector of 3 1.0 2.0 3.0")
        XCTAssertEqual(text("[v]"), "[vector of 3]")
        _ = text("v")
        XCTAssertEqual(host.output, "vector of 3\n1.0 2.0 3.0\n")
    }

    func testVariantsOfAVerb() {
        interpreter.registry.add(
            Verb(
                "mean", family: "test", summary: "the mean of a vector",
                parameters: [
                    Parameter("vector", .object("vector"), help: "a vector"),
                    .option("power", .number(), default: 1, help: "of each element"),
                ], result: "number"
            ) { call in
                let elements = try call.object("vector", as: Vector.self).elements
                return .number(elements.reduce(0, +) / Double(elements.count) * (try call.number("power")))
            })
        XCTAssertEqual(text("mean [1, 3]"), "2")
        XCTAssertEqual(text("mean v"), "2")
        XCTAssertEqual(text("mean v power: 2"), "4")
        XCTAssertEqual(text("[v, w] |> map mean"), "[2, 20]")
        XCTAssertEqual(text("mean [1] power: 2"), "error: unknown option 'power' of 'mean' / options: list")
        XCTAssertEqual(
            text("mean \"a\""),
            "error: 'list' of 'mean' must be a list of numbers, range or vector, not the string \"a\" / help mean shows the ways to call it"
        )
        XCTAssertTrue(interpreter.help("mean", width: 80).contains("the mean of a vector"))
    }
}
