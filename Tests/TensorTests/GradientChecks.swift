import Tensor
import XCTest

/// Compares the recorded derivative of `function` with central differences, in every element of every input.
///
/// - Parameters:
///   - inputs: shapes; filled with reproducible numbers between `low` and `high`.
///   - tolerance: allowed |analytic − numeric| relative to the larger of 1 and the numeric slope.
func checkGradients(
    _ name: String, _ shapes: [[Int]], low: Float = -1, high: Float = 1, step: Float = 1e-2, tolerance: Float = 2e-2,
    file: StaticString = #filePath, line: UInt = #line, _ function: ([Tensor]) throws -> Tensor
) throws {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return low + (high - low) * Float(state >> 40) / Float(1 << 24)
    }
    let values: [[Float]] = shapes.map { shape in (0..<shape.reduce(1, *)).map { _ in next() } }
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
        XCTAssertEqual(analytic[i].count, row.count, "\(name): input \(i) has no gradient", file: file, line: line)
        guard analytic[i].count == row.count else { continue }
        for j in row.indices {
            var up = values, down = values
            up[i][j] += step
            down[i][j] -= step
            let rise = try scalar(up, gradients: false).0 - scalar(down, gradients: false).0
            let numeric = Float(rise / Double(up[i][j] - down[i][j]))
            let error = abs(analytic[i][j] - numeric) / max(1, abs(numeric))
            XCTAssertLessThan(
                error, tolerance, "\(name): input \(i) element \(j): recorded \(analytic[i][j]), measured \(numeric)",
                file: file, line: line)
            if !(error < tolerance) { return }
        }
    }
}
