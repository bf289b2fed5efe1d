import Basics
import Language
import Tensor
import TestSupport
import Verbs
import XCTest

/// Tensors in the language: operators, subscripts, members, scalars, errors. What the verbs compute is tested where it
/// is computed.
final class TensorVerbTests: XCTestCase {
    func testOperatorsBroadcast() {
        assertOutputs([
            ("tensor([[1, 2], [3, 4]]) + [10, 20]", "tensor 2×2 float32\n  11  22\n  13  24"),
            ("10 - tensor([1, 2])", "tensor 2 float32\n  9  8"),
            ("2 ** tensor([1, 2, 3])", "tensor 3 float32\n  2  4  8"),
            ("tensor([7, -7]) % 3", "tensor 2 float32\n  1  2"),
            ("-tensor([1, -2])", "tensor 2 float32\n  -1   2"),
            ("tensor([1, 2, 3]) > 1.5", "tensor 3 float32\n  0  1  1"),
            ("tensor([1, 2]) == [1, 2]", "true"),
            ("tensor([1, 2]) == [1, 3]", "false"),
            ("tensor([0.1, 0.2]) ≈ [0.1, 0.2]", "true"),
            ("[[1, 2], [3, 4]] @ tensor([1, 1])", "tensor 2 float32\n  3  7"),
            ("3 in tensor([1, 2, 3])", "true"),
        ])
    }

    /// A float has room for 24 bits; integers beyond keep theirs.
    func testIntegersKeepTheirDigits() {
        let x = "x = randint 16777217 16777218 2 seed: 0\n"
        assertOutputs([
            (x + "x[0]", "16777217"), (x + "x[1..2].item", "16777217"), (x + "x.list", "[16777217, 16777217]"),
        ])
    }

    /// As numpy has them: sign, floor and the others of NaN are NaN, and a zero has no sign to show.
    func testVerbsOfOneNumberGiveTheSameForTensors() {
        let numbers = "[nan, inf, -inf, -0.0, 0, 0.5, -0.5, 1.5, 2.5, -2.5, 3]"
        for verb in ["sign", "abs", "floor", "ceil", "round", "sqrt", "exp", "log", "sin", "cos", "tanh", "isnan"] {
            let code =
                "xs = \(numbers)\nmap(xs, x -> \"{\(verb)(x):.4f}\") == map(\(verb)(tensor xs).list, x -> \"{x:.4f}\")"
            assertOutputs([(code, "true")])
        }
        assertOutputs([
            ("sign nan", "nan"), ("sign (tensor [nan, -0.0, -3])", "tensor 3 float32\n  nan    0   -1"),
            ("sign (-0.0)", "0"),
            ("sign (cast (tensor [nan, 2]) \"bfloat16\")", "tensor 2 bfloat16\n  nan    1"),
        ])
    }

    func testSubscripts() {
        let x = "x = reshape 0..12 3 4\n"
        assertOutputs([
            (x + "x[1]", "tensor 4 float32\n  4  5  6  7"),
            (x + "x[-1, 0]", "8"),
            (x + "x[1..3, :]", "tensor 2×4 float32\n   4   5   6   7\n   8   9  10  11"),
            (x + "x[:, 1]", "tensor 3 float32\n  1  5  9"),
            (x + "x[.., 3]", "tensor 3 float32\n   3   7  11"),
            (x + "x[0, 0..4 by 2]", "tensor 2 float32\n  0  2"),
            (x + "x[[2, 0]].shape", "[2, 4]"),
            (x + "x[:, 0][x[:, 0] > 3]", "tensor 2 float32\n  4  8"),
            (x + "y = x\ny[0, :] = 9\n[x[0, 1], y[0, 1]]", "[1, 9]"),
            (x + "x[1..3, 0] = [5, 6]\nx[:, 0]", "tensor 3 float32\n  0  5  6"),
            ("total = 0\nfor row in tensor([[1, 2], [3, 4]]) { total = total + row[0] }\ntotal", "4"),
            ("len(zeros(5, 2))", "5"),
        ])
    }

