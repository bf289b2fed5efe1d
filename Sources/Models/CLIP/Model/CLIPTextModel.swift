import Basics
import Files
import Foundation
import Tensor

/// A text tower by itself, as diffusion pipelines keep it (CLIPTextModel of transformers; CLIPTextModelWithProjection
/// where it has one).
public final class CLIPTextModel: Rebuildable, WidenedModel {
    public let tower: TextTower
    /// From a text's state to the space that texts and pictures share; nil for a tower without it.
    let projection: Linear?
    /// Every parameter under its name in a CLIP model (`text_model.…`), in the order of the model.
    public let parameters: NamedTensors
    package var halfType: StoredType?
    /// Settings of the file it came from that change nothing here, passed on to what is saved.
    private let other: [JSON.Member]

    public var configuration: TextConfiguration { tower.configuration }

    /// - Throws: `RhumbError` for a configuration that can't be, or what the source throws.
    ///
    /// - Parameter projectionWidth: of the space that a tower with a projection projects into.
    public convenience init(
        _ configuration: TextConfiguration, projectionWidth: Int? = nil, _ source: ParameterSource
    ) throws {
        try self.init(configuration, projectionWidth: projectionWidth, other: [], source)
    }

    private init(
        _ configuration: TextConfiguration, projectionWidth: Int?, other: [JSON.Member], _ source: ParameterSource
    ) throws {
        try configuration.validate(prefix: "")
        tower = try TextTower(source, configuration)
        projection = try projectionWidth.map {
            try Linear(source, "text_projection", configuration.hiddenSize, $0, bias: false)
        }
        parameters = source.parameters
        self.other = other
    }

    /// A fresh model whose parameters ask for gradients.
    public convenience init(_ configuration: TextConfiguration, seed: UInt64) throws {
        try self.init(configuration, ParameterSource(generator: Generator(seed: seed)))
    }

    /// The text tower of a whole model, with the same parameters.
    public convenience init(of model: CLIPModel) throws {
        guard !model.configuration.isSigLIP else { throw RhumbError.sigLIPTextTower }
        _ = try model.text
        let all = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
        try self.init(
            model.configuration.text,
            ParameterSource { name, shape, _ in try all[name] ?? Tensor.zeros(shape) })
    }

    /// The same model with parameters of another element type, for inference.
    public func converted(to dtype: DType) throws -> CLIPTextModel {
        try with(parameters.map { ($0.name, try $0.tensor.detached().to(dtype)) })
    }

    public func rebuilt(_ configuration: TextConfiguration, from source: ParameterSource) throws -> CLIPTextModel {
        try CLIPTextModel(configuration, projectionWidth: projectionWidth, other: other, source)
    }

    /// The same model with the vectors of further tokens.
    ///
    /// - Parameter vectors: by identifier, [width] each; rows up to the largest that have none are zero.
    public func adding(_ vectors: [Int: Tensor]) throws -> CLIPTextModel {
        let old = tower.tokenEmbedding.detached()
        var changed = configuration
        changed.vocabSize = max(configuration.vocabSize, (vectors.keys.max() ?? -1) + 1)
        var rows = [old]
        if changed.vocabSize > old.shape[0] {
            rows.append(try Tensor.zeros([changed.vocabSize - old.shape[0], configuration.hiddenSize]).to(dtype))
        }
        let table = try Tensor.concatenated(rows).copied()
        for (identifier, vector) in vectors {
            try table.selected(0, identifier).assign(vector.detached().to(dtype))
        }
        let all = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor.detached()) })
        return try rebuilt(
            changed,
            from: ParameterSource { name, shape, _ in
                name.hasSuffix("token_embedding.weight") ? table : try all[name] ?? Tensor.zeros(shape)
            })
    }

    /// Width of the space that the tower projects into; nil for a tower without projection.
    public var projectionWidth: Int? { projection?.weight.shape[0] }

    /// The element type of the weights.
    public var dtype: DType { parameters[0].tensor.dtype }

    /// The last layer's states after the final norm, float32.
    ///
    /// - Parameter skipped: how many of the last layers are left out, as `clip_skip` of diffusers.
    /// - Shapes: int64 identifiers [texts, positions] → [texts, positions, hiddenSize].
    public func hiddenStates(_ identifiers: Tensor, skipping skipped: Int = 0) throws -> Tensor {
        try tower.hiddenStates(identifiers, skipping: skipped).to(.float32)
    }

    /// The same of embeddings of tokens, before positions are added; gradients flow to them.
    ///
    /// - Shapes: [texts, positions, hiddenSize] → [texts, positions, hiddenSize].
    public func hiddenStates(embeddings: Tensor, skipping skipped: Int = 0) throws -> Tensor {
        try tower.hiddenStates(embeddings: embeddings.to(dtype), skipping: skipped).to(.float32)
    }

    /// The states before the last layer, which Stable Diffusion XL looks at, and the projected state at each text's end,
    /// float32.
    ///
    /// - Shapes: int64 identifiers [texts, positions] → [texts, positions, hiddenSize] without the final norm, and
    ///   [texts, projectionWidth]; nil for a tower without projection.
    public func penultimateStates(_ identifiers: Tensor) throws -> (states: Tensor, projected: Tensor?) {
        let (states, pooled) = try tower.penultimateStates(identifiers, pools: projection != nil)
        return (try states.to(.float32), try pooled.flatMap { try projection?($0).to(.float32) })
    }
}

// MARK: - Files

