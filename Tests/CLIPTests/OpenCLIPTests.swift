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
