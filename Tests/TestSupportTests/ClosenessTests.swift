import Tensor
import TestSupport
import XCTest

/// A comparison that can't fail is worse than none: what each must not let pass.
final class ClosenessTests: XCTestCase {
    private func assertSays(_ part: String, _ message: String?, line: UInt = #line) {
        XCTAssertTrue(message?.contains(part) == true, message ?? "nothing was wrong", line: line)
    }

    func testWhatIsCloseIsNoDiscrepancy() throws {
        XCTAssertNil(discrepancy([1, 2.5] as [Float], [1.001, 2.499], within: .absolute(0.0011)))
        XCTAssertNil(discrepancy([[1.0], [2, 3]], [[1.0], [2, 3]], within: .absolute(0)))
        XCTAssertNil(discrepancy(try Tensor([1, 2, 3, 4], shape: [2, 2]), [1.0, 2, 3, 4], within: .absolute(0)))
        XCTAssertNil(discrepancy(3.0, 3.1, within: .absolute(0.2)))
        XCTAssertNil(discrepancy([UInt8(3), 250], [3.5, 249] as [Float], within: .absolute(1)))
        XCTAssertNil(discrepancy([Double.infinity, 1], [.infinity, 1], within: .absolute(0)))
    }

    /// `zip(a, b).map { abs($0 - $1) }.max()` passes over a NaN that doesn't come first.
    func testANaNAnywhereFailsWhateverTheTolerance() {
        for place in 0..<5 {
            var broken: [Float] = [1, 2, 3, 4, 5]
            broken[place] = .nan
            for pair in [(broken, [1, 2, 3, 4, 5]), ([1, 2, 3, 4, 5], broken), (broken, broken)] {
                assertSays("[\(place)] is", discrepancy(pair.0, pair.1, within: .absolute(.infinity)))
                XCTAssertNotNil(discrepancy(pair.0, pair.1, within: .ofLargest(1e9, atLeast: 1e9)))
                XCTAssertTrue(largestDifference(pair.0, pair.1).isNaN)
            }
        }
        XCTAssertNotNil(discrepancy([[1], [2, Double.nan]], [[1], [2, 3]], within: .absolute(9)))
        XCTAssertNotNil(discrepancy([1.0], [1.0], within: .absolute(.nan)), "a tolerance that is not a number")
    }

    func testNaNsOfOneKindPassWhereTheTestSaysSo() {
        let other = Double(bitPattern: Double.nan.bitPattern | 1)
        XCTAssertNil(discrepancy([1, Double.nan], [1, .nan], within: .absolute(0), sameNaNs: true))
        XCTAssertNotNil(discrepancy([1, Double.nan], [1, other], within: .absolute(0), sameNaNs: true))
        XCTAssertNotNil(discrepancy([1, Double.nan], [1, 2], within: .absolute(9), sameNaNs: true))
    }

    func testAnInfinityOnOneSideFailsWhateverTheTolerance() throws {
        let up: [Double] = [1, .infinity], down: [Double] = [1, -.infinity]
        for pair in [(up, [1, 2]), ([1, 2], down), (up, down)] {
            XCTAssertNotNil(discrepancy(pair.0, pair.1, within: .relative(1)))
            XCTAssertNotNil(discrepancy(pair.0, pair.1, within: .ofLargest(1)))
            XCTAssertNotNil(discrepancy(pair.0, pair.1, within: .absolute(.infinity)))
            XCTAssertTrue(largestDifference(pair.0, pair.1).isNaN)
        }
        // An infinity expected doesn't widen what the others are allowed.
        XCTAssertNotNil(discrepancy([Double.infinity, 1], [.infinity, 3], within: .ofLargest(0.1)))
    }

    func testOtherCountsAndShapesFail() throws {
        assertSays("2 numbers, not 3", discrepancy([1.0, 2], [1.0, 2, 3], within: .absolute(9)))
        assertSays("3 numbers, not 2", discrepancy([1.0, 2, 3], [1.0, 2], within: .absolute(9)))
        assertSays("an array holds 1, not 2", discrepancy([[1.0], [2, 3]], [[1.0, 2], [3]], within: .absolute(9)))
        let wide = try Tensor.zeros([2, 3]), tall = try Tensor.zeros([3, 2])
        assertSays("the shape is [2, 3], not [3, 2]", discrepancy(wide, tall, within: .absolute(9)))
        assertSays("6 numbers, not 5", discrepancy(wide, [Float](repeating: 0, count: 5), within: .absolute(9)))
        XCTAssertTrue(largestDifference([1.0], [1.0, 2]).isNaN)
    }