    func testScalarsAreNumbersUnlessGradientsFlow() {
        assertOutputs([
            ("mean(tensor([1, 2])) < 2", "true"),
            ("type(sum(ones(3)))", "\"number\""),
            ("w = requires_grad [1, 2]\ntype(sum(w))", "\"tensor\""),
            ("w = requires_grad [1, 2]\nsum(w) > 2", "true"),
            ("w = requires_grad [1, 2]\n\"loss {sum(w):.2f}\"", "\"loss 3.00\""),
            ("w = requires_grad [1, 2]\nsum(w)", "tensor scalar float32  3"),
        ])
    }

    func testMembers() {
        let x = "x = tensor [[1, 2, 3]]\n"
        assertOutputs([
            (x + "x.shape", "[1, 3]"), (x + "x.T.shape", "[3, 1]"), (x + "x.dtype", "\"float32\""), (x + "x.rank", "2"),
            (x + "x.count", "3"), (x + "x.list", "[[1, 2, 3]]"), (x + "x[0, 0..1].item", "1"), (x + "x.grad", ""),
            (x + "x.requires_grad", "false"),
        ])
    }

    func testSummaries() {
        assertOutputs([
            ("zeros(30, 40)", "tensor 30×40 float32  mean 0  std 0  from 0 to 0"),
            ("[zeros(2)]", "[tensor 2 float32  mean 0  std 0  from 0 to 0]"),
            ("tensor [1, nan, inf]", "tensor 3 float32\n    1  nan  inf"),
            ("[tensor([1, nan, 3])]", "[tensor 3 float32  mean 2  std 1.41421  from 1 to 3  1 not finite]"),
            ("zeros(0, 3)", "tensor 0×3 float32"),
            ("randint 0 5 100 seed: 0;", ""),
        ])
    }

    func testVerbsThatTheLanguageHasToo() {
        assertOutputs([
            ("[sum([1, 2]), sum(tensor([1, 2]))]", "[3, 3]"),
            ("exp(0)", "1"), ("exp([0, 0])", "tensor 2 float32\n  1  1"),
            ("max 3 1 2", "3"), ("max(tensor([3, 1]))", "3"),
            ("sort [2, 1]", "[1, 2]"), ("sort(tensor([2, 1]))", "tensor 2 float32\n  1  2"),
            ("split \"a b\"", "[\"a\", \"b\"]"), ("round 2.345 2", "2.35"),
            ("round([1.26, 2.5], 1)", "tensor 2 float32\n  1.3  2.5"), ("clamp 5 0 1", "1"),
            ("clamp([5], 0, 1)[0]", "1"),
        ])
    }

