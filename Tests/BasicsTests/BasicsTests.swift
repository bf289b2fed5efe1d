import Basics
import TestSupport
import XCTest

final class BasicsTests: XCTestCase {
    func testShapesAndCountsAsText() {
        XCTAssertEqual(Words.shape([2, 3, 4]), "2×3×4")
        XCTAssertEqual(Words.shape([0]), "0")
        XCTAssertEqual(Words.shape([]), "scalar")
        XCTAssertEqual([0, 1, 2].map { Words.count($0, "cell") }, ["0 cells", "1 cell", "2 cells"])
        XCTAssertEqual(
            [1, 2].map { Words.count($0, "category", plural: "categories") }, ["1 category", "2 categories"])
    }

    func testListsSayHowManyMoreThereAre() {
        XCTAssertEqual(Words.quoted(["a", "b"]), "'a', 'b'")
        XCTAssertEqual(Words.quoted(["a", "b", "c"], most: 3), "'a', 'b', 'c'")
        XCTAssertEqual(Words.quoted(["a", "b", "c", "d"], most: 2), "'a', 'b' and 2 more")
        XCTAssertEqual(Words.listed(["x (1)", "y"], most: 1), "x (1) and 1 more")
        XCTAssertEqual(Words.listed([], most: 1), "")
    }

    /// The numbers of splitmix64.c as it was published (prng.di.unimi.it), by the tests' own copy of it.
    func testSplitMixIsThePublishedOne() {
        for seed in [0, 1, 0x9E37_79B9_7F4A_7C15, UInt64.max] {
            var ours = SplitMix64(seed: seed), published = SplitMix(state: seed)
            XCTAssertEqual(SplitMix64.first(of: seed), SplitMix(state: seed).first)
            for _ in 0..<100 { XCTAssertEqual(ours.next(), published.next()) }
            XCTAssertEqual(ours.uniform(), published.unit())
        }
    }

    func testTheStopFlagStopsUntilItIsLowered() throws {
        defer { StopFlag.lower() }
        XCTAssertNoThrow(try StopFlag.check())
        StopFlag.raise()
        XCTAssertTrue(StopFlag.isRaised)
        for _ in 0..<2 { XCTAssertThrowsError(try StopFlag.check()) { XCTAssertTrue($0 is Interruption) } }
        StopFlag.lower()
        XCTAssertNoThrow(try StopFlag.check())
    }

    func testTheClosestNameIsSuggested() {
        XCTAssertEqual(Suggestion.closest(to: "wieght", in: ["bias", "weight"]), "weight")
        XCTAssertEqual(
            Suggestion.closest(to: "layers.0.wieght", in: ["layers.1.weight", "layers.0.weight"]), "layers.0.weight")
        XCTAssertNil(Suggestion.closest(to: "weight", in: ["running_mean"]))
    }
}

extension SplitMix {
    fileprivate var first: UInt64 {
        var copy = self
        return copy.next()
    }
}
