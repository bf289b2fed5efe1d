import Basics
import Files
import Foundation
import Tensor

extension CLIPModel {
    /// A model from a folder of transformers (`config.json` and `model.safetensors`, or its shards) or of OpenCLIP
    /// (`open_clip_config.json` and `open_clip_model.safetensors`).
    ///
    /// - Parameter dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Parameter variant: which of several sets of weights: `fp16` for `….fp16.safetensors`.
    /// - Throws: an error that names the file, and every weight that is missing, unexpected or of another shape.
    public static func load(
        weightsIn folder: URL, dtype: DType = .float32, variant: String? = nil
    ) throws -> CLIPModel {
        let isOpenCLIP = try CLIPConfiguration.isOpenCLIP(folder)
        let configuration = try CLIPConfiguration.load(folder: folder)
        let weights = try Weights(
            folder, mapsLargeFiles: true, preferring: isOpenCLIP ? CLIPConfiguration.openCLIPWeights : [],
            variant: variant)
        for (tower, name) in [(Towers.text, "text_projection.weight"), (.image, "visual_projection.weight")]
        where configuration.towers == tower && !weights.contains(name) {
            throw RhumbError.noProjection(folder: folder.displayPath, isText: tower == .text)
        }
        return try weights.model(.clip(in: weights), as: dtype) { try CLIPModel(configuration, $0) }
    }

    private typealias Towers = CLIPConfiguration.Towers

    /// Writes `config.json` and `model.safetensors` as transformers reads them.
    ///
    /// - Parameter type: how floating-point weights are stored; as they are by default.
    public func save(weightsTo folder: URL, as type: StoredType? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let named = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor.detached()) })
        try Safetensors.write(named, to: folder.appendingPathComponent("model.safetensors"), as: type, half: halfType)
        try configuration.save(folder.appendingPathComponent("config.json"))
    }
}

extension CLIPConfiguration {
    /// Reads `config.json`, or `open_clip_config.json` where that describes the model.
    static func load(folder: URL) throws -> CLIPConfiguration {
        guard try isOpenCLIP(folder) else { return try load(folder.appendingPathComponent("config.json")) }
        return try CLIPConfiguration(openCLIP: FileContents.json(folder.appendingPathComponent(openCLIPFile)))
    }

    /// Whether OpenCLIP's files describe a folder's model: where there is no `config.json` of transformers. timm writes
    /// one of its own beside them, for the image tower alone.
    static func isOpenCLIP(_ folder: URL) throws -> Bool {
        let file = folder.appendingPathComponent("config.json"), manager = FileManager.default
        guard manager.fileExists(atPath: folder.appendingPathComponent(openCLIPFile).path) else { return false }
        guard manager.fileExists(atPath: file.path) else { return true }
        let json = try FileContents.json(file)
        return ["model_type", "text_config", "vision_config"].allSatisfy { json[$0].present == nil }
    }

    /// How OpenCLIP calls its weights; others beside them may be timm's.
    static let openCLIPWeights = ["open_clip_model", "open_clip_pytorch_model"]

    static let openCLIPFile = "open_clip_config.json"

    /// Reads a transformers `config.json`.
    public static func load(_ file: URL) throws -> CLIPConfiguration {
        let json = try FileContents.json(file)
        switch json["model_type"]?.string {
        case "siglip": return try CLIPConfiguration(sigLIP: json)
        case textTower: return try CLIPConfiguration(tower: .text, json, file)
        case imageTower: return try CLIPConfiguration(tower: .image, json, file)
        default: break
        }
        return try FileContents.decode(CLIPConfiguration.self, from: file)
    }

    package static let textTower = "clip_text_model"
    package static let imageTower = "clip_vision_model"

    /// What the configuration of a tower alone says.
    private init(tower: Towers, _ json: JSON, _ file: URL) throws {
        // Another mask than the one that ends with the text is not computed here.
        if let value = json["use_attention_mask"], value != .bool(false), value != .null {
            throw RhumbError.configuration("use_attention_mask", value.text(), "false")
        }
        self.init(projectionDim: json["projection_dim"]?.integer ?? 512)
        towers = tower
        if tower == .text {
            text = try FileContents.decode(TextConfiguration.self, from: file)
        } else {
            vision = try FileContents.decode(VisionConfiguration.self, from: file)
        }
    }

    /// The `config.json` of a tower alone.
    private func towerJSON(_ kind: String, _ className: String, _ settings: some Encodable) throws -> JSON {
        .object(
            try (FileContents.json(settings).members ?? []) + [
                .init("architectures", [.string(className)]), .init("model_type", .string(kind)),
                .init("projection_dim", .integer(projectionDim)),
            ])
    }

    /// Writes a `config.json` that transformers reads back as the same model.
    func save(_ file: URL) throws {
        if isSigLIP {
            try AtomicFile.write(sigLIPJSON.text(indent: 2) + "\n", to: file)
            return
        }
        if towers != .both {
            let json =
                towers == .text
                ? try towerJSON(Self.textTower, "CLIPTextModelWithProjection", text)
                : try towerJSON(Self.imageTower, "CLIPVisionModelWithProjection", vision)
            try AtomicFile.write(json.text(indent: 2) + "\n", to: file)
            return
        }
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