extension CLIPTextModel {
    /// A model from a folder of transformers (`text_encoder` of a pipeline): `config.json` and `model.safetensors`, or
    /// its shards, with names as transformers 5 writes them or with the prefix of earlier ones.
    ///
    /// - Parameter dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Parameter variant: which of several sets of weights: `fp16` for `….fp16.safetensors`.
    /// - Throws: `RhumbError` naming a setting that is not supported, `FileError` naming the file, and every
    ///   weight that is missing, unexpected or of another shape.
    public static func load(
        folder: URL, dtype: DType = .float32, variant: String? = nil
    ) throws -> CLIPTextModel {
        let file = folder.appendingPathComponent("config.json")
        let settings = try FileContents.json(file)
        for (key, supported) in [("model_type", JSON.string(modelType)), ("use_attention_mask", .bool(false))] {
            guard let value = settings[key], !value.isNull, value != supported else { continue }
            throw RhumbError.configuration(key, value.text(), supported.text())
        }
        let projects = settings["architectures"]?.array?.first?.string == projectingClass
        let configuration = try FileContents.decode(TextConfiguration.self, from: file)
        let read = Set(TextConfiguration.CodingKeys.allCases.map(\.rawValue))
        let other = (settings.members ?? []).filter { !read.contains($0.key) }
        let weights = try Weights(folder, mapsLargeFiles: true, variant: variant)
        let width = settings["projection_dim"]?.integer ?? 512
        if projects, !(1...(1 << 16)).contains(width) {
            throw RhumbError.configuration("projection_dim", "\(width)", "a number from 1 to \(1 << 16)")
        }
        return try weights.model(.clipText(in: weights), as: dtype) {
            try CLIPTextModel(configuration, projectionWidth: projects ? width : nil, other: other, $0)
        }
    }

    /// A text tower by its weights alone, as single files of Stable Diffusion hold it: under transformers' names that of
    /// 1.x (OpenAI's, with QuickGELU), under OpenCLIP's that of 2.x (with GELU), whose last layer its UNet never sees
    /// and which is left out, as in the published folders. Heads are 64 wide.
    ///
    /// - Parameter projects: whether OpenCLIP's projection and last layer are kept, as Stable Diffusion XL sees them.
    /// - Throws: `RhumbError` where a weight that tells a size is missing, `FileError` for what does not fit.
    package static func load(_ weights: Weights, projects: Bool = false, dtype: DType) throws -> CLIPTextModel {
        let isOpenCLIP = weights.contains("transformer.resblocks.0.ln_1.weight")
        let shapes = CLIPShapes(weights)
        var configuration = TextConfiguration()
        configuration.hiddenAct = isOpenCLIP ? .gelu : .quickGELU
        let names: (token: String, position: String, inner: String, layers: String) =
            isOpenCLIP
            ? (
                "token_embedding.weight", "positional_embedding", "transformer.resblocks.0.mlp.c_fc.weight",
                "transformer.resblocks"
            )
            : (
                "text_model.embeddings.token_embedding.weight", "text_model.embeddings.position_embedding.weight",
                "text_model.encoder.layers.0.mlp.fc1.weight", "text_model.encoder.layers"
            )
        configuration.vocabSize = try shapes.size(names.token, 0)
        configuration.hiddenSize = try shapes.size(names.token, 1)
        configuration.maxPositionEmbeddings = try shapes.size(names.position, 0)
        configuration.intermediateSize = try shapes.size(names.inner, 0)
        configuration.numAttentionHeads = max(configuration.hiddenSize / 64, 1)
        let layers = weights.count(below: names.layers)
        configuration.numHiddenLayers = isOpenCLIP && !projects ? layers - 1 : layers
        // Where a text ends its identifier is the greatest, as in CLIP's vocabulary.
        if projects { configuration.eosTokenID = TextConfiguration.legacyEosTokenID }
        let unseen =
            projects
            ? ["logit_scale"] : isOpenCLIP ? ["\(names.layers).\(layers - 1).", "text_projection", "logit_scale"] : []
        let width = projects ? try shapes.size("text_projection", 1) : nil
        let seen = weights.renamed { name in unseen.contains(where: name.hasPrefix) ? nil : name }
        return try seen.model(isOpenCLIP ? .openCLIP(textPrefix: "") : .clipText(in: seen), as: dtype) {
            try CLIPTextModel(configuration, projectionWidth: width, $0)
        }
    }

    /// Writes `config.json` and `model.safetensors` as every version of transformers reads them.
    ///
    /// - Parameter type: how the weights are stored; as they are by default.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let named = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor.detached()) })
        try Safetensors.write(named, to: folder.appendingPathComponent("model.safetensors"), as: type, half: halfType)
        let added: [JSON.Member] = [
            .init("model_type", .string(Self.modelType)),
            .init("architectures", [.string(projection == nil ? Self.plainClass : Self.projectingClass)]),
            .init("projection_dim", .integer(projectionWidth ?? configuration.hiddenSize)),
        ]
        let kept = Set(other.map(\.key))
        let members =
            try (FileContents.json(configuration).members ?? []) + other + added.filter { !kept.contains($0.key) }
        try AtomicFile.write(
            JSON.object(members.sorted { $0.key < $1.key }).text(indent: 2) + "\n",
            to: folder.appendingPathComponent("config.json"))
    }

    private static let modelType = "clip_text_model"
    private static let plainClass = "CLIPTextModel"
    private static let projectingClass = "CLIPTextModelWithProjection"
}
