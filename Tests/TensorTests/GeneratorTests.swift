import Foundation
import Tensor
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

    private func golden() throws -> Golden {
        let url = try XCTUnwrap(
            Bundle.module.url(forResource: "generator", withExtension: "json", subdirectory: "Golden"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

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
                XCTAssertEqual(ours.count, draw.values.count, place)
                let exact = !["randn", "normal"].contains(draw.kind)
                for (mine, theirs) in zip(ours, draw.values) {
                    let tolerance = exact ? 0 : 1e-6 * max(1, abs(theirs))
                    XCTAssertEqual(mine, theirs, accuracy: tolerance, place)
                }
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
}
