import Basics
import Foundation
import Tensor

/// The configuration of a CLIP model under the published keys; an absent key has transformers' default.
public struct CLIPConfiguration: Codable, Equatable, Sendable {
    /// Width of the space both towers project into.
    public var projectionDim: Int
    /// Logarithm of the initial temperature: log(1 / 0.07).
    public var logitScaleInitValue: Float
    public var text: TextConfiguration
    public var vision: VisionConfiguration
    /// Whether the towers and their projections are SigLIP's; `model_type` says it.
    public var isSigLIP = false
    /// Which towers there are; a tower alone has its projection, and no temperature.
    public var towers = Towers.both

    public enum Towers: Sendable {
        case both
        /// `CLIPTextModelWithProjection` of transformers.
        case text
        /// `CLIPVisionModelWithProjection` of transformers.
        case image
    }

    enum CodingKeys: String, CodingKey {
        case projectionDim = "projection_dim"
        case logitScaleInitValue = "logit_scale_init_value"
        case text = "text_config"
        case vision = "vision_config"
    }

    public init(
        projectionDim: Int = 512, logitScaleInitValue: Float = 2.6592, text: TextConfiguration = TextConfiguration(),
        vision: VisionConfiguration = VisionConfiguration()
    ) {
        (self.projectionDim, self.logitScaleInitValue) = (projectionDim, logitScaleInitValue)
        (self.text, self.vision) = (text, vision)
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let standard = CLIPConfiguration()
        projectionDim = try values.decodeIfPresent(Int.self, forKey: .projectionDim) ?? standard.projectionDim
        logitScaleInitValue =
            try values.decodeIfPresent(Float.self, forKey: .logitScaleInitValue) ?? standard.logitScaleInitValue
        text = try values.decodeIfPresent(TextConfiguration.self, forKey: .text) ?? standard.text
        vision = try values.decodeIfPresent(VisionConfiguration.self, forKey: .vision) ?? standard.vision
        // Early configurations describe a tower twice; transformers then takes the second, defaults and all.
        let older = try decoder.container(keyedBy: OlderKeys.self)
        text = try older.decodeIfPresent(TextConfiguration.self, forKey: .text) ?? text
        vision = try older.decodeIfPresent(VisionConfiguration.self, forKey: .vision) ?? vision
    }

    private enum OlderKeys: String, CodingKey {
        case text = "text_config_dict"
        case vision = "vision_config_dict"
    }
}

/// What both towers' transformers are built from.
public protocol TransformerConfiguration {
    var hiddenSize: Int { get }
    var intermediateSize: Int { get }
    var numHiddenLayers: Int { get }
    var numAttentionHeads: Int { get }
    var hiddenAct: HiddenActivation { get }
    var layerNormEps: Float { get }
}

/// Activations of the feed-forward layers by their published names.
public enum HiddenActivation: String, Codable, Sendable, CaseIterable {
    case quickGELU = "quick_gelu"
    case gelu
    case geluTanh = "gelu_pytorch_tanh"
    case geluNew = "gelu_new"
    case relu
    case silu

    public var activation: Tensor.Activation {
        switch self {
        case .quickGELU: .quickGELU
        case .gelu: .gelu
        case .geluTanh, .geluNew: .geluTanh
        case .relu: .relu
        case .silu: .silu
        }
    }
}

public struct TextConfiguration: Codable, Equatable, Sendable, TransformerConfiguration {
    public var vocabSize = 49408
    public var hiddenSize = 512
    public var intermediateSize = 2048
    public var numHiddenLayers = 12
    public var numAttentionHeads = 8
    public var maxPositionEmbeddings = 77
    public var hiddenAct = HiddenActivation.quickGELU
    public var layerNormEps: Float = 1e-5
    public var bosTokenID = 49406
    /// The token whose position gives the text's features.
    public var eosTokenID = 49407
    /// An end identifier that old configurations name wrongly: with it the largest identifier of a text counts, which
    /// in the standard vocabulary is the end token's.
    public static let legacyEosTokenID = 2
    public var padTokenID = 1

    enum CodingKeys: String, CodingKey, CaseIterable {
        case vocabSize = "vocab_size"
        case hiddenSize = "hidden_size"
        case intermediateSize = "intermediate_size"
        case numHiddenLayers = "num_hidden_layers"
        case numAttentionHeads = "num_attention_heads"
        case maxPositionEmbeddings = "max_position_embeddings"
        case hiddenAct = "hidden_act"
        case layerNormEps = "layer_norm_eps"
        case bosTokenID = "bos_token_id"
        case eosTokenID = "eos_token_id"
        case padTokenID = "pad_token_id"
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try values.read(&vocabSize, .vocabSize)
        try values.read(&hiddenSize, .hiddenSize)
        try values.read(&intermediateSize, .intermediateSize)
        try values.read(&numHiddenLayers, .numHiddenLayers)
        try values.read(&numAttentionHeads, .numAttentionHeads)
        try values.read(&maxPositionEmbeddings, .maxPositionEmbeddings)
        try values.read(&hiddenAct, .hiddenAct)
        try values.read(&layerNormEps, .layerNormEps)
        try values.read(&bosTokenID, .bosTokenID)
        try values.read(&eosTokenID, .eosTokenID)
        try values.read(&padTokenID, .padTokenID)
    }
}