    func testNothingIsNoComparison() throws {
        assertSays("no numbers to compare", discrepancy([Float](), [Float](), within: .absolute(9)))
        assertSays("no numbers to compare", bitDiscrepancy([Float](), []))
        XCTAssertTrue(largestDifference([Float](), [Float]()).isNaN)
        let empty = try Tensor.zeros([0, 3])
        XCTAssertNil(discrepancy(empty, empty, within: .absolute(0)), "their shape is all they have")
        XCTAssertNotNil(discrepancy(empty, try Tensor.zeros([0, 2]), within: .absolute(0)))
    }

    func testTolerances() {
        // 1 % of each: 0.01 and 1; 1 % of the largest: 1 for both.
        XCTAssertNil(discrepancy([1.009, 100.9], [1.0, 100], within: .relative(0.01)))
        assertSays("[0] is 1.02, not 1.0", discrepancy([1.02, 100.9], [1.0, 100], within: .relative(0.01)))
        XCTAssertNil(discrepancy([1.9, 100.9], [1.0, 100], within: .ofLargest(0.01)))
        XCTAssertNotNil(discrepancy([2.1, 100.9], [1.0, 100], within: .ofLargest(0.01)))
        XCTAssertNil(discrepancy([0.04, -100], [0, -100], within: .relative(0.01, atLeast: 0.05)))
        XCTAssertNotNil(discrepancy([0.06, -100], [0, -100], within: .relative(0.01, atLeast: 0.05)))
        XCTAssertNil(discrepancy([-101.9], [-100.0], within: .ofLargest(0.01, relative: 0.01)))
        XCTAssertNotNil(discrepancy([-102.1], [-100.0], within: .ofLargest(0.01, relative: 0.01)))
        XCTAssertNotNil(discrepancy([1e-30], [0.0], within: .ofLargest(0.01)), "of nothing nothing is allowed")
    }

    func testAFailureIsShortAndNamesTheLargestDifference() throws {
        let expected = [Float](repeating: 0.5, count: 1_000_000)
        var found = expected.map { $0 + 1 }
        found[700_000] = 4
        let message = try XCTUnwrap(discrepancy(found, expected, within: .absolute(0.1)))
        XCTAssertTrue(message.hasPrefix("1000000 of 1000000 numbers differ by more than 0.1"), message)
        XCTAssertTrue(message.contains("  [9] is 1.5, not 0.5\n  and 999990 more\n"), message)
        XCTAssertTrue(message.hasSuffix("largest difference 3.5 at [700000]"), message)
        XCTAssertLessThan(message.count, 600)
        let same = try XCTUnwrap(bitDiscrepancy(found, expected))
        XCTAssertLessThan(same.count, 800)
        XCTAssertFalse(same.contains("[10]"), same)
    }

    func testPlacesAreThoseOfTheLayout() throws {
        assertSays(
            "[1][2] is 9.0, not 6.0",
            discrepancy([[1.0, 2, 3], [4, 5, 9]], [[1, 2, 3], [4, 5, 6]], within: .absolute(0)))
        let a = try Tensor((0..<24).map(Float.init), shape: [2, 3, 4]), b = try a.copied()
        try b.sliced(0, from: 1, to: 2).sliced(1, from: 2, to: 3).sliced(2, from: 1, to: 2).assign(
            Tensor.full([1, 1, 1], 7))
        assertSays("[1, 2, 1] is 7.0, not 21.0", discrepancy(b, a, within: .absolute(0.5)))
        assertSays("largest difference 14.0 at [1, 2, 1]", discrepancy(b, a, within: .absolute(0.5)))
    }

    func testLargestDifferences() throws {
        XCTAssertEqual(largestDifference([1.0, -2, .infinity], [1.5, -4, .infinity]), 2)
        XCTAssertEqual(largestDifference([[Float(1)], [2]], [[1], [2]]), 0)
    }

    func testBits() throws {
        XCTAssertNil(bitDiscrepancy([1.5, -0.0] as [Float], [1.5, -0.0]))
        assertSays("[1] is -0.0 (0x80000000), not 0.0 (0x0)", bitDiscrepancy([1.5, -0.0] as [Float], [1.5, 0]))
        assertSays("[0] is", bitDiscrepancy([Double(1).nextUp], [1.0]))
        // Whole numbers of 64 bits keep their last one.
        let large = try Tensor(integers: [1 << 60], shape: [1]),
            larger = try Tensor(integers: [1 << 60 + 1], shape: [1])
        XCTAssertNotNil(bitDiscrepancy(large, larger))
        let broken: [Float] = [1, .nan]
        XCTAssertNotNil(bitDiscrepancy(broken, broken))
        XCTAssertNil(bitDiscrepancy(broken, broken, sameNaNs: true))
        XCTAssertNotNil(bitDiscrepancy(broken, [1, Float(bitPattern: Float.nan.bitPattern | 1)], sameNaNs: true))
    }
}
