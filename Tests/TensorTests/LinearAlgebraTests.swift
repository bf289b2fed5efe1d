import Foundation
import Tensor
import TestSupport
import XCTest

/// Values against numpy and scikit-learn, gradients against PyTorch and central differences.
final class LinearAlgebraTests: XCTestCase {
    private struct Array: Decodable {
        let shape: [Int]
        let values: [Double]
        var tensor: Tensor { get throws { try Tensor(values.map(Float.init), shape: shape) } }
    }

    private func golden(_ name: String) throws -> [String: Array] {
        let cases = try GoldenFolder(.module).decode([String: [String: Array]].self, "linear_algebra.json")
        return try XCTUnwrap(cases[name])
    }

    private func assertEqual(
        _ mine: Tensor, _ theirs: Tensor, _ place: String = "", tolerance: Double = 2e-6, line: UInt = #line
    ) {
        assertClose(mine, theirs, .ofLargest(tolerance, atLeast: tolerance), place, line: line)
    }

    private func assertEqual(_ mine: Tensor, _ theirs: Array?, _ place: String = "", line: UInt = #line) throws {
        assertEqual(mine, try XCTUnwrap(theirs).tensor, place, line: line)
    }

    /// The weights that the golden gradients were taken with.
    private func gradient(_ function: ([Tensor]) throws -> Tensor, _ inputs: Tensor...) throws -> [Tensor] {
        let leaves = try inputs.map { try $0.copied().requireGradient() }
        let result = try function(leaves)
        let weights: [Float] = (0..<result.count).map { (i: Int) -> Float in Float((i * 7 + 3) % 11) / 11 - 0.4 }
        try result.backward(Tensor(weights, shape: result.shape))
        return try leaves.map { try XCTUnwrap($0.gradient) }
    }

    private func random(_ shape: [Int], seed: UInt64 = 5) throws -> Tensor {
        try Tensor.randn(shape, generator: Generator(seed: seed))
    }

