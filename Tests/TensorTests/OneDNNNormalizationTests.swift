import OneDNN
import TestSupport
import XCTest

final class OneDNNNormalizationTests: XCTestCase {
    func testLayerNormAndItsGradients() {
        for type in multipliedTypes {
            let (rows, channels, epsilon) = (6, 96, Float(1e-5))
            let x = Operand([rows, channels], type, seed: 1), dy = Operand([rows, channels], type, seed: 2)
            let weight = Operand([channels], seed: 3), bias = Operand([channels], seed: 4)
            let y = Operand(x.shape, type), inference = Operand(x.shape, type), dx = Operand(x.shape, type)
            let mean = Operand([rows]), variance = Operand([rows]), dw = Operand([channels]), db = Operand([channels])
            var (vx, vy, vi, vdy, vdx) = (x.view, y.view, inference.view, dy.view, dx.view)
            checked(onednn_layer_norm(&vx, weight.floats, bias.floats, &vi, nil, nil, epsilon))
            checked(onednn_layer_norm(&vx, weight.floats, bias.floats, &vy, mean.floats, variance.floats, epsilon))
            checked(
                onednn_layer_norm_backward(
                    &vx, weight.floats, mean.floats, variance.floats, &vdy, &vdx, dw.floats, db.floats, epsilon))

            let row = 4, count = Double(channels)
            let values = (0..<channels).map { Double(x[row, $0]) }
            let mu = values.reduce(0, +) / count
            let rstd = 1 / (values.reduce(0) { $0 + ($1 - mu) * ($1 - mu) } / count + Double(epsilon)).squareRoot()
            let normal = values.map { ($0 - mu) * rstd }
            let expected = normal[9] * Double(weight[9]) + Double(bias[9])
            XCTAssertEqual(Double(y[row, 9]), expected, accuracy: Double(y.tolerance) * 2)
            XCTAssertEqual(inference[row, 9], y[row, 9])
            let g = (0..<channels).map { Double(dy[row, $0]) * Double(weight[$0]) }
            let meanG = g.reduce(0, +) / count, meanGN = zip(g, normal).reduce(0) { $0 + $1.0 * $1.1 } / count
            XCTAssertEqual(
                Double(dx[row, 9]), rstd * (g[9] - meanG - normal[9] * meanGN), accuracy: Double(dx.tolerance) * 2)
            var byBias = 0.0
            for i in 0..<rows { byBias += Double(dy[i, 9]) }
            XCTAssertEqual(Double(db[9]), byBias, accuracy: 1e-4)
        }
    }

    func testReorderChangesLayoutAndType() {
        let x = Operand([5, 7], seed: 1)
        let y = Operand([5, 7], strides: [1, 5], ONEDNN_BF16)
        var (vx, vy) = (x.view, y.view)
        checked(onednn_reorder(&vx, &vy))
        XCTAssertEqual(y[3, 6], x[3, 6], accuracy: 4e-3)
    }
}
