import CLIP
import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// The text tower by itself: states as transformers' (Golden/make_text_model.py), and its folders.
final class TextModelTests: XCTestCase {
    private struct Entry: Decodable {
        let name: String
        let config: TextConfiguration
        let ids: [[Int]]
        let states: [Float]
    }

    private func model(_ configuration: TextConfiguration) throws -> CLIPTextModel {
        try CLIPTextModel(
            configuration, ParameterSource { name, shape, _ in try Tensor(Formula.values(name, shape), shape: shape) })
    }

    private func identifiers(_ rows: [[Int]]) throws -> Tensor {
        try Tensor(integers: rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
    }

    func testStates() throws {
        let entries = try goldenFiles.decode([Entry].self, "text-model.golden.json")
        XCTAssertEqual(entries.count, 4)
        for entry in entries {
            let states = try model(entry.config).hiddenStates(identifiers(entry.ids))
            XCTAssertEqual(states.shape, [2, entry.ids[0].count, entry.config.hiddenSize])
            assertClose(states, entry.states, .ofLargest(1e-5), entry.name)
        }
    }

    func testFoldersKeepWhatTheyHeld() throws {
        let folder = temporaryFolder()
        let config = folder.appendingPathComponent("config.json")
        var c = TextConfiguration()
        (c.vocabSize, c.hiddenSize, c.intermediateSize) = (20, 8, 16)
        (c.numHiddenLayers, c.numAttentionHeads, c.maxPositionEmbeddings) = (2, 2, 5)
        c.hiddenAct = .gelu
        let original = try model(c)
        try original.save(to: folder)
        let members = try XCTUnwrap(FileContents.json(config).members)
        XCTAssertEqual(try FileContents.json(config)["model_type"], "clip_text_model")
        try AtomicFile.write(
            JSON.object(members + [JSON.Member("initializer_range", 0.02)]).text(), to: config)

        // With the prefix, without it, and with the buffer of older files.
        let all = Dictionary(uniqueKeysWithValues: original.parameters.map { ($0.name, $0.tensor) })
        let short = Dictionary(
            uniqueKeysWithValues: all.map { (String($0.key.dropFirst("text_model.".count)), $0.value) })
        let positions = try Tensor(integers: Array(0..<5), shape: [1, 5])
        for stored in [
            all, short, all.merging(["text_model.embeddings.position_ids": positions]) { $1 },
            short.merging(["embeddings.position_ids": positions]) { $1 },
        ] {
            try Safetensors.write(stored, to: folder.appendingPathComponent("model.safetensors"))
            let again = try CLIPTextModel.load(folder: folder)
            XCTAssertEqual(again.configuration, c)
            XCTAssertEqual(again.parameters.map(\.name), original.parameters.map(\.name))
            for (a, b) in zip(again.parameters, original.parameters) {
                XCTAssertEqual(a.tensor.floats, b.tensor.floats)
            }
            try again.save(to: folder)
            XCTAssertEqual(try FileContents.json(config)["initializer_range"], 0.02)
        }

        for (key, value) in [
            ("model_type", "clip_vision_model"), ("use_attention_mask", true), ("hidden_act", "tanh"),
            ("hidden_size", 7),
        ] as [(String, JSON)] {
            try AtomicFile.write(
                JSON.object(members.filter { $0.key != key } + [JSON.Member(key, value)]).text(), to: config)
            XCTAssertThrowsError(try CLIPTextModel.load(folder: folder)) {
                XCTAssert("\($0)".contains("'\(key)'"), "\($0) should name \(key)")
            }
        }
    }

    func testTowerOfAWholeModel() throws {
        var c = CLIPConfiguration(projectionDim: 6)
        (c.text.vocabSize, c.text.hiddenSize, c.text.intermediateSize) = (20, 8, 16)
        (c.text.numHiddenLayers, c.text.numAttentionHeads, c.text.maxPositionEmbeddings) = (1, 2, 5)
        (c.vision.hiddenSize, c.vision.intermediateSize, c.vision.numHiddenLayers) = (8, 16, 1)
        (c.vision.numAttentionHeads, c.vision.imageSize, c.vision.patchSize) = (2, 8, 4)
        let whole = try Formula.model(c)
        let text = try CLIPTextModel(of: whole)
        let ids = try identifiers([[3, 1, 4, 1, 5]])
        XCTAssertEqual(try text.hiddenStates(ids).floats, try whole.text.hiddenStates(ids).floats)
        XCTAssertEqual(text.parameters.count, 2 + 16 + 2)
        XCTAssertEqual(try text.converted(to: .bfloat16).dtype, .bfloat16)
    }
}