    private func message(_ body: () throws -> Any) -> String {
        do {
            _ = try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    // MARK: Values

    func testSVDTakesMatricesApart() throws {
        for name in ["tall", "wide", "square"] {
            let golden = try golden("svd \(name)")
            try assertEqual(XCTUnwrap(golden["a"]).tensor.svd().s, golden["s"], name)
            try assertEqual(gradient({ try $0[0].svd().s }, XCTUnwrap(golden["a"]).tensor)[0], golden["ds"], name)
        }
        for shape in [[4, 4], [7, 3], [3, 7], [1, 5], [5, 1], [2, 3, 4, 3], [0, 3], [3, 0], [0, 2, 2]] {
            let a = try random(shape)
            let (u, s, vt) = try a.svd()
            let k = min(shape[shape.count - 2], shape[shape.count - 1])
            XCTAssertEqual(s.shape, Swift.Array(shape.dropLast(2)) + [k])
            assertEqual(try (u * s.unsqueezed(-2)).matmul(vt), a, "\(shape)")
            let identity = try Tensor.eye(k).expanded(Swift.Array(shape.dropLast(2)) + [k, k])
            assertEqual(try u.transposed().matmul(u), identity, "\(shape)")
            assertEqual(try vt.matmul(vt.transposed()), identity, "\(shape)")
            // The sign: each row's entry of largest magnitude is positive.
            for row in vt.floats.chunks(of: shape[shape.count - 1]) {
                XCTAssertGreaterThan(row.max { abs($0) < abs($1) } ?? 1, 0, "\(shape)")
            }
        }
    }

    func testEigenvalues() throws {
        let golden = try golden("eigh")
        let a = try XCTUnwrap(golden["a"]).tensor
        let (values, vectors) = try a.eigh()
        try assertEqual(values, golden["values"])
        assertEqual(try (vectors * values).matmul(vectors.transposed()), a)
        assertEqual(try vectors.transposed().matmul(vectors), try Tensor.eye(4))
        let stack = try Tensor.stacked([a, a * 2])
        assertEqual(try stack.eigh().values.selected(0, 1), try values * 2)
    }

    func testQR() throws {
        for shape in [[4, 4], [7, 3], [3, 7], [2, 5, 2]] {
            let a = try random(shape)
            let (q, r) = try a.qr()
            assertEqual(try q.matmul(r), a, "\(shape)")
            let k = r.shape[r.rank - 2]
            assertEqual(
                try q.transposed().matmul(q), try Tensor.eye(k).expanded(Swift.Array(shape.dropLast(2)) + [k, k]),
                "\(shape)")
            assertEqual(r, try r.upperTriangle(), "\(shape)")
            XCTAssertGreaterThanOrEqual(try r.diagonal().min().item, 0)
        }
    }

    func testSquareSystems() throws {
        let golden = try golden("solve")
        let (a, b) = (try XCTUnwrap(golden["a"]).tensor, try XCTUnwrap(golden["b"]).tensor)
        try assertEqual(a.solve(b), golden["x"])
        try assertEqual(a.inverse(), golden["inverse"])
        try assertEqual(a.determinant(), golden["det"])
        let column = try b.selected(1, 0)
        assertEqual(try a.solve(column), try a.solve(b).selected(1, 0))
        let gradients = try gradient({ try $0[0].solve($0[1]) }, a, b)
        let expected = try self.golden("solve gradient")
        try assertEqual(gradients[0], expected["da"])
        try assertEqual(gradients[1], expected["db"])
        // One matrix for a stack of right sides, and the other way round.
        let sides = try Tensor.stacked([b, b * 2, b * 3])
        assertEqual(try a.solve(sides).selected(0, 2), try a.solve(b) * 3, tolerance: 1e-5)
        assertEqual(try Tensor.stacked([a, a * 2]).solve(b).selected(0, 1), try a.solve(b) * 0.5)
        XCTAssertEqual(try Tensor([1, 2, 2, 4], shape: [2, 2]).determinant().item, 0)
    }

    func testCholesky() throws {
        let golden = try golden("cholesky")
        let a = try XCTUnwrap(golden["a"]).tensor
        try assertEqual(a.cholesky(), golden["l"])
        try assertEqual(gradient({ try $0[0].cholesky() }, a)[0], golden["da"])
    }

    func testLeastSquares() throws {
        for (name, rank) in [("tall", 3), ("wide", 3), ("deficient", 1)] {
            let golden = try golden("lstsq \(name)")
            let a = try XCTUnwrap(golden["a"]).tensor
            let (x, found) = try a.leastSquares(XCTUnwrap(golden["b"]).tensor)
            try assertEqual(x, golden["x"], name)
            XCTAssertEqual(found, rank, name)
            XCTAssertEqual(try a.matrixRank(), rank, name)
            if let pinv = golden["pinv"] { try assertEqual(a.pseudoInverse(), pinv) }
        }
        // A line through points, with one right side.
        let x = try Tensor([0, 1, 2, 3])
        let design = try Tensor.stacked([x, Tensor.ones([4])], axis: 1)
        assertEqual(try design.leastSquares(x * 2 + 1).solution, try Tensor([2, 1]))
    }

    func testNorms() throws {
        let golden = try golden("norms")
        let a = try XCTUnwrap(golden["a"]).tensor
        for norm in MatrixNorm.allCases { try assertEqual(a.matrixNorm(norm), golden[norm.rawValue], norm.rawValue) }
    }

    func testPrincipalComponents() throws {
        let golden = try golden("pca")
        let rows = try XCTUnwrap(golden["rows"]).tensor
        let pca = try PCA(rows, components: 2)
        try assertEqual(pca.mean, golden["mean"])
        try assertEqual(pca.components, golden["components"])
        try assertEqual(pca.variance, golden["variance"])
        try assertEqual(pca.ratio, golden["ratio"])
        try assertEqual(pca.project(rows), golden["projected"])
        let whole = try PCA(rows)
        assertEqual(try whole.reconstruct(whole.project(rows)), rows)
        // Rows that are all the same vary nowhere.
        XCTAssertEqual(try PCA(Tensor.ones([3, 2])).ratio.floats, [0, 0])
    }

    // MARK: Gradients

    func testGradients() throws {
        for shape in [[3, 3], [4, 2], [2, 4], [2, 3, 2]] {
            try checkGradients("svd u", [shape]) { try $0[0].svd().u }
            try checkGradients("svd s", [shape]) { try $0[0].svd().s }
            try checkGradients("svd vt", [shape]) { try $0[0].svd().vt }
            try checkGradients("svd together", [shape]) {
                let (u, s, vt) = try $0[0].svd()
                return try (u * s.exp().unsqueezed(-2)).matmul(vt)
            }
            try checkGradients("qr q", [shape], step: 3e-3) { try $0[0].qr().q }
            try checkGradients("qr r", [shape], step: 3e-3) { try $0[0].qr().r }
        }
        func symmetric(_ a: Tensor) throws -> Tensor { try (a + a.transposed()) * 0.5 }
        func positive(_ a: Tensor) throws -> Tensor { try a.matmul(a.transposed()) + Tensor.eye(3) }
        try checkGradients("eigh values", [[3, 3]]) { try symmetric($0[0]).eigh().values }
        try checkGradients("eigh vectors", [[2, 3, 3]]) { try symmetric($0[0]).eigh().vectors }
        try checkGradients("solve", [[3, 3], [3, 2]], step: 3e-3) { try ($0[0] + Tensor.eye(3) * 2).solve($0[1]) }
        try checkGradients("solve broadcast", [[3, 3], [2, 3, 1]], step: 3e-3) {
            try ($0[0] + Tensor.eye(3) * 2).solve($0[1])
        }
        try checkGradients("solve vector", [[3, 3], [3]], step: 3e-3) { try ($0[0] + Tensor.eye(3) * 2).solve($0[1]) }
        try checkGradients("inverse", [[2, 3, 3]], step: 3e-3) { try ($0[0] + Tensor.eye(3) * 2).inverse() }
        try checkGradients("det", [[2, 3, 3]]) { try $0[0].determinant() }
        try checkGradients("cholesky", [[3, 3]]) { try positive($0[0]).cholesky() }
        try checkGradients("lstsq tall", [[4, 2], [4, 2]]) { try $0[0].leastSquares($0[1]).solution }
        try checkGradients("lstsq wide", [[2, 4], [2]]) { try $0[0].leastSquares($0[1]).solution }
        try checkGradients("pinv", [[3, 2]]) { try $0[0].pseudoInverse() }
        try checkGradients("triangles", [[2, 3, 3]]) {
            try $0[0].lowerTriangle() * $0[0].upperTriangle(1) + $0[0].lowerTriangle(-1)
        }
        try checkGradients("trace", [[2, 3, 2]]) { try $0[0].trace() + $0[0].diagonal().sum([-1]) }
        try checkGradients("nuclear", [[3, 2]]) { try $0[0].matrixNorm(.nuclear) }
        try checkGradients("spectral", [[3, 2]]) { try $0[0].matrixNorm(.spectral) }
        try checkGradients("pca", [[5, 3]]) { try PCA($0[0], components: 2).project($0[0]) }
    }

    // MARK: Errors

    func testWhatHasNoAnswerSaysSo() throws {
        let rectangle = try random([2, 3])
        let singular = try Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [3, 3])
        XCTAssertEqual(
            message { try rectangle.eigh() },
            "'a' of 'eigh' must be a square matrix or a stack of them, not of shape 2×3")
        XCTAssertTrue(message { try rectangle.determinant() }.contains("'a' of 'det' must be a square matrix"))
        XCTAssertTrue(message { try rectangle.inverse() }.contains("'a' of 'inverse' must be a square matrix"))
        XCTAssertTrue(message { try Tensor([1, 2]).svd() }.contains("'a' of 'svd' must be a matrix"))
        XCTAssertTrue(
            message { try singular.solve(Tensor([1, 2, 3])) }.contains("'solve' can't solve with a singular matrix"))
        XCTAssertTrue(message { try singular.solve(Tensor([1, 2])) }.contains("shapes 3×3 and 2"))
        XCTAssertTrue(message { try singular.eigh() }.contains("element (1, 0) is 4.0 and element (0, 1) is 2.0"))
        XCTAssertTrue(
            message { try Tensor([1, 2, 2, 1], shape: [2, 2]).cholesky() }.contains("its leading 2×2 block is not"))
        for bad in [Float.nan, .infinity] {
            let broken = try Tensor([1, bad, bad, 1], shape: [2, 2])
            let calls: [(String, () throws -> Any)] = [
                ("svd", { try broken.svd() }), ("eigh", { try broken.eigh() }), ("qr", { try broken.qr() }),
                ("solve", { try broken.solve(Tensor([1, 2])) }), ("cholesky", { try broken.cholesky() }),
                ("lstsq", { try broken.leastSquares(Tensor([1, 2])) }), ("det", { try broken.determinant() }),
            ]
            for (name, call) in calls {
                XCTAssertEqual(message(call), "'\(name)' needs finite values, not NaN or infinity")
            }
        }
        XCTAssertTrue(message { try PCA(Tensor.ones([1, 3])) }.contains("at least two rows"))
        XCTAssertTrue(
            message { try PCA(Tensor.ones([3, 2]), components: 3) }.contains(
                "must be from 1 to 2 for rows of shape 3×2, not 3"))
        XCTAssertTrue(message { try Tensor.zeros([0, 2]).matrixNorm(.spectral) }.contains("at least one element"))
    }

    func testGradientsThatDoNotExistSaySo() throws {
        func backward(_ values: [Float], _ shape: [Int], _ function: (Tensor) throws -> Tensor) -> String {
            message { try function(Tensor(values, shape: shape).requireGradient()).sum().backward() }
        }
        XCTAssertTrue(backward([1, 0, 0, 1], [2, 2]) { try $0.svd().u }.contains("singular values 0 and 1 coincide"))
        XCTAssertEqual(backward([1, 0, 0, 1], [2, 2]) { try $0.svd().s }, "no error")
        XCTAssertTrue(
            backward([1, 0, 0, 1], [2, 2]) { try $0.eigh().vectors }.contains("eigenvalues 0 and 1 coincide"))
        XCTAssertTrue(backward([1, 0, 1, 0, 1, 0], [3, 2]) { try $0.svd().u }.contains("a matrix of lower rank"))
        XCTAssertTrue(backward([1, 1, 1, 1], [2, 2]) { try $0.qr().q }.contains("'qr' has no derivative here"))
    }
}

extension [Float] {
    fileprivate func chunks(of size: Int) -> [[Float]] {
        stride(from: 0, to: count, by: Swift.max(size, 1)).map { Swift.Array(self[$0..<($0 + size)]) }
    }
}
