import Tensor
import TestSupport
import XCTest

/// Compares the recorded derivative of `function` with central differences, in every element of every input.
///
/// - Parameters:
///   - inputs: shapes; filled with reproducible numbers between `low` and `high`.
///   - tolerance: the share of the numeric slope, or of 1 where that is larger, by which the two may differ.
func checkGradients(
    _ name: String, _ shapes: [[Int]], low: Float = -1, high: Float = 1, step: Float = 1e-2, tolerance: Double = 2e-2,
    file: StaticString = #filePath, line: UInt = #line, _ function: ([Tensor]) throws -> Tensor
) throws {
    var random = Knuth(state: 0x9E37_79B9_7F4A_7C15)
    let values: [[Float]] = shapes.map { shape in
        (0..<shape.reduce(1, *)).map { _ in low + (high - low) * random.unit() }
    }
    // A weighted sum makes a scalar whose slope in each element of the result is different.
    func scalar(_ values: [[Float]], gradients: Bool) throws -> (Double, [Tensor]) {
        let inputs = try zip(values, shapes).map { try Tensor($0, shape: $1) }
        if gradients { try inputs.forEach { try $0.requireGradient() } }
        let result = try function(inputs)
        let weights: [Float] = (0..<result.count).map { (i: Int) -> Float in Float((i * 7 + 3) % 11) / 11 - 0.4 }
        if gradients {
            try result.backward(Tensor(weights, shape: result.shape))
            return (0, inputs)
        }
        var total = 0.0
        for (value, weight) in zip(result.floats, weights) { total += Double(value) * Double(weight) }
        return (total, inputs)
    }
    let analytic = try scalar(values, gradients: true).1.map { $0.gradient?.floats ?? [] }
    for (i, row) in values.enumerated() {
        let numeric = try row.indices.map { j -> Double in
            var up = values, down = values
            up[i][j] += step
            down[i][j] -= step
            let rise = try scalar(up, gradients: false).0 - scalar(down, gradients: false).0
            return rise / Double(up[i][j] - down[i][j])
        }
        let allowed = Tolerance.relative(tolerance, atLeast: tolerance)
        assertClose(analytic[i], numeric, allowed, "\(name): gradient of input \(i)", file: file, line: line)
    }
}
