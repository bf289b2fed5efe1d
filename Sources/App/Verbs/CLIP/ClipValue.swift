import Basics
import CLIP
import Files
import Foundation
import Language
import Tensor

/// A CLIP model in the language, with its tokenizer and preprocessing.
final class ClipValue: ObjectValue {
    let embedder: CLIPEmbedder
    /// What it was loaded as: the bundled model's name or a folder.
    let name: String
    let unseen = UnseenNotes()
    /// What tells its weights from others', once somebody asks.
    private(set) lazy var fingerprint = Result { try embedder.fingerprint() }

    /// The tokens of the vocabulary, once somebody asks.
    var vocabularyRows: EmbeddedRows?

    init(_ embedder: CLIPEmbedder, name: String) {
        self.embedder = embedder
        self.name = name
    }

    private var configuration: CLIPConfiguration { embedder.model.configuration }

    private var hasText: Bool { configuration.towers != .image }
    private var hasImages: Bool { configuration.towers != .text }

    var typeName: String { "clip" }

    /// `clip emoji: 1.5 M parameters, space 128; text 3 layers × 128, 20 tokens; image 4 layers × 128, 64×64 pixels`
    var summary: String {
        let (text, vision) = (configuration.text, configuration.vision)
        let type = embedder.model.dtype == .float32 ? "" : " in \(embedder.model.dtype.rawValue)"
        let kind = configuration.isSigLIP ? "siglip" : "clip"
        let towers = [
            hasText ? "text \(Self.layers(text)), \(embedder.maximumLength) tokens" : nil,
            hasImages ? "image \(Self.layers(vision)), \(vision.imageSize)×\(vision.imageSize) pixels" : nil,
        ]
        let alone = hasText && hasImages ? "" : hasText ? " of texts alone" : " of pictures alone"
        return "\(kind) \(name)\(alone): \(Self.shown(embedder.parameterCount)) parameters\(type), "
            + "space \(embedder.width); " + towers.compactMap { $0 }.joined(separator: "; ")
    }

    private static func layers(_ tower: any TransformerConfiguration) -> String {
        "\(Words.count(tower.numHiddenLayers, "layer")) × \(tower.hiddenSize)"
    }

    /// 151 277 313 as `151.3 M`.
    static func shown(_ count: Int) -> String {
        for (unit, size) in [(" G", 1e9), (" M", 1e6), (" k", 1e3)] where Double(count) >= size {
            return NumberText.shown((Double(count) / size * 10).rounded() / 10) + unit
        }
        return "\(count)"
    }

    var memberNames: [String] {
        ["name", "kind", "width"] + (hasImages ? ["image_size"] : [])
            + (hasText ? ["max_tokens", "vocabulary"] : []) + ["parameters"]
            + (hasText && hasImages ? ["logit_scale"] : []) + ["dtype"] + (configuration.isSigLIP ? ["logit_bias"] : [])
    }

    func member(_ name: String) throws -> Value? {
        guard memberNames.contains(name) else { return nil }
        return switch name {
        case "name": .string(self.name)
        case "kind": .string(configuration.isSigLIP ? "siglip" : "clip")
        case "logit_bias": try embedder.model.logitBias.map { .number(Double(try $0.to(.float32).item)) }
        case "width": .number(Double(embedder.width))
        case "image_size": .number(Double(embedder.imageSize))
        case "max_tokens": .number(Double(embedder.maximumLength))
        case "vocabulary": .number(Double(try embedder.tokenizer.vocabularySize))
        case "parameters": .number(Double(embedder.parameterCount))
        case "logit_scale": .number(Double(try embedder.logitScale))
        case "dtype": .string(embedder.model.dtype.rawValue)
        default: nil
        }
    }
}

extension ClipValue {
    static func load(_ request: ModelRequest) throws -> ClipValue {
        ClipValue(
            try CLIPEmbedder.load(
                folder: request.url, dtype: request.dtype, variant: request.variant,
                tokenizer: request.place("tokenizer")),
            name: request.name)
    }

    /// A CLIP of a file of weights alone; what the file doesn't tell is noted.
    static func load(weights request: ModelRequest) throws -> ClipValue {
        let call = request.call
        let activation = try call.optional("activation", call.string).flatMap(HiddenActivation.init)
        let (embedder, isKnown) = try CLIPEmbedder.load(
            weights: request.url, activation: activation, tokenizer: request.place("tokenizer"), dtype: request.dtype)
        if !isKnown {
            call.host.note(
                "\(request.name): its activation is taken as GELU, which no weight tells; models that OpenCLIP calls "
                    + "'-quickgelu' want activation: \"quick_gelu\"")
        }
        return ClipValue(embedder, name: request.name)
    }
}

extension Value {
    /// A model as a value.
    package static func clip(_ embedder: CLIPEmbedder, name: String) -> Value {
        .object(ClipValue(embedder, name: name))
    }
}
