import Ranks
import TestSupport
import XCTest

/// Alone, a process has everything; the order in which blocks are added is that of the tree.
final class BlockSumTests: XCTestCase {
    /// What the tree says, written down as it is defined: neighbours, then pairs of neighbours.
    private func tree(_ values: [Float]) -> Float {
        var level = values
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { place in
                place + 1 < level.count ? level[place] + level[place + 1] : level[place]
            }
        }
        return level[0]
    }

    /// Numbers of such sizes that another order of addition gives other bits.
    private func numbers(_ count: Int) -> [Float] {
        (0..<count).map { index in
            let size: Float = index % 5 == 0 ? 1e7 : 1
            return size / Float(3 + index)
        }
    }

    func testBlocksAreAddedInPairsAndPairsOfPairs() throws {
        for count in 1...33 {
            let values = numbers(count)
            var sum = BlockSum(blocks: count, width: 2)
            for index in sum.share { sum.add([values[index], -values[index]]) }
            let total = try sum.total("test")
            assertSameBits(total, [tree(values), -tree(values)], "\(count) blocks")
        }
        let sixteen = numbers(16)
        XCTAssertNotEqual(
            tree(sixteen).bitPattern, sixteen.reduce(0, +).bitPattern, "the test would not see the order")
    }

    func testAProcessAloneHasAllTheWork() throws {
        XCTAssertEqual(Ranks.count, 1)
        XCTAssertEqual(Ranks.share(of: 7), 0..<7)
        XCTAssertEqual(try Ranks.gather("numbers", [1, 2, 3]), [1, 2, 3])
        XCTAssertNoThrow(try Ranks.agree("anything", on: "x"))
    }
}
