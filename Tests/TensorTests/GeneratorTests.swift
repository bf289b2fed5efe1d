import Foundation
import Tensor
import TestSupport
import XCTest

/// PyTorch's numbers, call after call on one stream (Golden/make_generator.py).
final class GeneratorTests: XCTestCase {
    private struct Golden: Decodable {
        struct Draw: Decodable {
            let kind: String
            let count: Int
            let low: Double?
            let high: Double?
            let values: [Double]
        }
        struct Stream: Decodable {
            let seed: String
            let draws: [Draw]
        }
        let keep: Int
        let streams: [Stream]
    }

    private func golden() throws -> Golden { try GoldenFolder(.module).decode(Golden.self, "generator.json") }

    private func values(of draw: Golden.Draw, from generator: Generator) throws -> [Double] {
        let low = draw.low ?? 0
        let high = draw.high ?? 1
        switch draw.kind {
        case "rand": return generator.uniform(count: draw.count).map(Double.init)
        case "randn": return generator.normal(count: draw.count).map(Double.init)
        case "uniform":
            return generator.uniform(count: draw.count, low: Float(low), high: Float(high)).map(Double.init)
        case "normal":
            return generator.normal(count: draw.count, mean: low, standardDeviation: high).map(Double.init)
        case "randint":
            let upper = high >= 0x1p63 ? Int.max : Int(high)
            return generator.integers(count: draw.count, in: Int(low)..<upper).map(Double.init)
        case "randperm": return generator.permutation(draw.count).map(Double.init)
        case "bernoulli":
            let probabilities = (0..<draw.count).map { Float($0) / Float(draw.count - 1) }
            return generator.bernoulli(probabilities).map { $0 ? 1 : 0 }
        case "multinomial":
            return try generator.choices(weights: (0..<7).map { Float($0 % 4) }, count: draw.count).map(Double.init)
        default:
            XCTFail("unknown kind '\(draw.kind)'")
            return []
        }
    }

    func testStreamsAgreeWithPyTorch() throws {
        let golden = try golden()
        for stream in golden.streams {
            let generator = Generator(seed: try XCTUnwrap(UInt64(stream.seed)))
            for (index, draw) in stream.draws.enumerated() {
                let place = "seed \(stream.seed), draw \(index): \(draw.kind) \(draw.count)"
                var ours = try values(of: draw, from: generator)
                XCTAssertEqual(ours.count, draw.count, place)
                if ours.count > 2 * golden.keep { ours = Array(ours.prefix(golden.keep) + ours.suffix(golden.keep)) }
                guard draw.count > 0 else { continue }
                let exact = !["randn", "normal"].contains(draw.kind)
                assertClose(ours, draw.values, exact ? .absolute(0) : .relative(1e-6, atLeast: 1e-6), place)
            }
        }
    }

    func testExportedStateContinuesTheStream() throws {
        let generator = Generator(seed: 3)
        _ = generator.normal(count: 5)  // an odd count leaves a second normal waiting
        _ = generator.uniform(count: 1000)
        let data = try JSONEncoder().encode(generator.state)
        let copy = try XCTUnwrap(Generator(JSONDecoder().decode(Generator.State.self, from: data)))
        for count in [1, 3, 700, 17] {
            XCTAssertEqual(generator.normal(count: count), copy.normal(count: count))
        }
        XCTAssertEqual(generator.state, copy.state)
    }

    func testStateThatCannotBeOneIsRefused() {
        var state = Generator(seed: 1).state
        state.position = 625
        XCTAssertNil(Generator(state))
        state.position = 0
        state.words.removeLast()
        XCTAssertNil(Generator(state))
    }

    func testTensorsTakeTheStreamsNumbers() throws {
        let stream = Generator(seed: 21)
        let generator = Generator(seed: 21)
        XCTAssertEqual(try Tensor.randn([2, 3], generator: generator).floats, stream.normal(count: 6))
        XCTAssertEqual(try Tensor.randn([4, 5], generator: generator).floats, stream.normal(count: 20))
        XCTAssertEqual(
            try Tensor.rand([3], low: -1, high: 1, generator: generator).floats,
            stream.uniform(count: 3, low: -1, high: 1))
        XCTAssertEqual(
            try Tensor.randint([2, 2], in: -3..<9, generator: generator).ints, stream.integers(count: 4, in: -3..<9))
        XCTAssertEqual(try Tensor.permutation(7, generator: generator).ints, stream.permutation(7))
        XCTAssertEqual(try Tensor.full([4], 0.5).bernoulli(generator: generator).shape, [4])
    }

    func testImpossibleDrawsAreRefused() throws {
        let generator = Generator(seed: 0)
        XCTAssertThrowsError(try generator.choices(weights: [1, -1], count: 2)) {
            XCTAssertEqual("\($0)", "'weights' of 'choices' must be finite and at least 0, not -1.0")
        }
        XCTAssertThrowsError(try generator.choices(weights: [0, 0], count: 2))
        XCTAssertThrowsError(try generator.choices(weights: [], count: 2))
        XCTAssertThrowsError(try Tensor.randint([1], in: 3..<3, generator: generator))
        XCTAssertThrowsError(try Tensor.rand([1], low: 1, high: 0, generator: generator))
        XCTAssertThrowsError(try Tensor.normal([1], standardDeviation: -1, generator: generator))
        XCTAssertThrowsError(try Tensor.full([1], 1.5).bernoulli(generator: generator))
        XCTAssertThrowsError(try Tensor.randn([-1], generator: generator))
    }
}
