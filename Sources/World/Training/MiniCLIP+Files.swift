import CLIP
import Checkpoint
import Foundation
import Tensor

extension MiniCLIP {
    /// Writes a model as a complete transformers folder: weights, configuration, tokenizer and preprocessing.
    ///
    /// - Parameter type: how the weights are stored.
    public static func save(_ model: CLIPModel, to folder: URL, as type: StoredType = .float16) throws {
        try model.save(weightsTo: folder, as: type)
        for (name, json) in [
            ("tokenizer.json", Vocabulary.tokenizer), ("tokenizer_config.json", Vocabulary.tokenizerConfiguration),
            ("preprocessor_config.json", preprocessing),
        ] {
            try AtomicFile.write(json.text(indent: 2) + "\n", to: folder.appendingPathComponent(name))
        }
    }

    /// Pictures of 0…1 become −1…1; others than the world's own are resized to its side.
    private static var preprocessing: JSON {
        let side = JSON.integer(Scene.side)
        return [
            "image_processor_type": "CLIPImageProcessor",
            "do_convert_rgb": true,
            "do_resize": true,
            "size": ["shortest_edge": side],
            "resample": 3,
            "do_center_crop": true,
            "crop_size": ["height": side, "width": side],
            "do_rescale": true,
            "rescale_factor": .number(1 / 255),
            "do_normalize": true,
            "image_mean": [0.5, 0.5, 0.5],
            "image_std": [0.5, 0.5, 0.5],
        ]
    }
}
