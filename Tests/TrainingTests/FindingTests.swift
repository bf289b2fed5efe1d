import Files
import Training
import XCTest

/// What a history tells.
final class FindingTests: XCTestCase {
    private func findings(_ columns: KeyValuePairs<String, [Double]>) -> [String: Finding] {
        let table = DataColumns(names: columns.map(\.key), columns: columns.map { .numbers($0.value) })
        return Dictionary(uniqueKeysWithValues: HistoryDiagnosis.findings(in: table).map { ($0.name, $0) })
    }

    func testWhatIsFineHasNoAdvice() {
        let found = findings(["loss": [3, 2, 1], "gradient_norm": [1, 1, 1.5]])
        XCTAssertEqual(found["numbers"], Finding("numbers", .fine, "all finite in 3 steps"))
        XCTAssertEqual(found["loss"], Finding("loss", .fine, "from 3 to 1"))
        XCTAssertEqual(found["gradient norm"], Finding("gradient norm", .fine, "usually 1, at most 1.5 in step 3"))
    }

    func testWhatIsWrongIsSaidWithWhatToDo() {
        let rising = findings(["loss": (0..<20).map(Double.init)])
        XCTAssertEqual(rising["loss"]?.status, .suspicious)
        XCTAssertEqual(rising["loss"]?.text, "from 0.5 to 18.5: it rises")
        XCTAssertEqual(rising["loss"]?.advice, "lower the learning rate, or lengthen the warm-up")
        XCTAssertEqual(findings(["loss": [1, .nan]])["numbers"]?.text, "'loss' is not finite in step 2")
        XCTAssertEqual(findings(["loss": [1, .nan]])["numbers"]?.status, .broken)
        XCTAssertEqual(findings(["gradient_norm": [1, 1, 101]])["gradient norm"]?.status, .suspicious)
        XCTAssertEqual(findings(["gradient_norm": [1, 1, 100]])["gradient norm"]?.status, .fine)
        XCTAssertEqual(findings([:])["history"]?.status, .suspicious)
    }
}
