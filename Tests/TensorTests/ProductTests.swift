import Kernels
import Tensor
import XCTest

/// Products of matrices in float32: against sums in double precision, and bit for bit against themselves.
final class ProductTests: XCTestCase {
    private func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
        try Tensor(Generator(seed: seed).normal(count: shape.reduce(1, *)), shape: shape)
    }

    private func bits(_ tensor: Tensor) -> [UInt32] { tensor.floats.map(\.bitPattern) }

    /// Shapes with rests of tiles, panels and blocks on every side.
    private let shapes = [
        (1, 1, 1), (1, 300, 40), (7, 3, 5), (13, 257, 33), (97, 512, 31), (100, 600, 300), (5, 48, 1000),
        (310, 530, 200),
    ]

    func testAgreesWithSumsInDoublePrecision() throws {
        for (m, k, n) in shapes {
            let a = try random([m, k], seed: 1), b = try random([k, n], seed: 2), c = try a.matmul(b).floats
            XCTAssertEqual(c.count, m * n)
            let (x, y) = (a.floats, b.floats)
            for i in Set([0, m / 2, m - 1]) {
                for j in Set([0, n / 3, n - 1]) {
                    var sum = 0.0, size = 0.0
                    for p in 0..<k {
                        sum += Double(x[i * k + p]) * Double(y[p * n + j])
                        size += abs(Double(x[i * k + p]) * Double(y[p * n + j]))
                    }
                    XCTAssertEqual(Double(c[i * n + j]), sum, accuracy: 2e-6 * size, "\(m) × \(k) × \(n) at \(i), \(j)")
                }
            }
        }
    }

    /// The promise of `rk_product`: blocks of 256 terms, each summed up by multiply-adds from 0, added in order.
    func testEveryElementIsTheSumThatIsPromised() throws {
        let (m, k, n) = (9, 700, 21), a = try random([m, k], seed: 1), b = try random([k, n], seed: 2)
        let (x, y) = (a.floats, b.floats)
        var expected = [Float](repeating: 0, count: m * n)
        for i in 0..<m {
            for j in 0..<n {
                var total: Float = 0
                for block in stride(from: 0, to: k, by: Int(RK_PRODUCT_DEPTH)) {
                    var sum: Float = 0
                    for p in block..<min(k, block + Int(RK_PRODUCT_DEPTH)) {
                        sum = sum.addingProduct(x[i * k + p], y[p * n + j])
                    }
                    total = block == 0 ? sum : total + sum
                }
                expected[i * n + j] = total
            }
        }
        XCTAssertEqual(bits(try a.matmul(b)), expected.map(\.bitPattern))
    }

    func testBitsDoNotDependOnRowsLayoutPackingOrThreads() throws {
        let before = Engine.threads
        defer { Engine.threads = before }
        for (m, k, n) in shapes {
            let a = try random([m, k], seed: 3), b = try random([k, n], seed: 4), w = try b.transposed().contiguous()
            Engine.threads = 1
            let expected = bits(try a.matmul(b))
            for threads in 1...3 {
                Engine.threads = threads
                XCTAssertEqual(bits(try a.matmul(b)), expected)
                XCTAssertEqual(bits(try a.transposed().contiguous().transposed().matmul(b)), expected, "left turned")
                XCTAssertEqual(bits(try a.matmul(w.transposed())), expected, "right turned")
                XCTAssertEqual(
                    bits(
                        try Tensor.concatenated(
                            (0..<m).map { try a.sliced(0, from: $0, to: $0 + 1).matmul(b) }, axis: 0)),
                    expected, "row by row")
                XCTAssertEqual(
                    bits(
                        try Tensor.concatenated(
                            [a.matmul(b.sliced(1, from: 0, to: n / 2)), a.matmul(b.sliced(1, from: n / 2, to: n))],
                            axis: 1)),
                    expected, "column by column")
                try withoutGradients {
                    // The second call and those after it read packed weights.
                    for call in 0..<3 { XCTAssertEqual(bits(try a.linear(w)), expected, "call \(call)") }
                }
                let stack = try a.expanded([3, m, k]).matmul(b.expanded([3, k, n]))
                for index in 0..<3 { XCTAssertEqual(bits(try stack.selected(0, index)), expected, "in a stack") }
            }
        }
    }

    /// Threads keep their copies of few rows from piece to piece, but not from product to product.
    func testRowsOfOneProductAreNotTakenForThoseOfTheNext() throws {
        let w = try random([700, 600], seed: 5),
            inputs = try (0..<4).map { try random([90, 600], seed: 6 + UInt64($0)) }
        try withoutGradients {
            let expected = try inputs.map { bits(try $0.matmul(w.transposed())) }
            XCTAssertEqual(Set(expected).count, 4)
            for _ in 0..<3 {
                for (x, right) in zip(inputs, expected) { XCTAssertEqual(bits(try x.linear(w)), right) }
                // In place: the same memory with other numbers.
                let place = try random([90, 600], seed: 1)
                for (x, right) in zip(inputs, expected) {
                    try place.assign(x)
                    XCTAssertEqual(bits(try place.linear(w)), right)
                }
            }
        }
    }

    func testWhatIsPackedComesBack() throws {
        for (_, k, n) in shapes {
            let b = try random([k, n], seed: 5), packed = try Tensor.zeros([rk_packed_count(k, n)]),
                back = try Tensor.zeros([k, n])
            rk_pack_f32(k, n, b.floatPointer, n, 1, packed.floatPointer)
            rk_unpack_f32(k, n, packed.floatPointer, back.floatPointer, n, 1)
            XCTAssertEqual(bits(back), bits(b))
        }
    }

    func testNothingInNothingOut() throws {
        XCTAssertEqual(try Tensor.zeros([3, 0]).matmul(Tensor.zeros([0, 2])).floats, [Float](repeating: 0, count: 6))
        XCTAssertEqual(try Tensor.zeros([0, 3]).matmul(Tensor.zeros([3, 2])).shape, [0, 2])
    }

    func testANaNReachesItsRowAndNoOther() throws {
        let a = try random([14, 300], seed: 6), b = try random([300, 40], seed: 7)
        try a.sliced(0, from: 5, to: 6).sliced(1, from: 299, to: 300).assign(Tensor.full([1, 1], .nan))
        let c = try a.matmul(b).floats
        for row in 0..<14 {
            let values = c[row * 40..<(row + 1) * 40]
            XCTAssertTrue(row == 5 ? values.allSatisfy(\.isNaN) : values.allSatisfy(\.isFinite), "row \(row)")
        }
    }
}
