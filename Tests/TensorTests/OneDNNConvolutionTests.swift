import OneDNN
import TestSupport
import XCTest

final class OneDNNConvolutionTests: XCTestCase {
    private struct Case {
        var batch = 2, height = 5, width = 4, inputs = 16, outputs = 16, kernel = (3, 3)
        var strides = [1, 1], dilations = [1, 1], padding = [1, 1, 1, 1], groups = 1

        var outHeight: Int { (height + padding[0] + padding[1] - dilations[0] * (kernel.0 - 1) - 1) / strides[0] + 1 }
        var outWidth: Int { (width + padding[2] + padding[3] - dilations[1] * (kernel.1 - 1) - 1) / strides[1] + 1 }
        var geometry: onednn_geometry {
            onednn_geometry(
                strides: (strides[0], strides[1]), dilations: (dilations[0], dilations[1]),
                padding: (padding[0], padding[1], padding[2], padding[3]))
        }

        /// Calls `body(n, oy, ox, o, y, x, i (within the group), ky, kx)` for every product of the convolution.
        func forEachProduct(_ body: (Int, Int, Int, Int, Int, Int, Int, Int, Int) -> Void) {
            for n in 0..<batch {
                for oy in 0..<outHeight {
                    for ox in 0..<outWidth {
                        for ky in 0..<kernel.0 {
                            for kx in 0..<kernel.1 {
                                let y = oy * strides[0] + ky * dilations[0] - padding[0]
                                let x = ox * strides[1] + kx * dilations[1] - padding[2]
                                guard 0..<height ~= y, 0..<width ~= x else { continue }
                                for o in 0..<outputs {
                                    for i in 0..<inputs / groups { body(n, oy, ox, o, y, x, i, ky, kx) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private let cases = [
        Case(), Case(inputs: 3, outputs: 8), Case(strides: [2, 2]), Case(dilations: [2, 2], padding: [2, 2, 2, 2]),
        Case(kernel: (1, 1), padding: [0, 0, 0, 0]), Case(padding: [0, 1, 0, 1]), Case(groups: 2),
        Case(kernel: (3, 2), strides: [2, 1], padding: [1, 0, 0, 1]),
    ]

    private func index(_ c: Case, _ n: Int, _ y: Int, _ x: Int, _ channel: Int) -> Int {
        ((n * c.height + y) * c.width + x) * c.inputs + channel
    }

    func testForwardAndBothBackwardPassesAgreeWithLoops() {
        for type in multipliedTypes {
            for c in cases { check(c, type) }
        }
    }

    private func check(_ c: Case, _ type: onednn_type) {
        let x = Operand([c.batch, c.height, c.width, c.inputs], type, seed: 1)
        let w = Operand([c.outputs, c.inputs / c.groups, c.kernel.0, c.kernel.1], type, seed: 2)
        let dy = Operand([c.batch, c.outHeight, c.outWidth, c.outputs], type, seed: 3)
        let y = Operand(dy.shape, type), dx = Operand(x.shape, type)
        let dw = Operand(w.shape), db = Operand([c.outputs]), bias = Operand([c.outputs], seed: 4)
        var handle: OpaquePointer?
        var (vx, vw, vy, vdy, vdx, vdw, vdb) = (x.view, w.view, y.view, dy.view, dx.view, dw.view, db.view)
        var geometry = c.geometry
        checked(onednn_weights_create_convolution(&vw, c.groups, &handle))
        defer { onednn_weights_release(handle) }
        withEpilogue(bias: bias, residual: dy) { checked(onednn_convolution(&vx, handle, &vy, &geometry, $0)) }
        checked(onednn_convolution_backward_data(&vdy, handle, &vdx, &geometry))
        checked(onednn_convolution_backward_weights(&vx, &vdy, &vdw, &vdb, c.groups, &geometry))

        var forward = [Double](repeating: 0, count: y.capacity), byInput = [Double](repeating: 0, count: x.capacity)
        var byWeight = [Double](repeating: 0, count: w.capacity)
        c.forEachProduct { n, oy, ox, o, iy, ix, i, ky, kx in
            let channel = o / (c.outputs / c.groups) * (c.inputs / c.groups) + i
            let gradient = Double(dy[n, oy, ox, o])
            let (input, weight) = (Double(x[n, iy, ix, channel]), Double(w[o, i, ky, kx]))
            forward[((n * c.outHeight + oy) * c.outWidth + ox) * c.outputs + o] += input * weight
            byInput[index(c, n, iy, ix, channel)] += gradient * weight
            byWeight[((o * (c.inputs / c.groups) + i) * c.kernel.0 + ky) * c.kernel.1 + kx] += gradient * input
        }
        func expect(_ value: Float, _ exact: Double, _ what: String) {
            XCTAssertEqual(Double(value), exact, accuracy: Double(y.tolerance) * max(1, abs(exact)), "\(what) \(c)")
        }
        for n in 0..<c.batch {
            for oy in 0..<c.outHeight {
                for o in [0, c.outputs - 1] {
                    let at = ((n * c.outHeight + oy) * c.outWidth + 1) * c.outputs + o
                    expect(y[n, oy, 1, o], forward[at] + Double(bias[o]) + Double(dy[n, oy, 1, o]), "forward")
                }
            }
            for iy in 0..<c.height { expect(dx[n, iy, 2, 1], byInput[index(c, n, iy, 2, 1)], "backward data") }
        }
        for at in [0, w.capacity / 3, w.capacity - 1] { expect(dw.floats[at], byWeight[at], "backward weights") }
        var sum = 0.0
        for n in 0..<c.batch {
            for oy in 0..<c.outHeight { for ox in 0..<c.outWidth { sum += Double(dy[n, oy, ox, 1]) } }
        }
        expect(db[1], sum, "backward bias")
    }

    func testGroupsThatDoNotDivideAreRefused() {
        let w = Operand([7, 2, 3, 3])
        var view = w.view
        var handle: OpaquePointer?
        XCTAssertEqual(onednn_weights_create_convolution(&view, 2, &handle), ONEDNN_INVALID)
    }
}
