import Basics
import Files

/// The `model_index.json` of a folder of diffusers: which pipeline it is, and the classes of its parts.
enum PipelineIndex {
    private static let parts: [(name: String, class: String?)] = [
        ("unet", "UNet2DConditionModel"), ("vae", "AutoencoderKL"), ("text_encoder", "CLIPTextModel"),
        ("tokenizer", nil), ("scheduler", nil),
    ]

    /// Parts that may stand in the index and that sampling does without.
    private static let spared = ["safety_checker", "feature_extractor", "image_encoder"]

    /// - Returns: which pipeline it is, and the parts that sampling does without.
    /// - Throws: `RhumbError` for a pipeline or a part of another kind.
    static func read(_ index: JSON, file: String) throws -> (pipeline: PipelineClass, leftAside: [String]) {
        let name = index["_class_name"]?.string ?? ""
        guard let pipeline = PipelineClass(rawValue: name) else {
            throw RhumbError.unsupported(
                "_class_name", "'\(name)'", file: file,
                supported: Words.quoted(PipelineClass.allCases.map(\.rawValue)))
        }
        var leftAside: [String] = []
        for member in index.members ?? [] {
            guard let names = member.value.array, names.count == 2 else { continue }
            let found = names[1].string
            if let part = parts.first(where: { $0.name == member.key }) {
                guard let found, part.class == nil || part.class == found else {
                    throw RhumbError.unsupported(
                        member.key, found.map { "'\($0)'" } ?? "null", file: file,
                        supported: part.class.map { "'\($0)'" } ?? "a class")
                }
            } else if found != nil, spared.contains(member.key) {
                leftAside.append(member.key)
            } else if let found {
                throw RhumbError.unsupported(member.key, "'\(found)'", file: file, supported: "null")
            }
        }
        return (pipeline, leftAside)
    }

    /// The index of a model that is saved.
    static func json(of model: StableDiffusion) -> JSON {
        let absent: JSON = [.null, .null]
        return [
            "_class_name": .string(model.pipeline.rawValue), "_diffusers_version": .string(ConfigurationFile.version),
            "feature_extractor": absent, "image_encoder": absent, "requires_safety_checker": false,
            "safety_checker": absent, "scheduler": ["diffusers", .string(model.scheduler.className)],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", .string(model.text.tokenizer.className)],
            "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
        ]
    }
}
