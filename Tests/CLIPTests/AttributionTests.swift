import CLIP
import Tensor
import TestSupport
import XCTest

/// What words and patches do to a product with a vector, against PyTorch (Golden/make_attribution.py).
final class AttributionTests: XCTestCase {
    private struct Golden: Decodable {
        struct Text: Decodable {
            let text: String
            let words: [String]
            let value, baseline: Double
            let leavingOut, gradient, integrated: [Double]
        }
        let config: CLIPConfiguration
        let texts: [Text]
        let occlusion, relevance: [Double]
    }

    private func golden() throws -> Golden { try goldenFiles.decode(Golden.self, "attribution.golden.json") }

    private func embedder(_ configuration: CLIPConfiguration) throws -> CLIPEmbedder {
        try CLIPEmbedder(
            model: Formula.model(configuration).converted(to: .float32),
            tokenizer: Tokenizer(folder: goldenFiles.url("tokenizer")), preprocessing: Preprocessing(imageSize: 32))
    }

    private func vector() throws -> Tensor { try Tensor(Knuth.stream("row", 12).map { Float($0) }).normalized() }

    func testWords() throws {
        let golden = try golden(), embedder = try embedder(golden.config)
        XCTAssertEqual(golden.texts.count, 2)
        for text in golden.texts {
            let found = try embedder.attribution(of: text.text, along: vector())
            XCTAssertEqual(found.words.map(\.text), text.words)
            assertClose([found.value, found.baseline], [text.value, text.baseline], .absolute(2e-5), text.text)
            assertClose(found.words.map(\.leavingOut), text.leavingOut, .ofLargest(1e-4, atLeast: 1e-5), "leaving out")
            assertClose(found.words.map(\.gradient), text.gradient, .ofLargest(1e-4, atLeast: 1e-5), "gradient")
            assertClose(found.words.map(\.integrated), text.integrated, .ofLargest(1e-4, atLeast: 1e-5), "integrated")
            XCTAssertEqual(found.integratedSum, found.value - found.baseline, accuracy: 5e-3, "what it adds up to")
        }
        XCTAssertThrowsError(try embedder.attribution(of: " ", along: vector()))
        XCTAssertThrowsError(try embedder.attribution(of: "a dog", along: Tensor([1, 0])))
        // A text behind the last token is no word.
        let long = try embedder.attribution(
            of: Array(repeating: "dog", count: 40).joined(separator: " "), along: vector())
        XCTAssertLessThanOrEqual(long.words.count, 22)
    }

    func testPatches() throws {
        let golden = try golden(), embedder = try embedder(golden.config)
        let pixels = try Formula.pixels(golden.config.vision, 1), v = try vector()
        let occlusion = try embedder.occlusion(of: pixels, along: v)
        XCTAssertEqual(occlusion.shape, [4, 4])
        assertClose(occlusion.floats.map(Double.init), golden.occlusion, .ofLargest(1e-4, atLeast: 1e-5), "occlusion")
        let relevance = try embedder.gradientRelevance(of: pixels, along: v)
        XCTAssertEqual(relevance.shape, [4, 4])
        assertClose(relevance.floats.map(Double.init), golden.relevance, .ofLargest(1e-4, atLeast: 1e-6), "Grad-ECLIP")
        XCTAssertThrowsError(try embedder.occlusion(of: pixels, along: v, window: 5))
        XCTAssertThrowsError(try embedder.gradientRelevance(of: Formula.pixels(golden.config.vision, 2), along: v))
    }

    /// A picture that is preprocessed without a change of its size comes back as it was.
    func testThePictureOfPixels() throws {
        let image = try Image(Tensor((0..<3 * 32 * 32).map { Float($0 % 97) / 96 }, shape: [3, 32, 32]))
        let preprocessing = Preprocessing(imageSize: 32)
        let back = try preprocessing.picture(of: preprocessing.pixels([image]).selected(0, 0))
        assertClose(back.tensor, image.tensor, .absolute(1e-6))
    }
}
