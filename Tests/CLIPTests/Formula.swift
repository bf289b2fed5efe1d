import CLIP
import Foundation
import Tensor
import TestSupport
import XCTest

/// What the scripts in Golden wrote.
let goldenFiles = GoldenFolder(.module)

/// Weights and inputs by formula, the same as Golden/make_towers.py makes.
enum Formula {
    static func values(_ name: String, _ shape: [Int]) -> [Float] {
        let count = shape.reduce(1, *)
        if name == "logit_scale" { return [1.5] }
        var (centre, spread) = (0.0, 0.2)
        if name.contains("norm") {
            (centre, spread) = name.hasSuffix("weight") ? (1, 0.4) : (0, 0.2)
        } else if name.contains("embedding"), !name.contains("patch") {
            spread = 0.7
        } else if name.hasSuffix("weight") {
            spread = 2 / (Double(count) / Double(shape[0])).squareRoot()
        }
        return Knuth.stream(name, count).map { Float(centre + spread * Double($0)) }
    }

    static func model(_ configuration: CLIPConfiguration) throws -> CLIPModel {
        try CLIPModel(
            configuration,
            ParameterSource { name, shape, _ in
                try Tensor(values(name, shape), shape: shape).requireGradient()
            })
    }

    static func pixels(_ vision: VisionConfiguration, _ rows: Int) throws -> Tensor {
        let shape = [rows, vision.numChannels, vision.imageSize, vision.imageSize]
        return try Tensor(Knuth.stream("pixels", shape.reduce(1, *)).map { 2 * $0 }, shape: shape)
    }
}

/// Every row must be the golden one, within 1e-5 of its largest number.
func assertRows(_ tensor: Tensor, _ rows: [[Double]], _ what: String, line: UInt = #line) throws {
    XCTAssertEqual(tensor.shape, [rows.count, rows.first?.count ?? 0], what, line: line)
    guard tensor.shape.first == rows.count else { return }
    for (index, row) in rows.enumerated() {
        assertClose(try tensor.selected(0, index).floats, row, .ofLargest(1e-5), "\(what), row \(index)", line: line)
    }
}
