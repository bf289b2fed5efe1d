import OneDNN
import TestSupport
import XCTest

final class OneDNNNormalizationTests: XCTestCase {
    func testSoftmaxAndItsGradient() {
        for type in multipliedTypes {
            for logarithm in [false, true] {
                let x = Operand([3, 5, 77], type, seed: 1), dy = Operand([3, 5, 77], type, seed: 2)
                let y = Operand(x.shape, type), dx = Operand(x.shape, type)
                var (vx, vy, vdy, vdx) = (x.view, y.view, dy.view, dx.view)
                checked(onednn_softmax(&vx, &vy, 2, logarithm))
                checked(onednn_softmax_backward(&vy, &vdy, &vdx, 2, logarithm))
                let total = (0..<77).reduce(0.0) { $0 + exp(Double(x[2, 4, $1])) }
                let p = (0..<77).map { exp(Double(x[2, 4, $0])) / total }
                let expected = logarithm ? log(p[6]) : p[6]
                XCTAssertEqual(Double(y[2, 4, 6]), expected, accuracy: Double(y.tolerance) * max(1, abs(expected)))
                let inner = (0..<77).reduce(0.0) { $0 + Double(dy[2, 4, $1]) * (logarithm ? 1 : p[$1]) }
                let gradient = logarithm ? Double(dy[2, 4, 6]) - p[6] * inner : p[6] * (Double(dy[2, 4, 6]) - inner)
                XCTAssertEqual(Double(dx[2, 4, 6]), gradient, accuracy: Double(dx.tolerance))
            }
        }
    }

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
