import CLIP
import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// SigLIP against transformers and sentencepiece (Golden/make_siglip.py).
final class SigLIPTests: XCTestCase {
    private struct Golden: Decodable {
        struct Model: Decodable {
            let name: String
            let ids: [[Int]]
            let text, image, logits: [[Double]]
            let names: [String]
        }
        let texts: [String]
        let first, second: [[Int]]
        let models: [Model]
        let pixels: [Float]
    }

    private func golden() throws -> Golden { try goldenFiles.decode(Golden.self, "siglip.golden.json") }
    private func json() throws -> JSON { try JSON(parsing: goldenFiles.data("siglip.golden.json")) }
    private func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(folder: goldenFiles.url("siglip/\(name)"))
    }

    /// The folder of one of the models, as transformers leaves it.
    private func folder(_ index: Int) throws -> URL {
        let folder = temporaryFolder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let json = try json(), model = try XCTUnwrap(json["models"]?.array?[index])
        try AtomicFile.write(
            XCTUnwrap(model["config"]).text(), to: folder.appendingPathComponent("config.json"))
        try AtomicFile.write(
            XCTUnwrap(json["processor"]).text(), to: folder.appendingPathComponent("preprocessor_config.json"))
        let configuration = try CLIPConfiguration.load(folder.appendingPathComponent("config.json"))
        let weights = try Formula.model(configuration).parameters
        try Safetensors.write(
            Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.tensor.detached()) }),
            to: folder.appendingPathComponent("model.safetensors"))
        let name = try XCTUnwrap(model["name"]?.string), source = goldenFiles.url("siglip/\(name)")
        for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
            try FileManager.default.copyItem(
                at: source.appendingPathComponent(file), to: folder.appendingPathComponent(file))
        }
        return folder
    }

    func testTokens() throws {
        let golden = try golden()
        for (name, length, expected) in [("first", 16, golden.first), ("second", 12, golden.second)] {
            let tokenizer = try tokenizer(name)
            for (text, row) in zip(golden.texts, expected) {
                XCTAssertEqual(
                    try tokenizer.encode([text], padding: .length(length)).rows, [row], "\(name): \(text)")
            }
        }
        XCTAssertEqual(
            try tokenizer("first").unseen(in: "a red apple and two dogs", length: 6).cut.isEmpty, false)
    }

    func testFeaturesAndLogits() throws {
        for (index, golden) in try golden().models.enumerated() {
            let folder = try folder(index)
            let embedder = try CLIPEmbedder.load(folder: folder), model = embedder.model
            XCTAssertTrue(model.configuration.isSigLIP)
            XCTAssertEqual(model.parameters.map(\.name).sorted(), golden.names, golden.name)
            let identifiers = try Tensor(
                integers: golden.ids.flatMap { $0 }, shape: [golden.ids.count, golden.ids[0].count])
            let text = try model.textFeatures(identifiers)
            let image = try model.imageFeatures(Formula.pixels(model.configuration.vision, 2))
            try assertRows(text, golden.text, "\(golden.name) text")
            try assertRows(image, golden.image, "\(golden.name) image")
            let logits = try embedder.logits(images: image.normalized(), texts: text.normalized())
            try assertRows(logits, golden.logits, "\(golden.name) logits")
            let likely = try embedder.probabilities(images: image.normalized(), texts: text.normalized())
            assertClose(likely.floats, logits.floats.map { 1 / (1 + exp(-$0)) }, .absolute(1e-6), golden.name)
        }
    }

    /// Texts as the golden tokens have them, saved and loaded again.
    func testEmbedderAndItsFolder() throws {
        let golden = try golden()
        for index in golden.models.indices {
            let embedder = try CLIPEmbedder.load(folder: folder(index)), expected = golden.models[index]
            XCTAssertFalse(try embedder.preprocessing.crops)
            let texts = Array(golden.texts.prefix(3))
            let rows = try embedder.embed(texts: texts, normalize: false)
            try assertRows(rows, expected.text, expected.name)
            let folder = temporaryFolder()
            try embedder.save(to: folder)
            let again = try CLIPEmbedder.load(folder: folder)
            XCTAssertEqual(again.model.configuration, embedder.model.configuration)
            XCTAssertEqual(try again.preprocessing, try embedder.preprocessing)
            assertSameBits(try again.embed(texts: golden.texts), try embedder.embed(texts: golden.texts))
        }
    }

    func testPictures() throws {
        let json = try XCTUnwrap(json()["processor"])
        let preprocessing = try Preprocessing(json)
        var pixels: [Float] = []
        for channel in 0..<3 {
            for y in 0..<13 {
                for x in 0..<20 {
                    let value = channel == 0 ? (x * 7 + y * 3) % 256 : channel == 1 ? (x * 5) % 256 : (y * 11) % 256
                    pixels.append(Float(value) / 255)
                }
            }
        }
        let image = try Image(Tensor(pixels, shape: [3, 13, 20]))
        assertClose(try preprocessing.pixels([image]).floats, try golden().pixels, .absolute(1e-6))
    }

    func testWhatIsRefused() throws {
        func message(_ change: (inout [JSON.Member]) -> Void) throws -> String {
            let folder = try folder(0), file = folder.appendingPathComponent("config.json")
            var members = try XCTUnwrap(FileContents.json(file).members)
            change(&members)
            try AtomicFile.write(JSON.object(members).text(), to: file)
            do { _ = try CLIPEmbedder.load(folder: folder) } catch { return "\(error)" }
            return "nothing"
        }
        let width = try message { members in
            members.append(.init("text_config", ["hidden_size": 16, "projection_size": 8]))
            members.removeAll { $0.key == "text_config" && $0.value["projection_size"] == nil }
        }
        XCTAssertTrue(width.contains("'text_config.projection_size'"), width)
        let head = try message { members in
            members.removeAll { $0.key == "vision_config" }
            members.append(.init("vision_config", ["hidden_size": 16, "vision_use_head": false]))
        }
        XCTAssertTrue(head.contains("vision_use_head"), head)
        let embedder = try CLIPEmbedder.load(folder: folder(0))
        XCTAssertThrowsError(try CLIPTextModel(of: embedder.model)) {
            XCTAssertTrue("\($0)".contains("this model is a SigLIP"), "\($0)")
        }
        let broken = temporaryFolder()
        try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
        let bytes = try goldenFiles.data("siglip/first/spiece.model")
        for length in [0, 1, 7, bytes.count / 2] {
            try AtomicFile.write(Array(bytes.prefix(length)), to: broken.appendingPathComponent("spiece.model"))
            XCTAssertThrowsError(try Tokenizer(folder: broken), "\(length) bytes") {
                XCTAssertTrue("\($0)".contains("'spiece.model' can't be read"), "\($0)")
            }
        }
    }
}
