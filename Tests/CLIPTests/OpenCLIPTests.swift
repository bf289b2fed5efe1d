import CLIP
import Files
import Tensor
import TestSupport
import XCTest

/// Folders of OpenCLIP, whose features must be OpenCLIP's (Golden/make_openclip.py).
final class OpenCLIPTests: XCTestCase {
    private func cases() throws -> [JSON] {
        try XCTUnwrap(JSON(parsing: goldenFiles.data("openclip.golden.json")).array)
    }

    /// A folder as OpenCLIP leaves it, its weights by formula.
    private func folder(_ json: JSON) throws -> URL {
        let folder = temporaryFolder()
        let text = try XCTUnwrap(json["config"]).text()
        try Data(text.utf8).write(to: folder.appendingPathComponent("open_clip_config.json"))
        var weights: [String: Tensor] = [:]
        for entry in json["weights"]?.array ?? [] {
            let name = try XCTUnwrap(entry.array?[0].string)
            let shape = (entry.array?[1].array ?? []).compactMap(\.integer)
            weights[name] = try Tensor(Formula.values(name, shape), shape: shape)
        }
        try Safetensors.write(weights, to: folder.appendingPathComponent("open_clip_model.safetensors"))
        return folder
    }

    private func check(_ tensor: Tensor, _ json: JSON?, _ name: String) throws {
        try assertRows(tensor, (json?.array ?? []).map { ($0.array ?? []).compactMap(\.number) }, name)
    }

    func testFeatures() throws {
        let cases = try cases()
        XCTAssertEqual(cases.count, 3)
        for json in cases {
            let name = json["name"]?.string ?? ""
            let folder = try folder(json)
            let model = try CLIPModel.load(weightsIn: folder)
            let ids = (json["ids"]?.array ?? []).map { ($0.array ?? []).compactMap(\.integer) }
            let identifiers = try Tensor(integers: ids.flatMap { $0 }, shape: [ids.count, ids[0].count])
            try check(model.textFeatures(identifiers), json["text"], "\(name) text")
            try check(
                model.imageFeatures(Formula.pixels(model.configuration.vision, 2)), json["image"], "\(name) image")
        }
    }

    /// timm's repositories of CLIP models hold a `config.json` and a `model.safetensors` of the image tower alone beside
    /// OpenCLIP's files, which are those that count.
    func testTimmsFilesBesideThem() throws {
        let timm =
            #"{"architecture": "vit_base_patch32_clip_224", "num_classes": 512, "num_features": 768, "#
            + #""global_pool": "token", "pretrained_cfg": {"tag": "openai", "input_size": [3, 224, 224]}}"#
        let json = try XCTUnwrap(cases().first)
        let ids = (json["ids"]?.array ?? []).map { ($0.array ?? []).compactMap(\.integer) }
        let identifiers = try Tensor(integers: ids.flatMap { $0 }, shape: [ids.count, ids[0].count])
        for hasTower in [false, true] {
            let folder = try folder(json)
            try AtomicFile.write(timm, to: folder.appendingPathComponent("config.json"))
            if hasTower {
                try Safetensors.write(
                    ["blocks.0.attn.qkv.weight": Tensor.zeros([3, 1])],
                    to: folder.appendingPathComponent("model.safetensors"))
            }
            XCTAssertEqual(try FileContents.kind(of: folder), .openCLIP)
            let model = try CLIPModel.load(weightsIn: folder)
            XCTAssertEqual(model.configuration.text.hiddenAct, .gelu)
            try check(model.textFeatures(identifiers), json["text"], "text, tower: \(hasTower)")
        }
    }

    /// Where a `config.json` of transformers stands beside OpenCLIP's, as in LAION's repositories, it counts.
    func testTransformersFilesBesideThem() throws {
        let folder = try folder(XCTUnwrap(cases().first))
        let model = try CLIPModel.load(weightsIn: folder)
        let other = temporaryFolder()
        try model.save(weightsTo: other)
        for name in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(
                at: other.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
        try AtomicFile.write("no JSON", to: folder.appendingPathComponent("open_clip_config.json"))
        try AtomicFile.write("no weights", to: folder.appendingPathComponent("open_clip_model.safetensors"))
        XCTAssertEqual(try CLIPModel.load(weightsIn: folder).configuration, model.configuration)
    }

    /// What is saved is a folder of transformers.
    func testSavedAgain() throws {
        let folder = try folder(XCTUnwrap(cases().first))
        let model = try CLIPModel.load(weightsIn: folder)
        let other = temporaryFolder()
        try model.save(weightsTo: other)
        let again = try CLIPModel.load(weightsIn: other)
        XCTAssertEqual(again.configuration, model.configuration)
        XCTAssertEqual(again.parameters.map(\.name), model.parameters.map(\.name))
        for (a, b) in zip(again.parameters, model.parameters) {
            assertSameBits(a.tensor, b.tensor, a.name)
        }
    }

    func testOtherKindsOfModelsAreRefused() throws {
        let json = try XCTUnwrap(cases().first)
        for (from, to, message) in [
            (#""vision_cfg":{"#, #""vision_cfg":{"timm_model_name":"vit","#, "'vision_cfg.timm_model_name'"),
            (#""text_cfg":{"#, #""text_cfg":{"pool_type":"eos","#, "'text_cfg.pool_type'"),
            (#""embed_dim":12"#, #""embed_dim":0"#, "'embed_dim'"),
            (#""embed_dim":12,"#, "", "'embed_dim' in 'open_clip_config.json' is missing"),
        ] {
            let folder = try folder(json)
            let text = try XCTUnwrap(json["config"]).text().replacingOccurrences(of: from, with: to)
            try Data(text.utf8).write(to: folder.appendingPathComponent("open_clip_config.json"))
            XCTAssertThrowsError(try CLIPModel.load(weightsIn: folder)) {
                XCTAssert("\($0)".contains(message), "\($0) should say: \(message)")
            }
        }
    }
}
