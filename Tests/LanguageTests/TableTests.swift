import Foundation
import Language
import TestSupport
import XCTest

/// Rows of tables: conditions on columns, `where`, `map`, `join`.
final class TableTests: XCTestCase {
    private static let given = """
        t = table {prompt: ["a ball", "a knife", "a pill"], category: ["safe", "weapon", "drug"],
                   safety: [0.3, -0.2, -0.1]}

        """

    /// What some code writes and notes; an error's message and hint where it fails.
    private func output(_ code: String) -> String {
        let host = CollectingHost()
        let interpreter = Interpreter(registry: .withBuiltins(), host: host)
        do throws(Diagnostic) { try interpreter.run(Source(name: "test", text: Self.given + code)) } catch {
            return "error: " + error.message + (error.help.isEmpty ? "" : "; " + error.help)
        }
        return host.output.hasSuffix("\n") ? String(host.output.dropLast()) : host.output
    }

    private func assertGives(_ cases: [(code: String, gives: String)], line: UInt = #line) {
        for (code, gives) in cases { XCTAssertEqual(output(code), gives, code, line: line) }
    }

    // MARK: Seen whole

    func testATableThatIsTooWideFollowsInBlocks() throws {
        let long = String(repeating: "x", count: 30)
        let table = try Table([
            .init("name", ["a", long]), .init("n", [1, 22] as [Double]), .init("m", [0.5, Value.none]),
        ])
        XCTAssertEqual(table.wholeText(width: 80), table.display(width: 80))
        XCTAssertTrue(table.isWhole(width: 80))
        XCTAssertFalse(table.isWhole(width: 20))
        XCTAssertEqual(
            table.wholeText(width: 20),
            """
            columns 1 of 3
               name
            0  a
            1  \(long)

            columns 2…3 of 3
                n    m
            0   1  0.5
            1  22
            """)
        let tall = try Table([.init("n", (0..<50).map(Double.init))])
        XCTAssertFalse(tall.isWhole(width: 80))
        XCTAssertEqual(tall.wholeText(width: 80).split(separator: "\n").count, 51)
        // Wide characters take two columns each.
        let wide = try Table([.init("漢字", ["漢字漢字"] as [String]), .init("b", ["c"] as [String])])
        XCTAssertEqual(wide.wholeText(width: 11), "漢字      b\n漢字漢字  c")
        XCTAssertTrue(wide.wholeText(width: 10).hasPrefix("columns 1 of 2\n   漢字\n0  漢字漢字\n\ncolumns 2 of 2\n"))
    }

    // MARK: Conditions

    func testAColumnIsComparedValueByValue() {
        assertGives([
            ("print t.category == \"weapon\"", "[false, true, false]"),
            (
                "print (t.category != \"weapon\"), (\"weapon\" == t[\"category\"])",
                "[true, false, true] [false, true, false]"
            ),
            (
                "print (t.safety < 0), (t.safety >= -0.1), (0 < t.safety)",
                "[false, true, true] [true, false, true] [true, false, false]"
            ),
            ("print t.category in [\"drug\", \"weapon\"]", "[false, true, true]"),
            ("print t.category not in [\"drug\", \"weapon\"]", "[true, false, false]"),
            ("print t.safety == none", "[false, false, false]"),
            ("t[t.category == \"weapon\"].prompt", "[\"a knife\"]"),
            ("t.prompt[t.safety < 0]", "[\"a knife\", \"a pill\"]"),
            ("t[t.safety < 0, \"category\"]", "[\"weapon\", \"drug\"]"),
            ("n = \"category\"\nt[t[n] == \"safe\"].prompt", "[\"a ball\"]"),
            ("func risky(t, limit) { return t[t.safety < limit] }\nlen(risky(t, -0.15))", "1"),
            ("r = {inner: t}\nr.inner[r.inner.safety > 0].prompt", "[\"a ball\"]"),
            ("print all(t.safety < 1), any(t.category == \"pet\")", "true false"),
            ("t.after = [0.4, -0.3, 0.1]\nprint t.after > t.safety", "[true, false, true]"),
            ("print t.safety > [0, 0, -1]", "[true, false, true]"),
            ("t[t.safety > 9].prompt", "[]"),
            ("print (not t.safety < 0), (not t.category == \"pill\")", "[true, false, false] [true, true, true]"),
            ("e = t[[]]\nlen e[e.category not in [\"drug\"]]", "0"),
        ])
    }

