import Foundation
import Tensor
import TestSupport
import XCTest

/// Network operations, forward and backward, against PyTorch; see Golden/make_operations.py.
final class OperationTests: XCTestCase {
    private struct Golden: Decodable { let shape: [Int], output: [Float], gradients: [[Float]] }

    private var golden: [String: Golden] = [:]
    private var random = Knuth(state: 7)

    override func setUpWithError() throws {
        let file = try GoldenFolder(.module).data("operations.json")
        let all = try JSONSerialization.jsonObject(with: file) as? [String: Any] ?? [:]
        for (name, value) in all where value is [String: Any] {
            golden[name] = try JSONDecoder().decode(Golden.self, from: JSONSerialization.data(withJSONObject: value))
        }
    }

    private func draw(_ shape: Int...) throws -> Tensor {
        try Tensor((0..<shape.reduce(1, *)).map { _ in random.signed() }, shape: shape)
    }

    private func check(_ name: String, _ inputs: [Tensor], line: UInt = #line, _ function: ([Tensor]) throws -> Tensor)
        throws
    {
        let expected = try XCTUnwrap(golden.removeValue(forKey: name), "no golden '\(name)'", line: line)
        let leaves = try inputs.map { try $0.copied().requireGradient() }
        let output = try function(leaves)
        XCTAssertEqual(output.shape, expected.shape, name, line: line)
        let weights = try Tensor((0..<output.count).map { Float($0 % 7 + 1) / 10 }, shape: output.shape)
        try output.backward(weights)
        compare(output.floats, expected.output, "\(name): output", line)
        for (i, leaf) in leaves.enumerated() {
            compare(try XCTUnwrap(leaf.gradient).floats, expected.gradients[i], "\(name): gradient \(i)", line)
        }
    }

    /// The golden values are a sample, evenly spaced; allowed is 1e-5 of the largest.
    private func compare(_ values: [Float], _ sample: [Float], _ what: String, _ line: UInt) {
        let step = max(1, values.count / 64)
        let picked = stride(from: 0, to: values.count, by: step).map { values[$0] }
        assertClose(picked, sample, .ofLargest(1e-5), "\(what), sample", line: line)
    }

    func testOperationsAgreeWithPyTorch() throws {
        var inputs = [try draw(2, 9, 8, 6), try draw(5, 6, 3, 3), try draw(5)]
        try check("conv2d", inputs) { try $0[0].conv2d($0[1], bias: $0[2], Convolution(padding: 1)) }
        try check("conv2d stride", inputs) {
            try $0[0].conv2d($0[1], bias: $0[2], Convolution(stride: 2, top: 0, left: 0, bottom: 1, right: 1))
        }
        try check("conv2d dilation", inputs) {
            try $0[0].conv2d($0[1], bias: $0[2], Convolution(padding: 2, dilation: 2))
        }

        inputs = [try draw(2, 5, 4, 12), try draw(12), try draw(12)]
        try check("group_norm", inputs) { try $0[0].groupNorm(groups: 3, weight: $0[1], bias: $0[2]) }
        try check("layer_norm", inputs) { try $0[0].layerNorm(weight: $0[1], bias: $0[2]) }
        try check("softmax", [inputs[0]]) { try $0[0].softmax(1) }
        try check("log_softmax", [inputs[0]]) { try $0[0].logSoftmax() }

        inputs = [try draw(3, 7, 16), try draw(10, 16), try draw(10)]
        for activation in Tensor.Activation.allCases {
            try check("linear \(activation.rawValue)", inputs) {
                try ($0[0] * 4).linear($0[1], bias: $0[2], activation: activation)
            }
        }

        inputs = [try draw(2, 3, 7, 8), try draw(2, 3, 7, 8), try draw(2, 3, 7, 8)]
        try check("attention", inputs) { try Tensor.attention($0[0], $0[1], $0[2]) }
        try check("attention causal", inputs) { try Tensor.attention($0[0], $0[1], $0[2], causal: true) }

        inputs = [try draw(2, 7, 5, 3)]
        for mode in Resampling.allCases {
            for (height, width) in [(14, 10), (4, 9), (3, 2)] {
                for antialias in mode == .nearest ? [false] : [false, true] {
                    try check("\(mode.rawValue) \(height)x\(width) \(antialias ? "antialias" : "plain")", inputs) {
                        try $0[0].resampled(height: height, width: width, mode, antialias: antialias)
                    }
                }
            }
        }
        XCTAssertEqual(golden.keys.sorted(), [], "golden operations that nothing was compared with")
    }
}
