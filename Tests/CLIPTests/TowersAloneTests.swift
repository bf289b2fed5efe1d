import Basics
import CLIP
import Files
import Tensor
import TestSupport
import XCTest

/// `CLIPTextModelWithProjection` and `CLIPVisionModelWithProjection` of transformers (Golden/make_towers_alone.py).
final class TowersAloneTests: XCTestCase {
    private func cases() throws -> [JSON] {
        try XCTUnwrap(JSON(parsing: goldenFiles.data("towers-alone.golden.json")).array)
    }

    private func rows(_ json: JSON?) -> [[Double]] {
        (json?.array ?? []).map { ($0.array ?? []).compactMap(\.number) }
    }

    /// The folder as transformers leaves it, without a tokenizer.
    private func folder(_ json: JSON, without missing: String? = nil) throws -> URL {
        let folder = temporaryFolder(), config = folder.appendingPathComponent("config.json")
        try AtomicFile.write(XCTUnwrap(json["config"]).text(), to: config)
        let model = try Formula.model(CLIPConfiguration.load(config))
        XCTAssertEqual(model.parameters.map(\.name).sorted(), (json["names"]?.array ?? []).compactMap(\.string))
        var weights = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor.detached()) })
        if let missing { weights[missing] = nil }
        try Safetensors.write(weights, to: folder.appendingPathComponent("model.safetensors"))
        return folder
    }

    /// A tokenizer whose end token is a model's last.
    private func tokenizer(_ tokens: Int) throws -> URL {
        let folder = temporaryFolder()
        let names = (0..<tokens - 4).map { "w\($0)" } + ["a", "b", "<|startoftext|>", "<|endoftext|>"]
        try AtomicFile.write(
            JSON.object(names.enumerated().map { JSON.Member($1, .integer($0)) }).text(),
            to: folder.appendingPathComponent("vocab.json"))
        try AtomicFile.write("#version: 0.2\n", to: folder.appendingPathComponent("merges.txt"))
        return folder
    }

    func testFeaturesAndFolders() throws {
        for json in try cases() {
            let name = json["name"]?.string ?? "", isText = name.hasPrefix("text")
            let folder = try folder(json)
            let vocabulary = json["config"]?["vocab_size"]?.integer ?? 0
            let embedder = try CLIPEmbedder.load(folder: folder, tokenizer: isText ? tokenizer(vocabulary) : nil)
            let again = temporaryFolder()
            try embedder.save(to: again)
            let loaded = try CLIPEmbedder.load(folder: again)
            XCTAssertEqual(loaded.model.configuration, embedder.model.configuration)
            for model in [embedder.model, loaded.model] {
                XCTAssertEqual(model.configuration.towers, isText ? .text : .image)
                if isText {
                    let ids = rows(json["ids"]).map { $0.map { Int($0) } }
                    let identifiers = try Tensor(integers: ids.flatMap { $0 }, shape: [ids.count, ids[0].count])
                    try assertRows(model.textFeatures(identifiers), rows(json["features"]), name)
                } else {
                    let pixels = try Formula.pixels(model.configuration.vision, 2)
                    try assertRows(model.imageFeatures(pixels), rows(json["features"]), name)
                }
            }
            let saved = try FileContents.json(again.appendingPathComponent("config.json"))
            for key in ["architectures", "model_type", "projection_dim", "hidden_size", "hidden_act"] {
                XCTAssertEqual(saved[key], json["config"]?[key], "\(name): \(key)")
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: again.path)
            XCTAssertEqual(files.contains("tokenizer.json"), isText)
            XCTAssertEqual(files.contains("preprocessor_config.json"), !isText)
        }
    }

    private func message(_ work: () throws -> Void) -> String {
        do { try work() } catch { return "\(error)" }
        return "nothing"
    }

    func testTheOtherTowerIsNamed() throws {
        let cases = try cases()
        let text = try CLIPEmbedder.load(folder: folder(cases[0]), tokenizer: tokenizer(50))
        let image = try CLIPEmbedder.load(folder: folder(cases[2]))
        let picture = try Image(Tensor.zeros([3, 16, 16]))
        let texts: [() throws -> Void] = [
            { _ = try image.embed(texts: ["a b"]) }, { _ = try image.tokens("a") },
            { _ = try image.tokenEmbeddings(of: ["a"]) }, { _ = try image.embed(identifiers: [[1, 2]]) },
            { _ = try CLIPTextModel(of: image.model) },
        ]
        for work in texts {
            XCTAssertTrue(message(work).contains("it embeds pictures and no texts"), message(work))
        }
        let pictures: [() throws -> Void] = [
            { _ = try text.embed(images: [picture]) }, { _ = try text.preprocessing.pixels([picture]) },
            { _ = try text.embed(pixels: Tensor.zeros([1, 3, 224, 224])) },
        ]
        for work in pictures {
            XCTAssertTrue(message(work).contains("it embeds texts and no pictures"), message(work))
        }
        XCTAssertTrue(message { _ = try text.logitScale }.contains("has no temperature"))
        XCTAssertEqual(try text.embed(texts: ["a b", "a"]).shape, [2, 12])
        XCTAssertEqual(try image.embed(images: [picture]).shape, [1, 12])
        XCTAssertNotEqual(try text.fingerprint(), try image.fingerprint())
    }

    func testWhatIsRefused() throws {
        let cases = try cases()
        for (json, missing, expected) in [
            (cases[0], "text_projection.weight", "holds a text encoder without a projection"),
            (cases[2], "visual_projection.weight", "without its projection into the space"),
        ] {
            let folder = try folder(json, without: missing)
            let found = message { _ = try CLIPEmbedder.load(folder: folder) }
            XCTAssertTrue(found.contains(expected), found)
        }
        let folder = try folder(cases[0])
        let found = message { _ = try CLIPEmbedder.load(folder: folder) }
        XCTAssertTrue(found.contains("no tokenizer, and its 50 tokens are not CLIP's own 49408"), found)
    }
}
