import CLIP
import Tensor
import TestSupport
import XCTest

/// Gradients with respect to what goes into the towers must be PyTorch's (Golden/make_input_gradients.py).
final class InputGradientTests: XCTestCase {
    private struct Golden: Decodable {
        let name: String
        let config: CLIPConfiguration
        let ids: [[Int]]
        let image, text: Double
        let pixels, embeddings: GoldenGradient
    }

    func testPixelsAndPromptEmbeddings() throws {
        let models = try goldenFiles.decode([Golden].self, "input-gradients.golden.json")
        XCTAssertEqual(models.count, 2)
        for golden in models {
            let model = try Formula.model(golden.config)
            let row = try Tensor(Knuth.stream("row", golden.config.projectionDim).map { Float($0) })

            let pixels = try Formula.pixels(golden.config.vision, 2).requireGradient()
            let image = try (model.imageFeatures(pixels).normalized() * row).sum()
            XCTAssertEqual(Double(try image.item), golden.image, accuracy: 1e-5, golden.name)
            try image.backward()
            golden.pixels.check(try XCTUnwrap(pixels.gradient).floats, of: "pixels", floor: 1e-7, golden.name)

            let ids = try Tensor(integers: golden.ids.flatMap { $0 }, shape: [2, 4])
            let prompts = try model.text.tokenEmbeddings(ids).detached().copied().requireGradient()
            let text = try (model.textFeatures(tokenEmbeddings: prompts).normalized() * row).sum()
            XCTAssertEqual(Double(try text.item), golden.text, accuracy: 1e-5, golden.name)
            try text.backward()
            let gradient = try XCTUnwrap(prompts.gradient).floats
            golden.embeddings.check(gradient, of: "embeddings", floor: 1e-7, golden.name)
        }
    }
}
