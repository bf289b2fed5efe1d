import CLIP
import Tensor
import TestSupport
import XCTest

/// Features and gradients must be those of transformers (Golden/make_towers.py).
final class TowerTests: XCTestCase {
    private struct File: Decodable {
        struct Model: Decodable {
            let name: String
            let config: CLIPConfiguration
            let ids: [[Int]]
            let text, image, logits: [[Double]]
        }
        struct Gradients: Decodable {
            let name: String
            let config: CLIPConfiguration
            let ids: [[Int]]
            let loss: Double
            let gradients: [String: GoldenGradient]
        }
        let models: [Model]
        let gradients: [Gradients]
    }

    private func golden() throws -> File {
        try goldenFiles.decode(File.self, "towers.golden.json")
    }

    private func identifiers(_ rows: [[Int]]) throws -> Tensor {
        try Tensor(integers: rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
    }

    func testFeatures() throws {
        let models = try golden().models
        XCTAssertEqual(models.count, 7)
        for golden in models {
            let model = try Formula.model(golden.config)
            let text = try model.textFeatures(identifiers(golden.ids))
            let image = try model.imageFeatures(Formula.pixels(golden.config.vision, 2))
            try assertRows(text, golden.text, "\(golden.name) text")
            try assertRows(image, golden.image, "\(golden.name) image")
            let logits = try image.normalized().matmul(text.normalized().transposed()) * model.logitScale.exp()
            try assertRows(logits, golden.logits, "\(golden.name) logits")
        }
    }

    func testHalfPrecisionFeaturesPointTheSameWay() throws {
        for golden in try golden().models {
            let model = try Formula.model(golden.config).converted(to: .bfloat16)
            XCTAssertEqual(model.dtype, .bfloat16)
            let text = try model.textFeatures(identifiers(golden.ids))
            let image = try model.imageFeatures(Formula.pixels(golden.config.vision, 2))
            XCTAssertEqual([text.dtype, image.dtype], [.float32, .float32])
            for (tensor, rows) in [(text, golden.text), (image, golden.image)] {
                let expected = try Tensor(rows.flatMap { $0 }.map { Float($0) }, shape: tensor.shape)
                let cosines = try (tensor.normalized() * expected.normalized()).sum([-1]).floats
                XCTAssertGreaterThan(cosines.min()!, 0.999, golden.name)
            }
        }
    }

    func testGradientsOfTheContrastiveLoss() throws {
        for golden in try golden().gradients {
            let model = try Formula.model(golden.config)
            let text = try model.textFeatures(identifiers(golden.ids)).normalized()
            let image = try model.imageFeatures(Formula.pixels(golden.config.vision, golden.ids.count)).normalized()
            let loss = try ContrastiveLoss.symmetric(
                images: image, texts: text, logitScale: model.logitScale, targets: .eye(golden.ids.count))
            XCTAssertEqual(Double(try loss.item), golden.loss, accuracy: 1e-5 * golden.loss)
            try loss.backward()
            XCTAssertEqual(Set(model.parameters.map(\.name)), Set(golden.gradients.keys))
            for (name, parameter) in model.parameters {
                let expected = try XCTUnwrap(golden.gradients[name])
                let gradient = try XCTUnwrap(parameter.gradient, name).floats
                expected.check(gradient, of: name, floor: 1e-7, golden.name)
            }
        }
    }
}
