import Basics
import Language
import Notebook
import XCTest

/// `breakpoint`: code that is run there sees the variables of the place.
final class BreakpointTests: XCTestCase {
    /// Runs given lines at each breakpoint.
    private final class Front: Notebook.Front {
        var lines: [[String]] = []
        var end = PauseEnd.goesOn
        var output = ""
        var notes: [String] = []
        var errors: [Diagnostic] = []
        var seen: [[String]] = []
        var functions: [String?] = []
        var completed: [String] = []
        var isThere = true

        func receive(_ event: Event) {
            switch event {
            case .text(let text): output += text
            case .value(_, let display, _): output += display + "\n"
            case .note(let note): notes.append(note)
            case .error(let error): errors.append(error)
            case .figure, .progress: break
            }
        }

        func pause(_ session: Session, at place: Place) -> PauseEnd? {
            guard isThere else { return nil }
            seen.append(place.values.map { "\($0.name)=\($0.value.summary)" })
            functions.append(place.function)
            return session.standing(at: place) {
                completed = session.complete("thi", at: 3).candidates.map(\.text)
                for line in lines.isEmpty ? [] : lines.removeFirst() {
                    session.execute(Source(name: "breakpoint", text: line), at: place)
                }
                return end
            }
        }
    }

    private let front = Front()
    private lazy var session: Session = {
        let registry = Registry.withBuiltins()
        registry.add(NotebookVerbs.all)
        return Session(registry: registry, front: front)
    }()

    @discardableResult
    private func run(_ text: String) -> Diagnostic? { session.execute(Source(name: "test", text: text)) }

    func testVariablesOfTheFunctionAreSeenAndChanged() {
        front.lines = [
            [
                "print x y third", "x += 10", "third = [x]", "fresh = x * 2", "print map([1, 2], n -> n + x + y)",
                "func twice(n) { return 2 * n + y }\nprint twice(x)", "for i, y in enumerate([5]) { x += i + y }",
            ]
        ]
        XCTAssertNil(
            run("y = \"session\"\nfunc f(x, y = 2) {\n  third = 3\n  breakpoint\n  return [x, y, third]\n}\nf(1)"))
        XCTAssertEqual(front.seen, [["x=1", "y=2", "third=3"]])
        XCTAssertEqual(front.functions, ["f"])
        XCTAssertEqual(front.output, "1 2 3\n[14, 15]\n24\n[16, 5, [11]]\n")
        // What is new belongs to the session, whose own 'y' is as it was.
        XCTAssertTrue(session.interpreter["fresh"]!.isEqual(to: 22))
        XCTAssertTrue(session.interpreter["y"]!.isEqual(to: .string("session")))
        XCTAssertNil(session.interpreter["x"])
        XCTAssertNil(session.interpreter["third"])
        XCTAssertEqual(front.completed, ["third"])
        XCTAssertTrue(front.errors.isEmpty, "\(front.errors)")
    }

    func testSharedAndCapturedVariables() {
        front.lines = [["print outer own", "outer += 1", "own = 5", "h = func() { return outer + own }\nprint h()"]]
        let code = """
            func make() {
              outer = 1
              return func() {
                own = outer
                add = n -> n + own
                breakpoint
                return add(outer)
              }
            }
            g = make()
            g()
            """
        XCTAssertNil(run(code))
        XCTAssertEqual(front.seen.map { Set($0) }.first?.isSuperset(of: ["outer=1", "own=1"]), true, "\(front.seen)")
        XCTAssertEqual(front.output, "1 1\n7\n7\n")
        XCTAssertTrue(front.errors.isEmpty, "\(front.errors)")
    }

    func testAtTheTopLevelAndWithoutAFunction() {
        front.lines = [["x", "x = 7"]]
        XCTAssertNil(run("x = 1\nbreakpoint\nprint x"))
        XCTAssertEqual(front.output, "1\n7\n")
        XCTAssertEqual(front.functions, [nil])
        XCTAssertNil(run("for i in 0..2 { if i == 1 { breakpoint() } }"))
        XCTAssertEqual(front.seen.count, 2)
        // As a value it has no place.
        XCTAssertEqual(run("f = breakpoint\nf()")?.kind, .runtime)
    }

    func testErrorsAtTheBreakpointLeaveTheProgramAsItIs() {
        front.lines = [["nothing + 1", "[1][5]", "x = 3\n1 / [2]", "expect x == 4", "param x = 3", "x = x +"]]
        XCTAssertNil(run("func f(x) {\n breakpoint\n return x\n}\nprint f(1)"))
        XCTAssertEqual(front.output, "3\n")
        XCTAssertEqual(front.errors.map(\.kind), [.syntax, .runtime, .runtime, .expectation, .syntax, .syntax])
        XCTAssertTrue(front.errors[4].message.contains("variable of the function"), front.errors[4].message)
    }

    func testBreakpointsWithinBreakpoints() {
        front.lines = [["g(x)", "print x"], ["print x z", "x = 100"]]
        XCTAssertNil(
            run("func g(z) {\n x = z * 2\n breakpoint\n return x\n}\nfunc f(x) {\n breakpoint\n return x\n}\nf(4)"))
        XCTAssertEqual(front.functions, ["f", "g"])
        XCTAssertEqual(front.output, "8 4\n100\n4\n4\n")
    }

    func testLeavingEndsTheRunAsCtrlCDoes() {
        front.end = .quits
        XCTAssertEqual(run("func f() {\n breakpoint\n print 1\n}\nf()")?.kind, .interrupted)
        XCTAssertEqual(front.output, "")
        front.end = .goesOn
        XCTAssertNil(run("print 2"), "it is over")
    }

    func testWhereNobodyIsThereALineSaysSo() {
        front.isThere = false
        XCTAssertNil(run("func f() {\n breakpoint\n return 1\n}\nf()"))
        XCTAssertEqual(
            front.notes, ["breakpoint at test:2 passed: there is no terminal to open a prompt at"])
    }

    /// The name may be a variable's; then it means that.
    func testANameOfTheUsersOwn() {
        XCTAssertNil(run("breakpoint = 4\nbreakpoint"))
        XCTAssertEqual(front.output, "4\n")
        XCTAssertTrue(front.seen.isEmpty)
    }

    func testLintNamesOneLeftIn() {
        let registry = Registry.withBuiltins()
        registry.add(NotebookVerbs.all)
        func rules(_ text: String) -> [String] {
            CodeAnalysis([.init(Source(name: "t", text: text))], registry: registry, isWhole: false).problems.map {
                "\($0.span.line) \($0.rule.rawValue)"
            }
        }
        XCTAssertEqual(rules("x = 1\nfunc f() { breakpoint }\nbreakpoint()"), ["2 breakpoint", "3 breakpoint"])
        XCTAssertEqual(rules("breakpoint = 3\nprint breakpoint").filter { $0.hasSuffix(" breakpoint") }, [])
    }
}
