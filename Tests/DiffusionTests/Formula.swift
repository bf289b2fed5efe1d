import Foundation
import Tensor
import TestSupport
import XCTest

/// Weights and inputs by formula, the same as Golden/formula.py makes.
enum Formula {
    static func values(_ name: String, _ shape: [Int]) -> [Float] {
        let count = shape.reduce(1, *)
        var (centre, spread) = (0.0, 0.2)
        if name.contains("norm") {
            (centre, spread) = name.hasSuffix("weight") ? (1, 0.4) : (0, 0.2)
        } else if name.contains("embedding"), !name.contains("time") {
            spread = 0.7
        } else if name.hasSuffix("weight") {
            spread = 2 / (Double(count) / Double(shape[0])).squareRoot()
        }
        return Knuth.stream(name, count).map { Float(centre + spread * Double($0)) }
    }

    /// Parameters that ask for gradients.
    static var source: ParameterSource {
        ParameterSource { name, shape, _ in try Tensor(values(name, shape), shape: shape).requireGradient() }
    }

    /// An input of about unit variance.
    static func normal(_ name: String, _ shape: Int...) throws -> Tensor {
        try Tensor(Knuth.stream(name, shape.reduce(1, *)).map { Float(1.7 * Double($0)) }, shape: shape)
    }
}

/// What the scripts in Golden wrote.
let goldenFiles = GoldenFolder(.module)

/// Every parameter's gradient must be the golden one, within `tolerance` of its norm.
func assertGradients(
    of parameters: NamedTensors, are golden: [String: GoldenGradient], tolerance: Double = 1e-4, _ model: String
) throws {
    XCTAssertEqual(Set(parameters.map(\.name)), Set(golden.keys), model)
    for (name, parameter) in parameters {
        let expected = try XCTUnwrap(golden[name], name)
        let gradient = try XCTUnwrap(parameter.gradient, name).floats
        expected.check(gradient, of: name, tolerance: tolerance, floor: 1e-6, model)
    }
}
