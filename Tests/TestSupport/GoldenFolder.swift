import Foundation
import XCTest

/// The folder Golden of a test target: numbers that other programs computed. How stands in the scripts beside them.
public struct GoldenFolder: Sendable {
    private let folder: URL

    /// - Parameter bundle: the target's `Bundle.module`.
    public init(_ bundle: Bundle) { folder = bundle.bundleURL.appendingPathComponent("Golden") }

    public func url(_ name: String) -> URL { folder.appendingPathComponent(name) }

    public func data(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }

    public func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: data(name))
    }
}

/// What a golden script says of one parameter's gradient: its norm, its product with `Knuth.stream("probe NAME")`, and
/// some elements as pairs of index and value.
public struct GoldenGradient: Decodable {
    public let norm, product: Double
    public let elements: [[Double]]

    /// Fails unless the gradient is the script's, within `tolerance` of its norm.
    ///
    /// - Parameter floor: allowed anyway. A key's bias, for one, shifts a whole row of attention, which softmax does
    ///   not see: its gradient is noise.
    public func check(
        _ gradient: [Float], of name: String, tolerance: Double = 1e-4, floor: Double, _ model: String,
        file: StaticString = #filePath, line: UInt = #line
    ) {
        let probe = Knuth.stream("probe \(name)", gradient.count), allowed = tolerance * norm + floor
        let squares = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }
        let found = [squares.squareRoot(), zip(gradient, probe).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }]
        let what = "\(model), gradient of \(name)"
        assertClose(found, [norm, product], .absolute(allowed), "\(what): norm and product", file: file, line: line)
        let picked = elements.map { gradient[Int($0[0])] }
        assertClose(picked, elements.map { $0[1] }, .absolute(allowed), what, file: file, line: line)
    }
}
