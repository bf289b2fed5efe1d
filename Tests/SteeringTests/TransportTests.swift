import Basics
import Steering
import Tensor
import TestSupport
import XCTest

/// Against scikit-learn and SciPy; see Golden/make_transport.py.
final class TransportTests: XCTestCase {
    private struct Case: Decodable {
        let lambda: Double?
        let carried: [Double]
        let cosine, correlation: Double
    }

    private struct Golden: Decodable {
        let rows: Int
        let a, b, turned, v: [Float]
        let ridge, procrustes: Case
    }

    private var golden: Golden!

    override func setUpWithError() throws {
        golden = try GoldenFolder(.module).decode(Golden.self, "transport.json")
    }

    private func rows(_ values: [Float]) throws -> Tensor {
        try Tensor(values, shape: [golden.rows, values.count / golden.rows])
    }

    private func check(_ method: Transport.Method, _ target: [Float], _ wanted: Case) throws {
        let (a, b, v) = (try rows(golden.a), try rows(target), try Direction(vector: Tensor(golden.v)))
        let map = try Transport(a, b, method: method)
        if let lambda = wanted.lambda {
            assertClose([try XCTUnwrap(map.ridge)], [lambda], .absolute(1e-9), "λ")
        } else {
            XCTAssertNil(map.ridge)
        }
        let carried = try Direction(vector: map.carried(v)).vector.floats
        assertClose(carried.map(Double.init), wanted.carried, .absolute(2e-5), "the direction")
        let test = try TransportTest(a, b, v, method: method, ridge: nil)
        assertClose([test.cosine, test.correlation], [wanted.cosine, wanted.correlation], .absolute(1e-4), "the test")
        XCTAssertEqual([test.learned, test.tested], [48, 12])
    }

    func testTheRidgeIsThatOfScikitLearn() throws { try check(.ridge, golden.b, golden.ridge) }

    func testTheRotationIsThatOfSciPy() throws { try check(.procrustes, golden.turned, golden.procrustes) }

    /// Into the same space the rotation is none, and the ridge of almost no penalty neither.
    func testADirectionCarriedToItsOwnSpaceStays() throws {
        let (a, v) = (try rows(golden.a), try Direction(vector: Tensor(golden.v)))
        for (method, ridge) in [(Transport.Method.procrustes, nil), (.ridge, 1e-6)] as [(Transport.Method, Double?)] {
            let carried = try Direction(vector: Transport(a, a, method: method, ridge: ridge).carried(v))
            assertClose(carried.vector.floats, v.vector.floats, .absolute(1e-3), method.rawValue)
        }
    }

    /// Spaces of other widths: a rotation into the wider one keeps angles.
    func testARotationIntoAWiderSpaceKeepsAngles() throws {
        let (narrow, wide) = (try rows(golden.b), try rows(golden.a))
        let map = try Transport(narrow, wide, method: .procrustes)
        let product = try map.matrix.matmul(map.matrix.transposed()).floats
        let width = narrow.shape[1]
        let unit = (0..<width * width).map { Float($0 / width == $0 % width ? 1 : 0) }
        assertClose(product, unit, .absolute(1e-4), "W Wᵀ")
    }

    func testWhatCannotBeLearnedIsRefused() throws {
        let few = try rows(golden.a).sliced(0, from: 0, to: 12)
        let v = try Direction(vector: Tensor(golden.v))
        XCTAssertThrowsError(try TransportTest(few, few, v, method: .ridge, ridge: nil)) {
            XCTAssertEqual(
                ($0 as? RhumbError)?.message,
                "a map between two spaces is learned from at least 13 different prompts, not 12")
        }
        XCTAssertThrowsError(try Transport(rows(golden.a), few, method: .ridge))
        let map = try Transport(rows(golden.b), rows(golden.a), method: .ridge)
        XCTAssertThrowsError(try map.carried(v), "a direction of another width")
    }
}
