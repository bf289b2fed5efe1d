import Checkpoint
import Foundation
import Tensor

extension CLIPModel {
    /// Names in older files that hold no weights.
    private static let ignored: Set = ["text_model.embeddings.position_ids", "vision_model.embeddings.position_ids"]

    /// A model from a transformers folder: `config.json` and `model.safetensors` (or its shards).
    ///
    /// - Parameter dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Throws: an error that names the file, and every weight that is missing, unexpected or of another shape.
    public static func load(weightsIn folder: URL, dtype: DType = .float32) throws -> CLIPModel {
        let configuration = try CLIPConfiguration.load(folder.appendingPathComponent("config.json"))
        let weights = try Weights(folder)
        // What is wrong is collected, so that one error names it all; the stand-ins are never used.
        var missing: [String] = []
        var misshapen: [(name: String, expected: [Int], found: [Int])] = []
        let source = ParameterSource { name, shape, _ in
            guard let found = weights.shape(of: name) else {
                missing.append(name)
                return try Tensor(0).expanded(shape)
            }
            guard found == shape else {
                misshapen.append((name, shape, found))
                return try Tensor(0).expanded(shape)
            }
            return try weights.tensor(name, as: dtype)
        }
        let model = try CLIPModel(configuration, source)
        let known = Set(model.parameters.map(\.name)).union(ignored)
        let unexpected = weights.names.filter { !known.contains($0) }
        guard missing.isEmpty, unexpected.isEmpty, misshapen.isEmpty else {
            throw CLIPError.weights(
                file: weights.url.path, missing: missing, unexpected: unexpected, misshapen: misshapen)
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
    /// Reads a transformers `config.json`.
    public static func load(_ file: URL) throws -> CLIPConfiguration {
        let data: Data
        do { data = try Data(contentsOf: file) } catch {
            throw CLIPError.unreadable(file.path, "\(error.localizedDescription)")
        }
        do { return try JSONDecoder().decode(CLIPConfiguration.self, from: data) } catch let error as DecodingError {
            throw CLIPError.unreadable(file.path, CLIPConfiguration.explain(error))
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
