import Basics
import Steering
import Tensor
import TestSupport
import XCTest

/// Against SciPy's `sqrtm` and scikit-learn's `ledoit_wolf`; see Golden/make_gaussian_transport.py.
final class GaussianTransportTests: XCTestCase {
    private struct Golden: Decodable {
        let width: Int
        let safe, unsafe, rows, v: [Float]
        let carried, hard, soft: [Double]
    }

    private var golden: Golden!

    override func setUpWithError() throws {
        golden = try GoldenFolder(.module).decode(Golden.self, "gaussian-transport.json")
    }

    private func rows(_ values: [Float]) throws -> Tensor {
        try Tensor(values, shape: [values.count / golden.width, golden.width])
    }

    func testTheMapAndItsGates() throws {
        let map = try GaussianTransport(safe: rows(golden.safe), unsafe: rows(golden.unsafe))
        let given = try rows(golden.rows), direction = try Direction(vector: Tensor(golden.v))
        assertClose(try map.carried(given).floats.map(Double.init), golden.carried, .ofLargest(1e-5), "T")
        for (gate, expected) in [(Gate.unsafe, golden.hard), (.soft, golden.soft)] {
            let rule = SteeringRule(direction, gate: gate, threshold: 0.1, temperature: 0.2)
            let steered = try map.steered(given, gate: rule)
            assertClose(steered.floats.map(Double.init), expected, .ofLargest(1e-5), "\(gate)")
        }
    }

    /// What is learned from is brought onto the other side: its mean exactly.
    func testTheMeanArrives() throws {
        let (safe, unsafe) = (try rows(golden.safe), try rows(golden.unsafe))
        let arrived = try GaussianTransport(safe: safe, unsafe: unsafe).carried(unsafe).mean([0])
        assertClose(arrived.floats, try safe.mean([0]).floats, .absolute(1e-6))
    }

    func testWhatIsRefused() throws {
        let (safe, unsafe) = (try rows(golden.safe), try rows(golden.unsafe))
        func message(_ work: () throws -> Void) -> String {
            do { try work() } catch { return "\(error)" }
            return "nothing"
        }
        let few = message { _ = try GaussianTransport(safe: safe.sliced(0, from: 0, to: 1), unsafe: unsafe) }
        XCTAssertTrue(few.contains("not 1 safe and 7 unsafe"), few)
        let same = message { _ = try GaussianTransport(safe: safe, unsafe: Tensor.ones([3, 6])) }
        XCTAssertTrue(same.contains("don't differ"), same)
        let wide = message { _ = try GaussianTransport(safe: safe, unsafe: unsafe).carried(Tensor.ones([2, 5])) }
        XCTAssertTrue(wide.contains("width"), wide)
    }
}
