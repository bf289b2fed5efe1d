import GRPO
import TestSupport
import XCTest

final class AdvantageTests: XCTestCase {
    /// `torch.std` divides by n − 1: by hand, rewards 1, 2, 3, 6 have mean 3 and variance 14 / 3.
    func testGroupsAreStandardisedByTheirUnbiasedDeviation() throws {
        let advantages = try Advantages(rewards: [1, 2, 3, 6, 0, 0, 2, 2], groupSize: 4)
        let deviation = (14.0 / 3).squareRoot()
        XCTAssertEqual(advantages.means, [3, 1])
        XCTAssertEqual(advantages.deviations[0], deviation, accuracy: 1e-12)
        for (found, reward) in zip(advantages.values, [1.0, 2, 3, 6]) {
            XCTAssertEqual(found, (reward - 3) / (deviation + 1e-8), accuracy: 1e-12)
        }
        XCTAssertEqual(advantages.values[4], -(0.75).squareRoot(), accuracy: 1e-7)
        XCTAssertEqual(advantages.zeroSpreadGroups, 0)
    }

    func testScalesDifferInWhatTheyDivideBy() throws {
        let rewards = [0.0, 1, 10, 30]
        let none = try Advantages(rewards: rewards, groupSize: 2, scale: .none, clip: .infinity)
        XCTAssertEqual(none.values, [-0.5, 0.5, -10, 10])
        let mean = 41.0 / 4
        let overall = (rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3).squareRoot()
        let global = try Advantages(rewards: rewards, groupSize: 2, scale: .global, epsilon: 0)
        XCTAssertEqual(global.values[3], 10 / overall, accuracy: 1e-12)
        XCTAssertEqual(global.values[0], -0.5 / overall, accuracy: 1e-12)
    }

    func testAnOutlierIsClipped() throws {
        let rewards = [Double](repeating: 0, count: 15) + [1]
        let advantages = try Advantages(rewards: rewards, groupSize: 16)
        XCTAssertEqual(advantages.values.last, 2.5)
        XCTAssertEqual(
            try Advantages(rewards: rewards, groupSize: 16, clip: .infinity).values[15], 3.75, accuracy: 1e-6)
    }

    /// 0.1 has no exact sum: the mean of equal rewards may differ from them, and must not become an advantage.
    func testEqualRewardsTeachNothing() throws {
        let advantages = try Advantages(
            rewards: [Double](repeating: 0.1, count: 7) + [0, 0, 0, 0, 0, 0, 1], groupSize: 7, epsilon: 0,
            clip: .infinity)
        XCTAssertEqual(advantages.values.prefix(7), [0, 0, 0, 0, 0, 0, 0])
        XCTAssertEqual(advantages.zeroSpreadGroups, 1)
    }

    func testWhatCanNotBeAGroupIsRefused() {
        func message(_ rewards: [Double], _ size: Int) -> String {
            do { _ = try Advantages(rewards: rewards, groupSize: size) } catch { return "\(error)" }
            return ""
        }
        XCTAssertTrue(message([1, 2], 1).contains("a group must have at least 2 samples to compare, not 1"))
        XCTAssertTrue(message([1, 2, 3], 2).contains("3 rewards don't make groups of 2"))
        XCTAssertTrue(message([], 2).contains("0 rewards"))
        XCTAssertTrue(message([1, .nan], 2).contains("the reward of sample 1 must be a finite number, not nan"))
    }
}
