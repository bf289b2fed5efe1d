import CLIP
import Tensor
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
            struct Gradient: Decodable {
                let norm, product: Double
                let elements: [[Double]]
            }
            let name: String
            let config: CLIPConfiguration
            let ids: [[Int]]
            let loss: Double
            let gradients: [String: Gradient]
        }
        let models: [Model]
        let gradients: [Gradients]
    }

    private func golden() throws -> File {
        try JSONDecoder().decode(File.self, from: Golden.data("towers.golden.json"))
    }

    private func identifiers(_ rows: [[Int]]) throws -> Tensor {
        try Tensor(integers: rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
    }

    /// The largest difference of a row, against its largest value.
    private func difference(_ tensor: Tensor, _ rows: [[Double]], _ name: String) -> Double {
        XCTAssertEqual(tensor.shape, [rows.count, rows[0].count], name)
        let width = rows[0].count
        let floats = tensor.floats
        return rows.enumerated().map { index, row in
            let largest = row.map(abs).max()!
            return row.indices.map { abs(Double(floats[index * width + $0]) - row[$0]) }.max()! / largest
        }.max()!
    }

    func testFeatures() throws {
        let models = try golden().models
        XCTAssertEqual(models.count, 7)
        for golden in models {
            let model = try Formula.model(golden.config)
            let text = try model.textFeatures(identifiers(golden.ids))
            let image = try model.imageFeatures(Formula.pixels(golden.config.vision, 2))
            XCTAssertLessThan(difference(text, golden.text, golden.name), 1e-5, "\(golden.name) text")
            XCTAssertLessThan(difference(image, golden.image, golden.name), 1e-5, "\(golden.name) image")
            let logits = try image.normalized().matmul(text.normalized().transposed()) * model.logitScale.exp()
            XCTAssertLessThan(difference(logits, golden.logits, golden.name), 1e-5, "\(golden.name) logits")
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
                let gradient = try XCTUnwrap(parameter.gradient, name).floats.map { Double($0) }
                // A key's bias shifts a whole row of attention, which softmax does not see: its gradient is noise.
                let tolerance = 1e-4 * expected.norm + 1e-7
                let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
                XCTAssertEqual(norm, expected.norm, accuracy: tolerance, "\(golden.name) \(name)")
                let probe = zip(gradient, Formula.stream("probe \(name)", gradient.count)).reduce(0) {
                    $0 + $1.0 * $1.1
                }
                XCTAssertEqual(probe, expected.product, accuracy: tolerance, "\(golden.name) \(name)")
                for element in expected.elements {
                    XCTAssertEqual(gradient[Int(element[0])], element[1], accuracy: tolerance, "\(golden.name) \(name)")
                }
            }
        }
    }
}
