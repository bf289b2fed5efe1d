import Basics
import Tensor
import TestSupport
import XCTest

/// Expected values: numpy.linalg.solve on the normal equations, in double precision.
final class RidgeTests: XCTestCase {
    private let x = try! Tensor([1, 2, 0, -1, 0.5, 3, 2, 2, -1, 0, 1, 1]).reshaped([4, 3])
    private let y = try! Tensor([1, 0, 2, -1, 0.5, 1, -2, 3]).reshaped([4, 2])
    private let prior = try! Tensor([0.5, -1, 0, 1, 1, 0.25]).reshaped([2, 3])

    func testMoreRowsThanColumns() throws {
        let w = try Tensor.ridge(inputs: x, outputs: y, weights: [1, 2, 0.5, 1], penalty: 0.3, prior: prior)
        XCTAssertEqual(w.shape, [2, 3])
        assertClose(
            w.floats, [1.20139284, -0.56574522, 1.00287806, -0.03787663, 0.54084352, -0.26831652], .absolute(1e-6))
    }

    func testFewerRowsThanColumns() throws {
        let w = try Tensor.ridge(
            inputs: x.sliced(0, from: 0, to: 2), outputs: y.sliced(0, from: 0, to: 2), penalty: 0.3)
        assertClose(
            w.floats, [-0.00089421, 0.47214522, 0.56872038, 0.09478673, -0.04739336, -0.28436019], .absolute(1e-6))
    }

    /// A row of weight 0 says nothing; no rows at all leave the prior.
    func testWithoutRowsItIsThePrior() throws {
        XCTAssertEqual(
            try Tensor.ridge(inputs: x, outputs: y, weights: [0, 0, 0, 0], penalty: 1, prior: prior).floats,
            prior.floats)
        XCTAssertEqual(
            try Tensor.ridge(
                inputs: x.sliced(0, from: 0, to: 0), outputs: y.sliced(0, from: 0, to: 0), penalty: 1, prior: prior
            ).floats,
            prior.floats)
    }

    func testWhatDoesNotFitIsRefused() throws {
        for (body, message) in [
            ({ try Tensor.ridge(inputs: self.x, outputs: self.y, penalty: 0) }, "above 0, not 0"),
            ({ try Tensor.ridge(inputs: self.x, outputs: self.y, penalty: .nan) }, "above 0, not nan"),
            ({ try Tensor.ridge(inputs: self.x, outputs: self.y, weights: [1], penalty: 1) }, "must be 4 finite"),
            (
                { try Tensor.ridge(inputs: self.x, outputs: self.x.sliced(0, from: 0, to: 2), penalty: 1) },
                "as many rows"
            ),
            ({ try Tensor.ridge(inputs: self.x, outputs: self.y, penalty: 1, prior: self.y) }, "must be 2×3"),
            ({ try Tensor.ridge(inputs: self.x / 0, outputs: self.y, penalty: 1) }, "finite"),
        ] as [(() throws -> Tensor, String)] {
            XCTAssertThrowsError(try body()) { XCTAssertTrue("\($0)".contains(message), "\($0)") }
        }
    }
}
