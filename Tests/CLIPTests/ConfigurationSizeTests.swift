import CLIP
import Files
import TestSupport
import XCTest

/// Sizes that no model has are refused before anything is multiplied by them or allocated.
final class ConfigurationSizeTests: XCTestCase {
    func testImpossibleSizesAreNamed() throws {
        func message(_ change: (inout CLIPConfiguration) -> Void) -> String {
            var configuration = CLIPConfiguration()
            change(&configuration)
            do { try configuration.validate() } catch { return "\(error)" }
            return "no error"
        }
        XCTAssertEqual(message { _ in }, "no error")
        for (change, expected) in [
            (
                { $0.text.numHiddenLayers = 1_000_000_000 },
                "'text_config.num_hidden_layers' in the configuration must be"
            ),
            (
                { $0.vision.numHiddenLayers = 1001 },
                "'vision_config.num_hidden_layers' in the configuration must be a number from 0 to 1000, not 1001"
            ),
            ({ $0.vision.imageSize = 1 << 62 }, "'vision_config.image_size' in the configuration must be"),
            ({ $0.vision.numChannels = .max }, "'vision_config.num_channels' in the configuration must be"),
            ({ $0.vision.patchSize = 1 << 40 }, "'vision_config.patch_size' in the configuration must be"),
            ({ $0.vision.patchSize = 0 }, "'vision_config.patch_size' in the configuration must be"),
            ({ $0.text.vocabSize = .max }, "'text_config.vocab_size' in the configuration must be"),
            (
                { $0.text.maxPositionEmbeddings = 1 << 62 },
                "'text_config.max_position_embeddings' in the configuration must be"
            ),
            ({ $0.text.hiddenSize = 1 << 62 }, "'text_config.hidden_size' in the configuration must be"),
            ({ $0.text.intermediateSize = -1 }, "'text_config.intermediate_size' in the configuration must be"),
            ({ $0.projectionDim = .max }, "'projection_dim' in the configuration must be"),
        ] as [((inout CLIPConfiguration) -> Void, String)] {
            let found = message(change)
            XCTAssertTrue(found.contains(expected), "\(expected): \(found)")
        }
    }

    /// What `mlp_ratio` and numbers beyond an integer would overflow, in OpenCLIP's file and in transformers'.
    func testFilesWithSuchSizes() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sizes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text, expected) in [
            (
                "open_clip_config.json",
                #"{"model_cfg": {"embed_dim": 8, "vision_cfg": {"width": 8, "mlp_ratio": 1e300}, "text_cfg": {}}}"#,
                "mlp_ratio"
            ),
            (
                "open_clip_config.json",
                #"{"model_cfg": {"embed_dim": 8, "vision_cfg": {"width": 8}, "text_cfg": {"width": 8, "mlp_ratio": NaN}}}"#,
                "mlp_ratio"
            ),
            (
                "config.json",
                #"{"model_type": "clip", "projection_dim": 1e30, "text_config": {}, "vision_config": {}}"#,
                "projection_dim"
            ),
            (
                "config.json",
                #"{"model_type": "clip", "text_config": {"num_hidden_layers": 99999999999999999999}, "vision_config": {}}"#,
                "num_hidden_layers"
            ),
        ] {
            let file = folder.appendingPathComponent(name)
            try AtomicFile.write(text, to: file)
            try AtomicFile.write(
                Array("\u{2}\0\0\0\0\0\0\0{}".utf8), to: folder.appendingPathComponent("model.safetensors"))
            XCTAssertThrowsError(try CLIPModel.load(weightsIn: folder), text) {
                XCTAssertTrue("\($0)".contains(expected), "\(text): \($0)")
            }
            try FileManager.default.removeItem(at: file)
        }
    }
}
