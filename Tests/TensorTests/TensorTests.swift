import Basics
import Tensor
import TestSupport
import XCTest

final class TensorTests: XCTestCase {
    func testBroadcastingFollowsNumPy() throws {
        let a = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]), b = try Tensor([10, 20], shape: [2, 1])
        XCTAssertEqual(try (a + b).floats, [11, 12, 13, 24, 25, 26])
        XCTAssertEqual(try (a.unsqueezed(0) * Tensor([1, -1], shape: [2, 1, 1])).shape, [2, 2, 3])
        XCTAssertThrowsError(try a + Tensor([1, 2])) { error in
            XCTAssertEqual(
                "\(error)",
                "'+' can't combine shapes 2×3 and 2: sizes 3 and 2 differ in dimension 1; sizes must be equal, or one of them 1"
            )
        }
    }

    func testViewsShareStorageAndReadRight() throws {
        let x = try Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
        let y = try x.permuted([2, 0, 1])
        XCTAssertEqual(y.shape, [4, 2, 3])
        XCTAssertEqual(try y.selected(0, 1).floats, [1, 5, 9, 13, 17, 21])
        XCTAssertEqual(try x.sliced(2, from: 3, to: -1, step: -2).floats, [3, 1, 7, 5, 11, 9, 15, 13, 19, 17, 23, 21])
        try x.selected(0, 0).assign(Tensor.full([3, 4], 7))
        XCTAssertEqual(try y.selected(0, 1).floats, [7, 7, 7, 13, 17, 21], "a view sees what is written")
        XCTAssertEqual(try x.reshaped([-1, 2]).shape, [12, 2])
        XCTAssertThrowsError(try x.reshaped([5, -1]))
        XCTAssertThrowsError(try x.sliced(0, from: 0, to: 3))
    }

    func testReductionsOverAnyDimensions() throws {
        let x = try Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
        XCTAssertEqual(try x.sum([0]).floats, (0..<12).map { Float($0 + $0 + 12) })
        XCTAssertEqual(try x.sum([0, 2]).floats, [60, 92, 124])
        XCTAssertEqual(try x.max([1]).floats, [8, 9, 10, 11, 20, 21, 22, 23])
        XCTAssertEqual(try x.argmax(1).ints, [2, 2, 2, 2, 2, 2, 2, 2])
        XCTAssertEqual(try x.mean().item, 11.5)
        XCTAssertEqual(try x.variance().item, 50, accuracy: 1e-4)
        XCTAssertEqual(try Tensor(integers: [1, 2, 3, 4]).sum().ints, [10])
        XCTAssertThrowsError(try x.sum([3]))
        XCTAssertThrowsError(try Tensor([Float]()).max())
    }

    func testSumOfMillionsStaysExactEnough() throws {
        let x = try Tensor.full([10_000_000], 0.1)
        XCTAssertEqual(try x.sum().item, 1_000_000, accuracy: 1)
    }

    func testProductsAgreeWithTheDefinition() throws {
        let a = try Tensor((0..<6).map(Float.init), shape: [2, 3]),
            b = try Tensor((0..<12).map(Float.init), shape: [3, 4])
        XCTAssertEqual(try a.matmul(b).floats, [20, 23, 26, 29, 56, 68, 80, 92])
        XCTAssertEqual(try a.transposed().matmul(a).floats, [9, 12, 15, 12, 17, 22, 15, 22, 29])
        XCTAssertThrowsError(try a.matmul(a)) { XCTAssertTrue("\($0)".contains("inner sizes 3 and 2"), "\($0)") }
        XCTAssertEqual(try Tensor.zeros([0, 3]).matmul(b).shape, [0, 4])
        XCTAssertEqual(try Tensor.zeros([2, 0]).matmul(Tensor.zeros([0, 2])).floats, [0, 0, 0, 0])
    }

    func testIntegersStayExact() throws {
        let big = try Tensor(integers: [1 << 53, 3]), one = try Tensor(integers: [1, 5])
        XCTAssertEqual(try (big + one).ints, [(1 << 53) + 1, 8])
        XCTAssertEqual(try Tensor(integers: [-7, 7]).modulo(Tensor(integers: [3, -3])).ints, [2, -2])
        XCTAssertThrowsError(try Tensor([Float.nan]).to(.int64))
    }

    func testBfloat16RoundsToNearestEvenAndKeepsNaN() throws {
        let x = try Tensor([1, 1.00390625, 1.01171875, -3.3e38, .nan, .infinity])
        let y = try x.to(.bfloat16).floats
        XCTAssertEqual(Array(y[0...2]), [1, 1, 1.015625])
        XCTAssertEqual(y[3], -3.3e38, accuracy: 2e36)
        XCTAssertTrue(y[4].isNaN)
        XCTAssertEqual(y[5], .infinity)
    }

    func testAnAllocationThatCannotFitIsAnError() throws {
        XCTAssertThrowsError(try Tensor.zeros([1 << 20, 1 << 20])) { error in
            XCTAssertTrue("\(error)".contains("1048576×1048576 needs 4096.0 GiB"), "\(error)")
        }
        XCTAssertThrowsError(try Tensor.zeros([1 << 40, 1 << 40]))
        XCTAssertThrowsError(try Tensor.zeros([-1]))
    }

    func testCancellationStopsBetweenPrimitives() throws {
        StopFlag.raise()
        defer { StopFlag.lower() }
        XCTAssertThrowsError(try Tensor([1]) + Tensor([2])) { XCTAssertTrue($0 is Interruption) }
    }

    func testNaNIsFoundAndNamed() throws {
        let x = try Tensor([1, 0]) / Tensor([1, 0])
        XCTAssertThrowsError(try x.checkedFinite(in: "reward")) { XCTAssertTrue("\($0)".contains("'reward'"), "\($0)") }
    }

    func testImagesKeepTheirBytes() throws {
        let bytes = (0..<(5 * 4 * 3)).map { UInt8($0 * 4 % 256) }
        XCTAssertEqual(try Image(width: 5, height: 4, rgb: bytes).rgb8, bytes)
        XCTAssertThrowsError(try Image(width: 5, height: 4, rgb: [1, 2, 3]))
    }
}
