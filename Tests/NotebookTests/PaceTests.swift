import Language
import Notebook
import TestSupport
import XCTest

final class PaceTests: XCTestCase {
    /// Two trainings of one cell are called the same: the second is new when its count begins again.
    func testWorkThatBeginsAgainIsTimedAnew() {
        var pace = Pace()
        XCTAssertTrue(pace.note(StepProgress("train", done: 0, total: 4), now: 10))
        XCTAssertFalse(pace.note(StepProgress("train", done: 3, total: 4), now: 40))
        XCTAssertEqual(pace.rate(StepProgress("train", done: 3, total: 4)), 0.1)
        XCTAssertTrue(pace.note(StepProgress("train", done: 1, total: 4), now: 50))
        XCTAssertFalse(pace.note(StepProgress("train", done: 2, total: 4), now: 55))
        XCTAssertEqual(pace.rate(StepProgress("train", done: 2, total: 4)), 0.2)
        XCTAssertEqual([pace.elapsed, Double(pace.firstDone)], [5, 1])
    }

    func testOtherWorkAndResumedWorkAreTimedFromWhereTheyBegin() {
        var pace = Pace()
        _ = pace.note(StepProgress("train", done: 30, total: 40), now: 0)
        _ = pace.note(StepProgress("train", done: 32, total: 40), now: 8)
        XCTAssertEqual(pace.rate(StepProgress("train", done: 32, total: 40)), 0.25)
        XCTAssertTrue(pace.note(StepProgress("evaluate", done: 32, total: 96), now: 9))
        XCTAssertNil(pace.rate(StepProgress("evaluate", done: 32, total: 96)))
    }
}
