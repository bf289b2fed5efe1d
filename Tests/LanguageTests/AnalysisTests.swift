import Language
import TestSupport
import XCTest

/// `CodeAnalysis`: names and their places, and what lint says.
final class AnalysisTests: XCTestCase {
    private let registry = Registry.withBuiltins()

    private func analysis(_ cells: [String], files: [String: String] = [:]) -> CodeAnalysis {
        CodeAnalysis(
            cells.enumerated().map { .init(Source(name: "t.md", text: $1, lineOffset: 10 * $0)) }, registry: registry,
            isWhole: true, read: { files[$0] })
    }

    /// Line, rule and the text at fault of each problem.
    private func problems(_ cells: String..., files: [String: String] = [:]) -> [String] {
        analysis(cells, files: files).problems.map {
            "\($0.span.line) \($0.rule.rawValue) \($0.span.source.slice($0.span.range))"
        }
    }

    func testNothingToSay() {
        XCTAssertEqual(
            problems(
                "param n = 3\nfunc f(x, unused) { return x + n }\nfor i in 0..3 { print 1 }\na, b = [1, 2]\n"
                    + "print f(1, 2) a \"{len([1]) + n:.2f}\"",
                "x = 1\nx += 1\nx\nr = {}\nr.a = x\nr\nmean = mean([1])\nmean([2]) + mean\nhelp sort\n_\npi"), [])
    }

    func testUnknownNames() {
        XCTAssertEqual(problems("print lenght"), ["1 unknown-name lenght"])
        XCTAssertEqual(problems("x = y\nx\ny = 1\ny"), ["1 unknown-name y"])
        XCTAssertEqual(problems("x", "x = 1"), ["1 unknown-name x"])
        XCTAssertEqual(problems("func f() { return y }\ny = 1\nf()"), [], "a function runs later")
        XCTAssertEqual(problems("\"{nothing + 1}\""), ["1 unknown-name nothing"])
        XCTAssertEqual(problems("map [1] (x -> x + z)"), ["1 unknown-name z"])
        XCTAssertEqual(problems("x = [\n", "x"), ["2 syntax "], "unfinished code may define it")
        XCTAssertEqual(analysis(["prnt 1"]).problems.first?.label, "did you mean 'print'?")
    }

    func testUnknownOptions() {
        XCTAssertEqual(problems("sort [1] descendng: true"), ["1 unknown-option descendng"])
        XCTAssertEqual(
            problems("func sort(xs, descendng) { return xs }\nsort [1] descendng: true"), ["1 hidden-verb sort"])
    }

    func testUnusedNames() {
        XCTAssertEqual(problems("x = 1"), ["1 unused-name x"])
        XCTAssertEqual(problems("func f() {\n    y = 1\n    return 2\n}\nf()"), ["2 unused-name y"])
        XCTAssertEqual(problems("func f() { return 2 }"), ["1 unused-name f"])
        XCTAssertEqual(problems("_x = 1"), [])
    }

    func testFunctionsWithoutValue() {
        XCTAssertEqual(
            problems("func f(x) { y = x\nprint y\nz = y + 1\nz += 1 }\nprint f(1) + 1"), ["5 missing-value f"])
        XCTAssertEqual(problems("func f(x) { if x > 0 { return 1 } }\ny = f(1)\ny"), ["2 missing-value f"])
        XCTAssertEqual(problems("func f(x) { for i in x { if i > 0 { return i } } }\ny = f [1]\ny"), [])
        XCTAssertEqual(problems("func f(x) { if x > 0 { 1 } else { 2 } }\ny = f(1)\ny"), [])
        XCTAssertEqual(problems("func f(x) { for i in x { print i } }\nf [1]"), [], "only what it does is wanted")
    }

    func testUnreachable() {
        XCTAssertEqual(problems("func f() {\n    return 1\n    print 2\n}\nf()"), ["3 unreachable print 2"])
        XCTAssertEqual(problems("for i in 0..3 {\n    break\n    print i\n}"), ["3 unreachable print i"])
    }

    func testCellsInTheWrongOrder() {
        XCTAssertEqual(problems("x = 1", "print x", "x = 2\nx"), ["21 cell-order x"])
        XCTAssertEqual(problems("x = 1\nx", "x = 2\nx"), [], "each cell has its own")
        XCTAssertEqual(problems("for x in [1] { print x }", "for x in [1] { print x }", "x = 2\nx"), [])
        XCTAssertEqual(problems("x = 1", "func f() { return x }\nf()", "x = 2\nx"), ["21 cell-order x"])
    }

    func testImports() {
        let files = ["lib.rhumb": "func area(w) { return w * side }\nside = 2"]
        XCTAssertEqual(problems("import \"lib.rhumb\"\narea(side)", files: files), [])
        XCTAssertEqual(problems("import \"gone.rhumb\"\nwhatever"), [], "what can't be read may define anything")
        let found = analysis(["import \"lib.rhumb\"\narea(1)"], files: files)
        XCTAssertEqual(found.names.first { $0.name == "area" }?.definitions.first?.span.source.name, "lib.rhumb")
    }

    func testNamesAndTheirPlaces() throws {
        let text = "é = 1\nfunc f(a, b = é) {\n    é = a\n    return é + b\n}\nparam µ = 2\nf(é) + µ + \"{é}\""
        let source = Source(name: "t", text: text)
        let found = CodeAnalysis([.init(source)], registry: registry, isWhole: true)
        func places(_ name: String, ofSession: Bool) throws -> [String] {
            try XCTUnwrap(found.names.first { $0.name == name && $0.isOfSession == ofSession }).uses.map {
                "\($0.span.line):\($0.span.column) \(source.slice($0.span.range))"
            }
        }
        XCTAssertEqual(try places("é", ofSession: true), ["1:1 é", "7:3 é", "7:14 é"])
        XCTAssertEqual(try places("é", ofSession: false), ["2:15 é", "3:5 é", "4:12 é"])
        XCTAssertEqual(try places("f", ofSession: true), ["2:6 f", "7:1 f"])
        XCTAssertEqual(try places("µ", ofSession: true), ["6:7 µ", "7:8 µ"])
        XCTAssertEqual(found.names.first { $0.name == "f" }?.summary, "func f(a, b = é)")
    }
}
