import Basics
import Files

/// The `model_index.json` of a folder of diffusers: which pipeline it is, and the classes of its parts.
struct PipelineIndex {
    let pipeline: PipelineClass
    /// Parts that sampling does without.
    let leftAside: [String]
    /// Whether an empty negative prompt is states of zeros; Stable Diffusion XL's.
    let zeroesEmptyPrompt: Bool

    /// Parts with the classes that they may be of; any where none is listed.
    private static let parts: [(name: String, classes: [String])] = [
        ("unet", ["UNet2DConditionModel"]), ("vae", AutoencoderFolder.classes), ("text_encoder", ["CLIPTextModel"]),
        ("tokenizer", []), ("scheduler", []),
    ]
    private static let partsOfXL: [(name: String, classes: [String])] = [
        ("text_encoder_2", ["CLIPTextModelWithProjection"]), ("tokenizer_2", []),
    ]

    /// Parts that may stand in the index and that sampling does without.
    private static let spared = ["safety_checker", "feature_extractor", "image_encoder"]

    /// - Throws: `RhumbError` for a pipeline or a part of another kind.
    init(_ index: JSON, file: String) throws {
        let name = index["_class_name"]?.string ?? ""
        if name == "StableDiffusionXLImg2ImgPipeline" { throw RhumbError.refiner(file: file) }
        guard let pipeline = PipelineClass(rawValue: name) else {
            throw RhumbError.unsupported(
                "_class_name", "'\(name)'", file: file,
                supported: Words.quoted(PipelineClass.allCases.map(\.rawValue)))
        }
        let parts = Self.parts + (pipeline.isXL ? Self.partsOfXL : [])
        if let part = Self.partsOfXL.first(where: { pipeline.isXL && index[$0.name] == nil }) {
            throw RhumbError.unsupported(part.name, "missing", file: file, supported: "a class")
        }
        var leftAside: [String] = []
        for member in index.members ?? [] {
            guard let names = member.value.array, names.count == 2 else { continue }
            let found = names[1].string
            if let part = parts.first(where: { $0.name == member.key }) {
                guard let found, part.classes.isEmpty || part.classes.contains(found) else {
                    throw RhumbError.unsupported(
                        member.key, found.map { "'\($0)'" } ?? "null", file: file,
                        supported: part.classes.isEmpty ? "a class" : Words.quoted(part.classes))
                }
            } else if found != nil, Self.spared.contains(member.key) {
                leftAside.append(member.key)
            } else if let found {
                throw RhumbError.unsupported(member.key, "'\(found)'", file: file, supported: "null")
            }
        }
        (self.pipeline, self.leftAside) = (pipeline, leftAside)
        zeroesEmptyPrompt = index["force_zeros_for_empty_prompt"]?.bool ?? true
    }

    /// The index of a model that is saved.
    static func json(of model: StableDiffusion) -> JSON {
        let absent: JSON = [.null, .null]
        if let second = model.secondText {
            return [
                "_class_name": .string(model.pipeline.rawValue),
                "_diffusers_version": .string(ConfigurationFile.version),
                "add_watermarker": .null, "feature_extractor": absent,
                "force_zeros_for_empty_prompt": .bool(model.zeroesEmptyPrompt), "image_encoder": absent,
                "scheduler": ["diffusers", .string(model.scheduler.className)],
                "text_encoder": ["transformers", "CLIPTextModel"],
                "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
                "tokenizer": ["transformers", .string(model.text.tokenizer.className)],
                "tokenizer_2": ["transformers", .string(second.tokenizer.className)],
                "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", .string(model.vae.className)],
            ]
        }
        return [
            "_class_name": .string(model.pipeline.rawValue), "_diffusers_version": .string(ConfigurationFile.version),
            "feature_extractor": absent, "image_encoder": absent, "requires_safety_checker": false,
            "safety_checker": absent, "scheduler": ["diffusers", .string(model.scheduler.className)],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", .string(model.text.tokenizer.className)],
            "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", .string(model.vae.className)],
        ]
    }
}