    /// What `==` of lists and `in` mean is what it was: one answer for the whole.
    func testAListIsComparedAsAWhole() {
        assertGives([
            ("print t.safety == [0.3, -0.2, -0.1], t.safety == t.safety, t.safety != [0.3]", "true true true"),
            ("c = t.category\nprint c == \"weapon\", [1, 2] == 1", "false false"),
            ("print \"weapon\" in t.category, \"pet\" in t.category", "true false"),
            ("print t.safety in [t.safety, [1]], [0.3] in t.safety", "true false"),
            ("r = {category: \"weapon\"}\nprint r.category == \"weapon\", r[\"category\"] == \"drug\"", "true false"),
            ("expect t.safety == [0.3, -0.2, -0.1]\nprint \"passed\"", "passed"),
            ("print t.safety ≈ [0.3, -0.2, -0.1]", "true"),
            ("if \"safe\" in t.category { print \"yes\" }", "yes"),
        ])
    }

    func testWhatCannotBeMeantSaysWhatToType() {
        let whole =
            "error: a table can't be indexed by false; a column is compared value by value where it is written as one, "
            + "t[t.name == \"…\"], and with a list as a whole; where t (row -> row.a == row.b) takes any test"
        let test =
            "error: a condition must be true or false, not a list of 3; all(…) or any(…) of them; rows that pass several "
            + "tests: where t (row -> row.a > 0 and row.b == \"…\")"
        assertGives([
            ("c = t.category\nt[c == \"weapon\"]", whole),
            ("t[t.category == t.prompt]", whole),
            ("if t.category == \"weapon\" { print 1 }", test), ("expect t.safety > 0", test),
            ("t[t.category == \"weapon\" and t.safety < 0]", test), ("if not t.safety > 0 { print 1 }", test),
            ("x = not [true, 1]", test.replacingOccurrences(of: "list of 3", with: "list of 2")),
            ("while t.safety > 0 { break }", test),
            (
                "t.safety = [0.3, none, 1]\nt[t.safety > 0]",
                "error: '>' can't combine none and 0, in row 1 of column 'safety'; leave the empty rows out first: "
                    + "t = t[t[\"safety\"] != none]"
            ),
            ("t.safety = [0.3, none, 1]\nt = t[t[\"safety\"] != none]\nt[t.safety > 0.5].prompt", "[\"a pill\"]"),
            (
                "t[t.prompt > 3]", "error: '>' can't combine the string \"a ball\" and 3, in row 0 of column 'prompt'"
            ),
            ("print t.safety > [1, 2]", "error: '>' compares columns and lists of the same length, not 3 and 2 values"),
            (
                "t[t.categry == 1]",
                "error: a table has no member 'categry'"
            ),
        ])
    }

    // MARK: Verbs

    func testWhere() {
        assertGives([
            ("(where t \"category\" \"weapon\").prompt", "[\"a knife\"]"),
            ("(where t \"category\" [\"weapon\", \"safe\"]).prompt", "[\"a ball\", \"a knife\"]"),
            ("(where t \"safety\" (x -> x < 0)).prompt", "[\"a knife\", \"a pill\"]"),
            ("(where t (row -> row.safety < 0 and row.category == \"drug\")).prompt", "[\"a pill\"]"),
            ("(where t (t.safety < 0)).prompt", "[\"a knife\", \"a pill\"]"),
            ("t |> where \"category\" \"pet\" |> len", "0"),
            ("t.safety = [none, 1, none]\n(where t \"safety\" none).prompt", "[\"a ball\", \"a pill\"]"),
            ("where t \"categry\" 1", "error: there is no column 'categry'"),
            (
                "where t \"category\"",
                "error: 'where' needs to know what column 'category' should hold; where t \"category\" \"…\", or a test: "
                    + "where t \"category\" (x -> x > 0)"
            ),
            ("where t (row -> true) 3", "error: 'value' has no effect beside a test of rows"),
            ("where t [true]", "error: a choice of 1 true and false doesn't fit a table"),
        ])
    }

    func testMapOfATable() {
        assertGives([
            (
                "map t (row -> {prompt: row.prompt, unsafe: row.safety < 0})",
                "prompt   unsafe\na ball   false\na knife  true\na pill   true"
            ),
            ("keys(map t (row -> merge(row, {words: 2})))", "[\"prompt\", \"category\", \"safety\", \"words\"]"),
            ("map t (row -> row.safety)", "[0.3, -0.2, -0.1]"),
            ("map t (row -> if row.safety > 0 { {a: 1} } else { none })", "[{a: 1}, none, none]"),
            ("map t[[0, 1]] (row -> if row.safety > 0 { {a: 1} } else { {b: 2} })", "a  b\n1\n   2"),
            ("map [1] (x -> {a: x})", "[{a: 1}]"), ("map t[[]] (row -> row)", "[]"),
        ])
    }

