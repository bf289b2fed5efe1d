import Language
import XCTest

/// int64 is exact everywhere. Right values are those of torch 2 and NumPy 2 on the same numbers, unless a line says
/// otherwise.
final class IntegerTests: XCTestCase {
    func testMakingAndPrinting() {
        assertOutputs([
            (#"print list(tensor([16777217, 1234567891], dtype: "int64"))"#, "[16777217, 1234567891]"),
            (
                #"print list(arange(16777216, 16777220, dtype: "int64"))"#,
                "[16777216, 16777217, 16777218, 16777219]"
            ),
            (#"arange 16777217 16777220 dtype: "int64""#, "tensor 3 int64\n  16777217  16777218  16777219"),
            (#"print list(arange(5, 0, -2, dtype: "int64"))"#, "[5, 3, 1]"),
            (#"print list(arange(0, 5, 2, dtype: "int64"))"#, "[0, 2, 4]"),
            (#"print list(arange(3, 3, dtype: "int64"))"#, "[]"),
            (#"full [2] 9007199254740991 dtype: "int64""#, "tensor 2 int64\n  9007199254740991  9007199254740991"),
            (#"cast [16777217] "int64""#, "tensor 1 int64\n  16777217"),
            (
                #"tensor [[16777217, 2], [3, 4]] dtype: "int64""#,
                "tensor 2×2 int64\n  16777217         2\n         3         4"
            ),
            (#"tensor(tensor([16777217], dtype: "int64"))"#, "tensor 1 int64\n  16777217"),
            (#"tensor([16777217], dtype: "int64").item"#, "16777217"),
            (#"tensor [1.9, -1.9] dtype: "int64""#, "tensor 2 int64\n   1  -1"),
        ])
    }

    /// Beyond 2^53 an element is not a number of the language; it keeps its digits all the same.
    func testBeyondTheNumbersOfTheLanguage() {
        let big =
            #"x = tensor [4611686018427387904, 1] dtype: "int64""# + "\nx = x + tensor([1, 1], dtype: \"int64\")\n"
        assertOutputs([
            (big + "print list(x)", "[4611686018427387905, 2]"),
            (big + "x[0]", "4611686018427387905"), (big + "x[0] - 1 == 4611686018427387904", "true"),
            (big + "x[0] == 4611686018427387904", "false"), (big + "sum(x)", "4611686018427387907"),
            (big + "max(x)", "4611686018427387905"),
            (big + "\"{x[0]} {x[0]:,d}\"", "\"4611686018427387905 4,611,686,018,427,387,905\""),
            (big + "tensor(list(x), dtype: \"int64\") == x", "true"),
            (big + "print x", "tensor 2 int64  mean 2.30584e18  std 3.26095e18  from 2 to 4611686018427387905"),
        ])
    }

    func testArithmetic() {
        let x = #"x = tensor [16777217, -7] dtype: "int64""# + "\n"
        assertOutputs([
            (x + "x + 1", "tensor 2 int64\n  16777218        -6"),
            (x + "1 - x", "tensor 2 int64\n  -16777216          8"),
            (x + "x * 3", "tensor 2 int64\n  50331651       -21"),
            (x + "x ** 2", "tensor 2 int64\n  281475010265089               49"),
            (x + "x % 4", "tensor 2 int64\n  1  1"), (x + "-x", "tensor 2 int64\n  -16777217          7"),
            (x + "floor_divide x 4", "tensor 2 int64\n  4194304       -2"),
            (x + "floor_divide x (-4)", "tensor 2 int64\n  -4194305         1"),
            (x + "abs(x)", "tensor 2 int64\n  16777217         7"), (x + "sign(x)", "tensor 2 int64\n   1  -1"),
            (x + "square(x)", "tensor 2 int64\n  281475010265089               49"),
            (x + "clamp x 0 16777216", "tensor 2 int64\n  16777216         0"),
            (x + "round(x) == x", "true"), (x + "x + true", "tensor 2 int64\n  16777218        -6"),
            (x + "x + [1, 2]", "tensor 2 int64\n  16777218        -5"),
            // Promotion: a fraction, a floating-point tensor and a division give float32.
            (x + "(x + 0.5).dtype", "\"float32\""), (x + "(x / 1).dtype", "\"float32\""),
            (x + "(x * ones(2)).dtype", "\"float32\""), (x + "exp(x * 0).dtype", "\"float32\""),
            (x + "where x > 0 x 0", "tensor 2 int64\n  16777217         0"),
            (x + "maximum x 16777218", "tensor 2 int64\n  16777218  16777218"),
            (x + "outer x [1]", "tensor 2×1 int64\n  16777217\n        -7"), (x + "dot x [1, 1]", "16777210"),
            (x + "x @ x", "281475010265138"),
            (
                #"a = tensor [[16777217, 1], [0, 2]] dtype: "int64""# + "\na @ a",
                "tensor 2×2 int64\n  281475010265089         16777219\n                0                4"
            ),
        ])
    }

    /// torch and NumPy wrap round; Rhumb refuses, see docs/decisions/exact-int64.md.
    func testNothingWrapsRound() {
        let most = #"x = tensor [9223372036854774784] dtype: "int64""# + "\n"
        let hint = "; cast(x, \"float32\") rounds instead"
        assertOutputs([
            (
                most + "x + x",
                "error: '+' of 9223372036854774784 and 9223372036854774784 leaves the range of int64" + hint
            ),
            (most + "-x - 2000", "error: '-' of -9223372036854774784 and 2000 leaves the range of int64" + hint),
            (most + "x * 2", "error: '*' of 9223372036854774784 and 2 leaves the range of int64" + hint),
            (most + "x ** 2", "error: '**' of 9223372036854774784 and 2 leaves the range of int64" + hint),
            (most + "sum(concat([x, x]))", "error: 'sum' leaves the range of int64" + hint),
            (most + "cumsum(concat([x, x]))", "error: 'cumsum' leaves the range of int64" + hint),
            (most + "x @ x", "error: '@' leaves the range of int64" + hint),
            // Sums of which only the way leads outside.
            (most + "sum(concat([x, x, -x])) == x[0]", "true"),
            (most + "mean(concat([x, x]))", "9.22337e18"),
            (#"tensor([7], dtype: "int64") % 0"#, "error: '%' can't divide an integer by 0"),
            (#"floor_divide(tensor([7], dtype: "int64"), 0)"#, "error: 'floor_divide' can't divide an integer by 0"),
            (
                #"tensor([7], dtype: "int64") ** -1"#,
                "error: '**' can't raise an integer to the negative power -1; cast(x, \"float32\") gives fractions"
            ),
            (
                #"tensor [1e19] dtype: "int64""#,
                "error: int64 can't hold 1e+19; its numbers are whole, below 2^63 in size"
            ),
            (#"full 2 nan dtype: "int64""#, "error: int64 can't hold nan; its numbers are whole, below 2^63 in size"),
            (
                #"arange 0 1 0.5 dtype: "int64""#, "error: 'arange' of int64 needs whole numbers, not 0.5"
            ),
        ])
    }

    func testComparisonAndOrder() {
        let x = #"x = tensor [16777217, 16777216, 16777218] dtype: "int64""# + "\n"
        assertOutputs([
            (x + "x == [16777217, 16777216, 16777218]", "true"), (x + "x == [16777216, 16777216, 16777218]", "false"),
            (x + "x > 16777216", "tensor 3 float32\n  1  0  1"), (x + "x <= 16777217", "tensor 3 float32\n  1  1  0"),
            (x + "x == tensor([16777217, 16777216, 16777218])", "false"),  // float32 has no 16777217
            (x + "16777217 in x", "true"), (x + "16777219 in x", "false"), (x + "x ≈ x + 1 within 0.5", "false"),
            (x + "[max(x), min(x), sum(x), argmax(x), argmin(x)]", "[16777218, 16777216, 50331651, 2, 1]"),
            (x + "sort(x)", "tensor 3 int64\n  16777216  16777217  16777218"),
            (x + "sort(x, descending: true)", "tensor 3 int64\n  16777218  16777217  16777216"),
            (x + "topk(x, 1)", "[tensor 1 int64  16777218, tensor 1 int64  2]"), (x + "cumsum(x)[2]", "50331651"),
            (x + "median(x)", "16777217"), (x + "unique(concat([x, x]))", "[16777217, 16777216, 16777218]"),
            (x + "max(reshape(x, 3, 1), axis: 1)", "tensor 3 int64\n  16777217  16777216  16777218"),
            (x + "max(reshape(x, 3, 1), axis: 0)", "tensor 1 int64\n  16777218"),
            (x + "x[[0, 2]]", "tensor 2 int64\n  16777217  16777218"), (x + "x[0]", "16777217"),
            (x + "x[0] = 16777219\nx[0]", "16777219"), (x + "x[x > 16777217]", "tensor 1 int64\n  16777218"),
            (
                x + "x[0] = 0.5",
                "error: an element of an int64 tensor must be a whole number, not 0.5; cast(x, \"float32\") holds fractions"
            ),
        ])
    }

    func testFiles() throws {
        let folder = NSTemporaryDirectory() + "integers-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let x = #"x = tensor([16777217, 4611686018427387904], dtype: "int64") + tensor([0, 1], dtype: "int64")"#
        for (save, load) in [
            ("x \"\(folder)/x.npy\"", "load(\"\(folder)/x.npy\")"),
            ("x \"\(folder)/x.safetensors\"", "load(\"\(folder)/x.safetensors\").tensor"),
            ("x \"\(folder)/x.json\"", "tensor(load(\"\(folder)/x.json\"), dtype: \"int64\")"),
        ] {
            XCTAssertEqual(
                Session().output("\(x)\nsave \(save);\ny = \(load)\nprint list(y) y == x y.dtype"),
                "[16777217, 4611686018427387905] true int64", save)
        }
    }
}

/// One place for NaN in the order, torch's: the largest of all.
final class NaNOrderTests: XCTestCase {
    /// torch.topk, torch.sort, torch.max, torch.min, torch.argmax, torch.argmin and torch.median's NaN of the same
    /// numbers.
    func testTensors() {
        let x = "x = tensor [3, nan, 1]\n"
        assertOutputs([
            (x + "topk(x, 1)[0]", "tensor 1 float32\n  nan"), (x + "topk(x, 2)[1]", "tensor 2 int64\n  1  0"),
            (x + "sort(x)", "tensor 3 float32\n    1    3  nan"),
            (x + "sort(x, descending: true)", "tensor 3 float32\n  nan    3    1"),
            (x + "[max(x), min(x), argmax(x), argmin(x)]", "[nan, nan, 1, 1]"),
            (x + "[median(x), quantile(x, 0.1)]", "[nan, nan]"),
            (x + "maximum x 2", "tensor 3 float32\n    3  nan    2"),
        ])
    }

    func testMediansAndQuantiles() {
        // numpy.quantile([[1, 2], [3, 10]], q, axis)
        assertOutputs([
            ("median(tensor([[1, 2], [3, 10]]), axis: 1)", "tensor 2 float32\n  1.5  6.5"),
            ("quantile(tensor([[1, 2], [3, 10]]), 0.25, axis: 0)", "tensor 2 float32\n  1.5    4"),
            ("quantile(tensor([[1, 2], [3, 10]]), 0.25)", "1.75"),
            (
                "median(zeros(0))", "error: 'x' of 'median' must have at least one element, not shape 0"
            ),
        ])
    }

    /// round(x) and round(x[0]) say the same of the same number.
    func testOneRuleOfRounding() {
        assertOutputs([
            ("x = tensor [0.5, 1.5, 2.5]\n[list(round(x)), map(list(x), round)]", "[[0, 2, 2], [0, 2, 2]]")
        ])
    }

    func testTablesJoin() {
        assertOutputs([
            ("concat([table({a: [1]}), table({a: [2], b: [3]})])", "a  b\n1\n2  3"),
            (
                "concat([table({a: [1]}), 2])",
                "error: 'tensors' of 'concat' must all be tables, as the first is, and element 1 is 2"
            ),
        ])
    }
}