    func testErrorsNameShapesAndSizes() {
        assertOutputs([
            (
                "zeros(2, 3) + zeros(2, 4)",
                "error: '+' can't combine shapes 2×3 and 2×4: sizes 3 and 4 differ in dimension 1; sizes must be equal, or one of them 1"
            ),
            (
                "zeros(2, 3) @ zeros(2, 3)",
                "error: '@' can't combine shapes 2×3 and 2×3: the inner sizes 3 and 2 differ"
            ),
            ("reshape(zeros(6), 4, 2)", "error: 'reshape' can't turn shape 6 into 4×2: 6 elements against 8"),
            ("zeros(3)[5]", "error: 'select' has no index 5 in a dimension of size 3; indexes go from -3 to 2"),
            ("zeros(3)[0, 0]", "error: a tensor of shape 3 takes at most 1 subscript, not 2"),
            ("sum(zeros(2, 2), axis: 3)", "error: 'sum' has no dimension 3 in shape 2×2; dimensions go from -2 to 1"),
            ("tensor [[1, 2], [3]]", "error: 'stack' can't combine shapes 2 and 1: they must be equal"),
            (
                "split(zeros(5), [2, 2])",
                "error: 'sizes' of 'split' must sum to 5, the size of dimension 0, not to 4"
            ),
            (
                "backward(tensor([1, 2]))",
                "error: 'backward' found nothing that requires a gradient; mark a leaf with requires_grad first"
            ),
            (
                "w = requires_grad [1, 2]\nbackward(w * 2)",
                "error: 'result' of 'backward' must be a scalar where no seed of its shape is given, not of shape 2"
            ),
            (
                "step (adamw(requires_grad([1])))",
                "error: 'step' found no gradient to follow; call backward on a loss first"
            ),
            (
                "adamw(zeros(2))",
                "error: 'parameters' of 'adamw' must be tensors that require gradients, and '0' is a tensor; "
                    + "make it with requires_grad"
            ),
            (
                "conv2d(zeros(2, 2), zeros(1, 1, 1, 1))",
                "error: 'x' of 'conv2d' must be [n, channels, height, width] or [channels, height, width], "
                    + "not of shape 2×2"
            ),
            (
                "conv2d(zeros(3, 5, 5), zeros(2, 4, 3, 3))",
                "error: 'weight' of 'conv2d' must be [outputs, 3, height, width] for 'x' of shape 3×5×5, "
                    + "not of shape 2×4×3×3"
            ),
            (
                "sum(tensor([[1, 2], [3, \"a\"]]))",
                "error: 'values' of 'tensor' must be a tensor, an image, a number or nested lists of numbers, not "
                    + "a list with the string \"a\" at [1, 1]"
            ),
            (
                "crop(image(zeros(3, 4, 4)), 2, 2, 4, 1)",
                "error: 'crop' can't take 4×1 pixels at (2, 2) from a picture of 4×4"
            ),
        ])
        XCTAssertTrue(
            Session().output("zeros(100000, 100000)").hasPrefix(
                "error: a float32 tensor of shape 100000×100000 needs 37.3 GiB"))
    }

    func testRandomVerbsShowTheSeedTheyDrew() {
        let first = Session()
        let second = Session()
        XCTAssertEqual(first.output("x = randn 2\nx"), second.output("x = randn 2\nx"))
        XCTAssertEqual(first.host.notes, second.host.notes)
        XCTAssertEqual(first.host.notes.count, 1)
        XCTAssertTrue(first.host.notes[0].hasPrefix("seed: "))
        XCTAssertNotEqual(first.output("x = randn 2\nx"), second.output("x = randn 3\nx"))
    }

    func testImagesAreShownAndAttached() {
        let session = Session()
        XCTAssertEqual(session.output("for size in [2, 3] { show(image(ones(3, size, size), name: \"white\")) }"), "")
        XCTAssertEqual(session.host.attachments.map(\.title), ["white", "white"])
        XCTAssertEqual(session.host.attachments[0].forms.map(\.type), ["image/png"])
        XCTAssertEqual(session.host.attachments[0].forms[0].bytes.prefix(4), [0x89, 0x50, 0x4E, 0x47])
    }

    func testTheEnginesCancellationInterrupts() throws {
        let session = Session()
        session.interpreter["stop"] = .function(
            Function(name: "stop", parameters: 0...0) { _ in
                StopFlag.raise()
                session.host.isInterrupted = true
                return .number(1)
            })
        defer { StopFlag.lower() }
        XCTAssertThrowsError(try session.interpreter.run(Source(name: "test", text: "x = ones(2) + stop()"))) {
            XCTAssertEqual(($0 as? Diagnostic)?.kind, .interrupted, "\($0)")
        }
    }

    /// A maximum passes over a NaN, wherever it stands; the root of −1 has neither a value nor a slope.
    func testACheckOfAGradientThatIsNoNumberSaysSo() {
        assertOutputs([
            ("gradcheck(x -> sum(sqrt(x)), tensor([-1, 4]))", "nan"),
            ("gradcheck(x -> sum(sqrt(x)), tensor([4, -1]))", "nan"),
            ("gradcheck((x, y) -> sum(x) + sum(log(y)), tensor([1, 2]), tensor([-1, 3]))", "nan"),
        ])
    }
}
