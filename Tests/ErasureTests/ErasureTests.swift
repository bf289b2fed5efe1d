import Basics
import Diffusion
import Erasure
import Foundation
import Tensor
import TestSupport
import XCTest

private let goldenFiles = GoldenFolder(Bundle.module)

/// UCE and RECE against NumPy in double precision (Golden/make_erasure.py), on a pipeline that diffusers saved.
final class ErasureTests: XCTestCase {
    private struct Golden: Decodable {
        struct Matrices: Decodable {
            let products: [String: [Double]]
            let first: [Double]
        }
        let erased, replacements, preserved: [String]
        let uce_last, uce_all, rece: Matrices
    }

    private var golden: Golden!
    private var pipeline: StableDiffusion!

    override func setUpWithError() throws {
        golden = try goldenFiles.decode(Golden.self, "erasure.golden.json")
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        pipeline = try StableDiffusion.load(
            folder: tests.appendingPathComponent("DiffusionTests/Golden/tiny-pipeline"))
    }

    private func erasure() -> ConceptErasure {
        var erasure = ConceptErasure(zip(golden.erased, golden.replacements).map { ($0, $1) })
        erasure.preserved = golden.preserved
        return erasure
    }

    private func check(
        _ erasure: ConceptErasure, _ expected: Golden.Matrices, line: UInt = #line
    ) throws {
        let edited = try erasure(pipeline).unet.parameters
        XCTAssertEqual(expected.products.count, 8, line: line)
        for (parameter, before) in zip(edited, pipeline.unet.parameters) {
            XCTAssertEqual(parameter.name, before.name)
            guard let product = expected.products[parameter.name] else {
                XCTAssertEqual(parameter.tensor.floats, before.tensor.floats, parameter.name, line: line)
                continue
            }
            let x = try Tensor((0..<parameter.tensor.shape[1]).map { Float(cos(Double($0))) })
            let found = try parameter.tensor.matmul(x.unsqueezed(1)).floats
            assertClose(found.map(Double.init), product, .ofLargest(1e-5), parameter.name, line: line)
        }
        let name = try XCTUnwrap(edited.first { expected.products[$0.name] != nil })
        assertClose(name.tensor.floats.map(Double.init), expected.first, .ofLargest(1e-5), line: line)
    }

    func testUCEOfLastTokensIsTheExactSolution() throws { try check(erasure(), golden.uce_last) }

    func testUCEOfAllTokensIsTheExactSolution() throws {
        var erasure = erasure()
        (erasure.states, erasure.preserveScale, erasure.penalty) = (.all, 0.25, 0.1)
        try check(erasure, golden.uce_all)
    }

    func testRECEIsTheExactSolution() throws {
        var erasure = erasure()
        (erasure.states, erasure.preserveScale, erasure.penalty, erasure.rounds) = (.all, 0.1, 0.1, 2)
        try check(erasure, golden.rece)
    }

    /// With a small penalty the erased text reads as its replacement; the preserved one as it did.
    func testAnErasedTextReadsAsItsReplacement() throws {
        var erasure = erasure()
        erasure.penalty = 1e-7
        let edited = try erasure(pipeline)
        func read(_ model: StableDiffusion, _ text: String) throws -> [Float] {
            let key = try XCTUnwrap(model.unet.parameters.first { $0.name.hasSuffix(".attn2.to_k.weight") }).tensor
            let count = try model.text.tokenizer.encode(text).count
            let state = try model.context(of: [text]).selected(0, 0).selected(0, count - 2)
            return try key.matmul(state.unsqueezed(1)).floats
        }
        for (concept, replacement) in zip(golden.erased, golden.replacements) {
            try assertClose(read(edited, concept), read(pipeline, replacement), .ofLargest(1e-4))
        }
        try assertClose(read(edited, "a tree"), read(pipeline, "a tree"), .ofLargest(1e-4))
        let (before, after) = (try read(pipeline, "dog"), try read(edited, "dog"))
        XCTAssertGreaterThan(zip(before, after).map { abs($0 - $1) }.max() ?? 0, 0.1)
    }

    func testProgressCountsMatricesAndStops() throws {
        var erasure = erasure()
        erasure.rounds = 1
        var seen: [[Int]] = []
        _ = try erasure(pipeline) { seen.append([$0, $1]) }
        XCTAssertEqual(seen, (1...16).map { [$0, 16] })
        struct Stop: Error {}
        XCTAssertThrowsError(try erasure(pipeline) { _, _ in throw Stop() }) { XCTAssertTrue($0 is Stop) }
    }
}
