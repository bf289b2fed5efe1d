import Foundation
import Tensor
import XCTest

/// Weights and inputs by formula, the same as Golden/formula.py makes.
enum Formula {
    /// Numbers in -1...1 by Knuth's generator, started with the FNV-1a hash of the name.
    static func stream(_ name: String, _ count: Int) -> [Float] {
        var state = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // 24 bits less a whole number: exact in a Float.
                buffer.initializeElement(at: index, to: Float(state >> 40) / 8_388_608 - 1)
            }
            initialized = count
        }
    }

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
        return stream(name, count).map { Float(centre + spread * Double($0)) }
    }

    /// Parameters that ask for gradients.
    static var source: ParameterSource {
        ParameterSource { name, shape, _ in try Tensor(values(name, shape), shape: shape).requireGradient() }
    }

    /// An input of about unit variance.
    static func normal(_ name: String, _ shape: Int...) throws -> Tensor {
        try Tensor(stream(name, shape.reduce(1, *)).map { Float(1.7 * Double($0)) }, shape: shape)
    }
}

/// What the scripts in Golden wrote.
enum Golden {
    static func url(_ name: String) throws -> URL {
        try XCTUnwrap(Bundle.module.url(forResource: "Golden", withExtension: nil)).appendingPathComponent(name)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: url(name)))
    }

    /// What a script says of one parameter's gradient.
    struct Gradient: Decodable {
        let norm, product: Double
        let elements: [[Double]]
    }
}

/// The largest difference of two tensors' elements, against the largest element expected.
func difference(_ tensor: Tensor, _ expected: [Float], file: StaticString = #filePath, line: UInt = #line) -> Float {
    let values = tensor.floats
    XCTAssertEqual(values.count, expected.count, file: file, line: line)
    let largest = expected.map(abs).max() ?? 1
    return zip(values, expected).map { abs($0 - $1) }.max().map { $0 / largest } ?? .infinity
}

/// Every parameter's gradient must be the golden one, within `tolerance` of its norm.
func assertGradients(
    of parameters: NamedTensors, are golden: [String: Golden.Gradient], tolerance: Double = 1e-4, _ model: String
) throws {
    XCTAssertEqual(Set(parameters.map(\.name)), Set(golden.keys), model)
    for (name, parameter) in parameters {
        let expected = try XCTUnwrap(golden[name], name)
        let gradient = try XCTUnwrap(parameter.gradient, name).floats.map { Double($0) }
        let probe = Formula.stream("probe \(name)", gradient.count)
        // A key's bias shifts a whole row of attention, which softmax does not see: its gradient is noise.
        let accuracy = tolerance * expected.norm + 1e-6
        let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        XCTAssertEqual(norm, expected.norm, accuracy: accuracy, "\(model) \(name)")
        let product = zip(gradient, probe).reduce(0) { $0 + $1.0 * Double($1.1) }
        XCTAssertEqual(product, expected.product, accuracy: accuracy, "\(model) \(name)")
        for element in expected.elements {
            XCTAssertEqual(gradient[Int(element[0])], element[1], accuracy: accuracy, "\(model) \(name)")
        }
    }
}
