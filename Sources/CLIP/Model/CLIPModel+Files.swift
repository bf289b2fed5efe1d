import Checkpoint
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
        let weights = try Weights(folder)
        let names = WeightNames.of(weights)
        // What is wrong is collected, so that one error names it all; the stand-ins are never used.
        var missing: [String] = []
        var misshapen: [(name: String, expected: [Int], found: [Int])] = []
        var used = names.ignored
        let source = ParameterSource { name, shape, _ in
            let place = names.place(of: name)
            guard let place, let found = weights.shape(of: place.stored) else {
                missing.append(place?.stored ?? name)
                return try Tensor(0).expanded(shape)
            }
            used.insert(place.stored)
            let expected = place.form.stored(shape)
            guard found == expected else {
                misshapen.append((place.stored, expected, found))
                return try Tensor(0).expanded(shape)
            }
            return try place.form.parameter(weights.tensor(place.stored, as: dtype))
        }
        let model = try CLIPModel(configuration, source)
        let unexpected = weights.names.filter { !used.contains($0) }
        guard missing.isEmpty, unexpected.isEmpty, misshapen.isEmpty else {
            throw CLIPError.weights(
                file: weights.url.displayPath, missing: missing, unexpected: unexpected, misshapen: misshapen)
        }
        return model
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
        return try CLIPConfiguration(openCLIP: Checkpoint.json(other))
    }

    static let openCLIPFile = "open_clip_config.json"

    /// Reads a transformers `config.json`.
    public static func load(_ file: URL) throws -> CLIPConfiguration {
        let data: Data
        do { data = try Data(contentsOf: file) } catch {
            throw CLIPError.unreadable(file.displayPath, "\(error.localizedDescription)")
        }
        do { return try JSONDecoder().decode(CLIPConfiguration.self, from: data) } catch let error as DecodingError {
            throw CLIPError.unreadable(file.displayPath, CLIPConfiguration.explain(error))
        }
    }

    private static func explain(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "'\(path(context))' has the wrong type"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "it is not valid JSON" : "'\(path(context))' has a value that is not supported"
        case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        @unknown default: return "it is not a CLIP configuration"
        }
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
