import Basics
import Language
import Notebook
import TestSupport
import Basics
import XCTest

/// Recipes made at random and edited at random: whatever is skipped, a run with the cache leaves what one without
/// leaves.
final class CacheFuzzTests: XCTestCase {
    /// They work in any order after the cell that makes every name.
    private static let first = """
        param alpha = 1
        param beta = 2
        a = 1
        b = [1, 2, 3]
        x = zeros 3
        w = requires_grad [1, 2, 3]
        o = sgd w rate: 0.125
        func f(n) { return n + a }
        func g(n) { return f(n) * 2 }
        h = n -> n
        keep = {of: w, list: b}
        step_of = () -> 0
        """

    fileprivate static let statements = [
        "a = %", "a = a + %", "a = f(%) + alpha", "a = g(%)", "a = sum(x)", "a = beta * %", "a = len(b)",
        "if alpha > % { a = a * 2 }",
        "b = [a, %, sum(x)]", "b[0] = %", "b = append(b, %)", "b = map(b, f)", "b = keep.list",
        "for i in 0..% { b[0] = b[0] + i }",
        "x = randn 3", "x = randn(3, seed: %) * a", "x = detach(w)", "x = x[0..3] + %", "x[0] = %",
        "x = detach(w)[0..3]", "x = b[0] * ones(3)",
        "backward(sum(w * w) * %)\nstep o", "backward(sum(w) * a)\nstep o rate: 0.25", "w = requires_grad x\no = sgd w",
        "step_of()", "a = a + sum(detach(w))",
        "func f(n) { return n + % }", "func f(n) { return n * a + sum(x) }", "func g(n) { return f(f(n)) }",
        "func g(n) { return h(n) + beta }",
        "h = n -> n + %", "h = f", "h = n -> f(n) + len(b)", "keep = {of: w, list: b}", "keep = {of: x, list: [%]}",
        "x = detach(keep.of)",
        "func make(v) {\n    p = sgd v\n    func go() {\n        backward(sum(v * %))\n        step p\n        return 0\n    }\n    return go\n}\nstep_of = make(w)",
        "print a b", "b", "x", "save b \"saved.json\"", "save a \"saved%.json\"", "# %",
        "draws = map([1, 2], n -> mean(randn(%)))\na = draws[0]",
        "while a > 100 { a = a - 50 }", "a, c = %, a", "c = randn 2\na = a + c[0]",
    ]

    func testWhateverIsSkippedTheResultsAreThoseOfAWholeRun() throws { try check(seeds: 1...4, edits: 12) }

    private func check(seeds: ClosedRange<UInt64>, edits: Int) throws {
        var skipped = 0
        for seed in seeds {
            let runs = try CachedRuns()
            var dice = SplitMix64(seed: seed)
            var cells = [Self.first] + (0..<9).map { _ in dice.cell() }
            var settings: [String: String] = [:]
            for edit in 0..<edits {
                let before = testRun?.totalFailureCount
                let outcome = try runs.compare(cells, settings: settings, seed: 5)
                skipped += cells.count - outcome.ran.count
                if testRun?.totalFailureCount != before {
                    XCTFail(
                        "seed \(seed), edit \(edit), \(settings), ran \(outcome.ran):\n"
                            + cells.enumerated().map { "[\($0 + 1)] \($1)" }.joined(separator: "\n"))
                    break
                }
                let index = Int.random(in: 1..<cells.count, using: &dice)
                switch Int.random(in: 0..<10, using: &dice) {
                case 0: settings["alpha"] = String(Int.random(in: 1...3, using: &dice))
                case 1: settings["beta"] = String(Int.random(in: 1...3, using: &dice))
                case 2: cells.insert(dice.cell(), at: index)
                case 3: cells.remove(at: index)
                case 4: cells.swapAt(index, Int.random(in: 1..<cells.count, using: &dice))
                case 5: cells[index] += "\n" + dice.statement()
                case 6: cells[index] += "  # once more"
                default: cells[index] = dice.cell()
                }
                if cells.count < 3 { cells.append(dice.cell()) }
            }
        }
        XCTAssertGreaterThan(skipped, seeds.count * edits, "the cache is of use")
    }
}

extension SplitMix64 {
    /// `%` stands for a digit.
    fileprivate mutating func statement() -> String {
        let text = CacheFuzzTests.statements.randomElement(using: &self)!
        return text.split(separator: "%", omittingEmptySubsequences: false).map(String.init)
            .reduce(into: "") { $0 += ($0.isEmpty ? "" : String(Int.random(in: 1...4, using: &self))) + $1 }
    }

    fileprivate mutating func cell() -> String {
        let marks = ["", "", "", "", "", "~nocache\n", "~fails\n"].randomElement(using: &self)!
        let lines = (0..<Int.random(in: 1...3, using: &self)).map { _ in statement() }
        return marks + (lines + (marks.hasPrefix("~fails") ? ["nothing"] : [])).joined(separator: "\n")
    }
}
