import Files
import Foundation
import Tensor

extension CLIPModel {
    /// A model from a folder of transformers (`config.json` and `model.safetensors`, or its shards) or of OpenCLIP
    /// (`open_clip_config.json` and `open_clip_model.safetensors`).
    ///
    /// - Parameter dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Throws: an error that names the file, and every weight that is missing, unexpected or of another shape.
    public static func load(weightsIn folder: URL, dtype: DType = .float32) throws -> CLIPModel {
        let configuration = try CLIPConfiguration.load(folder: folder)
        let weights = try Weights(folder, mapsLargeFiles: true)
        return try weights.model(.clip(in: weights), as: dtype) { try CLIPModel(configuration, $0) }
    }

    /// Writes `config.json` and `model.safetensors` as transformers reads them.
    ///
    /// - Parameter type: how floating-point weights are stored; as they are by default.
    public func save(weightsTo folder: URL, as type: StoredType? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let named = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor.detached()) })
        try Safetensors.write(named, to: folder.appendingPathComponent("model.safetensors"), as: type)
        try configuration.save(folder.appendingPathComponent("config.json"))
    }
}

extension CLIPConfiguration {
    /// Reads `config.json`, or `open_clip_config.json` in a folder where only that describes the model.
    static func load(folder: URL) throws -> CLIPConfiguration {
        let file = folder.appendingPathComponent("config.json")
        let other = folder.appendingPathComponent(openCLIPFile)
        guard !FileManager.default.fileExists(atPath: file.path), FileManager.default.fileExists(atPath: other.path)
        else {
            return try load(file)
        }
        return try CLIPConfiguration(openCLIP: FileContents.json(other))
    }

    static let openCLIPFile = "open_clip_config.json"

    /// Reads a transformers `config.json`.
    public static func load(_ file: URL) throws -> CLIPConfiguration {
        try FileContents.decode(CLIPConfiguration.self, from: file)
    }

    /// Writes a `config.json` that transformers reads back as the same model.
    func save(_ file: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        var object = try JSONSerialization.jsonObject(with: encoder.encode(self)) as? [String: Any] ?? [:]
        object["model_type"] = "clip"
        object["architectures"] = ["CLIPModel"]
        for (key, kind) in [("text_config", "clip_text_model"), ("vision_config", "clip_vision_model")] {
            var tower = object[key] as? [String: Any] ?? [:]
            tower["model_type"] = kind
            tower["projection_dim"] = projectionDim
            object[key] = tower
        }
        let data = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        try AtomicFile.write(Array(data), to: file)
    }
}
