import Foundation
import Language
import Tensor
import XCTest

/// Sizes are checked before they are multiplied, cast or allocated: one sentence, and the session goes on.
final class SizeTests: XCTestCase {
    /// What NumPy refuses with "Maximum allowed dimension exceeded" or a MemoryError.
    func testHugeSizesAreRefused() {
        for code in [
            "zeros(0, 2**40, 2**40)", "zeros(2**40, 2**40)", "ones(2**40)", "full([0, 2**40, 2**40], 1)", "eye(2**40)",
            "arange(0, 1e19)", "arange(7, 2**40)", "arange(0, 1e18, dtype: \"int64\")", "linspace(0, 1, 2**40)",
            "permutation(2**53)", "choices([1, 2], 2**53)", "choices([3e38, 3e38], 5)", "schedule(\"constant\", 2**52)",
            "randn(2**40)", "rand(0, 2**50, 2**50)", "randint(0, 5, 2**45)", "reshape(ones(4), 2**40, 2**40)",
            "reshape(ones(0), 2**40, 2**40, -1)", "expand(zeros(1), [2**40, 2**40])",
            "count(expand(cast(zeros(1), \"int64\"), [2**40]), 1)", "list(expand(zeros(1), 2**40))",
            "map(expand(zeros(1), 2**40), x -> x)", "expand(zeros(1), 2**40) + 1", "sort(expand(zeros(1), 2**40))",
            "outer(expand(zeros(1), 2**40), expand(zeros(1), 2**40))", "split(expand(zeros(1), 2**40), 1)",
            "interpolate(image, 2**52)", "x = [1]\nfor i in 0..60 { x = [x, x] }\ntensor(x)",
            "x = [1]\nfor i in 0..100 { x = [x] }\ntensor(x)",
            "x = [1]\nfor i in 0..60 { x = [x, x] }\nsave x \"x.json\"",
        ] {
            let session = Session()
            session.interpreter["image"] = .image(try! Image(Tensor.full([3, 4, 4], 0.5)))
            XCTAssertTrue(session.output(code).hasPrefix("error: "), "\(code): \(session.output(code))")
            XCTAssertEqual(session.output("1 + 1"), "2", code)
        }
    }

    func testWhatTheySay() {
        let memory = Session().output("linspace(0, 1, 2**40)")
        XCTAssertTrue(memory.hasPrefix("error: a float32 tensor of shape 1099511627776 needs 4096.0 GiB and "), memory)
        assertOutputs([
            (
                "zeros(0, 2**40, 2**40)",
                "error: a tensor can't have shape 0×1099511627776×1099511627776: its sizes multiply to more than 2^53; "
                    + "use smaller sizes"
            ),
            ("arange(0, 1e19)", "error: 'arange' can't make 1e+19 numbers; use a larger step"),
            (
                "reshape(ones(4), 2**40, 2**40)",
                "error: 'reshape' can't turn shape 4 into 1099511627776×1099511627776: 4 elements against more than 2^53"
            ),
        ])
    }

    /// A broadcast dimension longer than memory can still be looked at in parts.
    func testLongViewsWork() {
        assertOutputs([
            ("expand(tensor([7]), 2**40)[2**39]", "7"), ("expand(tensor([7]), 2**40)[2**39..].shape", "[549755813888]"),
            ("list(expand(tensor([7]), 2**40)[0..2**40 by 2**39])", "[7, 7]"),
            ("list(expand(tensor([7]), 2**40)[-2..])", "[7, 7]"), ("list(tensor([1, 2, 3])[2.. by -1])", "[3, 2, 1]"),
            ("list(tensor([1, 2, 3])[0..0])", "[]"), ("list(tensor([1, 2, 3])[..-1 by 2])", "[1]"),
        ])
    }

    /// A list of prompts has an end, however many are asked for.
    /// Views with more elements than any memory holds; found by HostileArgumentsTests, seed 11.
    func testWhatNeedsAllElementsOfALongViewIsRefused() {
        for view in ["expand(zeros(1), 2**40)", "expand(cast([1], \"int64\"), 2**40)"] {
            for code in ["median(\(view))", "quantile(\(view), 0.5)", "0 in \(view)", "median(\(view), axis: 0)"] {
                let output = Session().output(code)
                XCTAssertTrue(
                    output.hasPrefix("error: a") && output.contains("tensor of shape 1099511627776 needs "),
                    "\(code): \(output)")
            }
        }
        XCTAssertEqual(Session().output("median(expand(zeros(1), 5))"), "0")
        XCTAssertEqual(Session().output("0 in expand(zeros(1), 5)"), "true")
    }

    func testManyPromptsEnd() {
        let start = Date()
        XCTAssertEqual(Session().output("len(prompts(\"weapon\", count: 96))"), "96")
        XCTAssertNotEqual(Session().output("len(prompts(\"single\", count: 100000))"), "0")
        XCTAssertLessThan(Date().timeIntervalSince(start), 20)
    }
}