public struct VisionConfiguration: Codable, Equatable, Sendable, TransformerConfiguration {
    public var hiddenSize = 768
    public var intermediateSize = 3072
    public var numHiddenLayers = 12
    public var numAttentionHeads = 12
    public var numChannels = 3
    public var imageSize = 224
    public var patchSize = 32
    public var hiddenAct = HiddenActivation.quickGELU
    public var layerNormEps: Float = 1e-5

    /// Patches along one side; what is left over at the right and lower edge is not seen.
    public var patchesPerSide: Int { imageSize / patchSize }

    enum CodingKeys: String, CodingKey {
        case hiddenSize = "hidden_size"
        case intermediateSize = "intermediate_size"
        case numHiddenLayers = "num_hidden_layers"
        case numAttentionHeads = "num_attention_heads"
        case numChannels = "num_channels"
        case imageSize = "image_size"
        case patchSize = "patch_size"
        case hiddenAct = "hidden_act"
        case layerNormEps = "layer_norm_eps"
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try values.read(&hiddenSize, .hiddenSize)
        try values.read(&intermediateSize, .intermediateSize)
        try values.read(&numHiddenLayers, .numHiddenLayers)
        try values.read(&numAttentionHeads, .numAttentionHeads)
        try values.read(&numChannels, .numChannels)
        try values.read(&imageSize, .imageSize)
        try values.read(&patchSize, .patchSize)
        try values.read(&hiddenAct, .hiddenAct)
        try values.read(&layerNormEps, .layerNormEps)
    }
}

extension KeyedDecodingContainer {
    /// Overwrites a default where the key is present and not null.
    fileprivate func read<Value: Decodable>(_ value: inout Value, _ key: Key) throws {
        value = try decodeIfPresent(Value.self, forKey: key) ?? value
    }
}

extension CLIPConfiguration {
    /// Refuses sizes that no model can have, naming the key.
    public func validate() throws {
        try RhumbError.require("projection_dim", projectionDim)
        if towers != .image { try text.validate(prefix: towers == .both ? "text_config." : "") }
        if towers != .text { try vision.validate(prefix: towers == .both ? "vision_config." : "") }
    }
}

extension TextConfiguration {
    func validate(prefix: String) throws {
        try validateTransformer(prefix: prefix)
        try RhumbError.require("\(prefix)vocab_size", vocabSize, most: 1 << 24)
        try RhumbError.require("\(prefix)max_position_embeddings", maxPositionEmbeddings)
    }
}

extension VisionConfiguration {
    func validate(prefix: String) throws {
        try validateTransformer(prefix: prefix)
        try RhumbError.require("\(prefix)num_channels", numChannels, most: 1 << 10)
        try RhumbError.require("\(prefix)patch_size", patchSize, most: 1 << 12)
        try RhumbError.require("\(prefix)image_size", imageSize, most: 1 << 16)
        try RhumbError.require(
            imageSize >= patchSize, "\(prefix)image_size", imageSize, "at least patch_size, \(patchSize)")
    }
}

extension TransformerConfiguration {
    fileprivate func validateTransformer(prefix: String) throws {
        try RhumbError.require("\(prefix)hidden_size", hiddenSize)
        try RhumbError.require("\(prefix)intermediate_size", intermediateSize)
        try RhumbError.require("\(prefix)num_attention_heads", numAttentionHeads)
        try RhumbError.require("\(prefix)num_hidden_layers", numHiddenLayers, least: 0, most: 1000)
        try RhumbError.require(
            hiddenSize % numAttentionHeads == 0, "\(prefix)hidden_size", hiddenSize,
            "a multiple of num_attention_heads, \(numAttentionHeads)")
    }
}

extension RhumbError {
    fileprivate static func require(
        _ isPossible: Bool, _ key: String, _ value: Int, _ expected: String
    ) throws {
        guard isPossible else { throw configuration(key, "\(value)", expected) }
    }

    /// Sizes are checked before anything is multiplied by them or allocated.
    fileprivate static func require(_ key: String, _ value: Int, least: Int = 1, most: Int = 1 << 20) throws {
        try require((least...most).contains(value), key, value, "a number from \(least) to \(most)")
    }
}