    // MARK: Join

    /// One case of Golden/make_joins.py.
    private struct Join: Decodable {
        let left, right: [String: [Cell]]
        let by: [String]
        let how: String
        let columns: [String]
        let rows: [[Cell]]
    }

    private enum Cell: Decodable {
        case number(Double), text(String), none

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .none
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        var value: Value {
            switch self {
            case .number(let number): .number(number)
            case .text(let text): .string(text)
            case .none: .none
            }
        }
    }

    func testJoinsAreThoseOfPandas() throws {
        let cases = try GoldenFolder(.module).decode([Join].self, "joins.json")
        XCTAssertEqual(cases.count, 20)
        for join in cases {
            let interpreter = Interpreter(registry: .withBuiltins(), host: CollectingHost())
            func table(_ columns: [String: [Cell]]) throws -> Value {
                .table(try Table(columns.keys.sorted().map { .init($0, (columns[$0] ?? []).map(\.value)) }))
            }
            interpreter["left"] = try table(join.left)
            interpreter["right"] = try table(join.right)
            interpreter["by"] = .strings(join.by)
            let outcome = try interpreter.run(
                Source(name: "test", text: "join left right by: by how: \"\(join.how)\" suffixes: [\"_a\", \"_b\"]"))
            guard case .table(let made) = outcome.value else { return XCTFail("no table") }
            XCTAssertEqual(Set(made.names), Set(join.columns), join.how)
            var found = (0..<made.rowCount).map { row in join.columns.map { made[$0]![row].summary } }
            var wanted = join.rows.map { $0.map(\.value.summary) }
            // pandas sorts the rows of an outer join.
            if join.how == "outer" {
                found.sort { $0.lexicographicallyPrecedes($1) }
                wanted.sort { $0.lexicographicallyPrecedes($1) }
            }
            XCTAssertEqual(found, wanted, "\(join.how) by \(join.by)")
        }
    }

    func testWhatAJoinRefuses() {
        let u = "u = table {category: [\"weapon\"], safety: [1]}\n"
        assertGives([
            (
                u + "join t u by: \"category\"",
                "error: both tables have a column 'safety' besides the keys; suffixes: [\"_a\", \"_b\"] keeps both; "
                    + "'columns' takes a table without one of them"
            ),
            (
                u + "keys(join t u by: \"category\" suffixes: [\"\", \"_new\"])",
                "[\"prompt\", \"category\", \"safety\", \"safety_new\"]"
            ),
            (u + "join t u by: \"kind\"", "error: there is no column 'kind'; columns: prompt, category, safety"),
            (u + "join t u by: \"category\" suffixes: [\"a\"]", "error: 'suffixes' must be two texts, not 1"),
            (u + "join t u by: \"category\" suffixes: [\"a\", \"a\"]", "error: 'suffixes' must be two different texts"),
            (
                "a = table {id: [1, 2]}\nb = table {id: [\"1\", \"2\"]}\njoin a b by: \"id\"",
                "error: column 'id' has a number in each row of the first table and a string in each of the other, which "
                    + "are never equal; u[\"id\"] = map(u[\"id\"], num) makes numbers of texts"
            ),
            // NaN equals nothing, none equals none, and 0 is -0.
            (
                "a = table {id: [nan, none, 0, \"\"]}\nb = table {id: [nan, none, -0, 1], x: [1, 2, 3, 4]}\n(join a b by: \"id\").x",
                "[2, 3]"
            ),
            ("join([1, 2], \"-\")", "\"1-2\""),
        ])
        XCTAssertTrue(output(u + "join t u").hasPrefix("error: 'join' needs 'by', a string or list of strings"))
        let host = CollectingHost()
        let interpreter = Interpreter(registry: .withBuiltins(), host: host)
        XCTAssertNoThrow(
            try interpreter.run(
                Source(
                    name: "test",
                    text: "a = table {id: [1, 1]}\nb = table {id: [1, 1]}\nprint len(join(a, b, by: \"id\"))")))
        XCTAssertTrue(host.output.contains("4\n"), host.output)
        XCTAssertTrue(
            host.notes.contains { $0.contains("stand several times in both tables") }, "\(host.notes)")
    }
}
