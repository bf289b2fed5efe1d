import CLIP
import Tensor

extension Benchmark {
    /// CLIP's towers at their published sizes with made-up weights, from tokens or pixels to projected features,
    /// against PyTorch and OpenVINO. Texts are full: every program works on all 77 positions.
    ///
    /// Weights and inputs follow one formula on all sides (`FormulaNumbers` and the scripts), and every program has to
    /// come to the same features. Rhumb computes the last layer only where the features are read.
    package static func clip() -> Benchmark {
        let bench = CLIPBench()
        return Benchmark(
            name: "clip", summary: "CLIP ViT-B/32 and ViT-L/14, text and image towers, against PyTorch and OpenVINO",
            peers: [
                Peer(name: "PyTorch", script: CLIPScripts.pyTorch(threads: Engine.threads)),
                Peer(name: "OpenVINO", script: CLIPScripts.openVINO(threads: Engine.threads)),
            ],
            works: CLIPWork.all.map { work in
                Work(
                    work.name, isQuick: work.isQuick, tolerance: work.dtype == .float32 ? 1e-4 : 3e-2,
                    arithmetic: { work.arithmetic }
                ) { try bench.run(work) }
            },
            rest: 0.05, warmUp: 0.25)
    }
}

/// One row: a model, a tower, a batch and an element type.
struct CLIPWork: Equatable {
    enum Tower: String { case text, image }

    let size: CLIPSize
    let dtype: DType
    let tower: Tower
    let batch: Int

    var name: String { "\(size.rawValue) \(tower.rawValue), batch \(batch), \(dtype.rawValue)" }

    /// Rows that share a model lie side by side, so that it is built once.
    static let all = CLIPSize.allCases.flatMap { size in
        [DType.float32, .bfloat16].flatMap { dtype in
            [Tower.text, .image].flatMap { tower in
                [1, 8].map { CLIPWork(size: size, dtype: dtype, tower: tower, batch: $0) }
            }
        }
    }

    /// The small model's towers one by one in float32, and one of them in bfloat16.
    var isQuick: Bool { size == .base && batch == 1 && (dtype == .float32 || tower == .image) }

    /// That of the whole tower: layers, patch embedding and projection; at least, the last layer only where the
    /// features are read.
    var arithmetic: Arithmetic {
        let c = size.configuration
        let transformer: any TransformerConfiguration = tower == .text ? c.text : c.vision
        let patches = c.vision.patchesPerSide * c.vision.patchesPerSide
        let positions = Double(tower == .text ? c.text.maxPositionEmbeddings : patches + 1)
        let width = Double(transformer.hiddenSize), inner = Double(transformer.intermediateSize)
        let keysAndValues = positions * 2 * width * width
        // Query and output; scores and mixing; the two layers of the feed-forward part.
        let position = 2 * width * width + 2 * positions * width + 2 * width * inner
        let layers = Double(transformer.numHiddenLayers)
        var outside = width * Double(c.projectionDim)
        if tower == .image {
            outside += Double(patches * c.vision.numChannels * c.vision.patchSize * c.vision.patchSize) * width
        }
        let direct = layers * (keysAndValues + positions * position) + outside
        let spared = (positions - 1) * position
        return Arithmetic(
            direct: 2 * direct * Double(batch), least: 2 * (direct - spared) * Double(batch), dtype: dtype)
    }
}

/// The published models that are timed.
enum CLIPSize: String, CaseIterable {
    case base = "ViT-B/32"
    case large = "ViT-L/14"

    var configuration: CLIPConfiguration {
        var c = CLIPConfiguration()
        if self == .large {
            c.projectionDim = 768
            (c.text.hiddenSize, c.text.intermediateSize, c.text.numAttentionHeads) = (768, 3072, 12)
            (c.vision.hiddenSize, c.vision.intermediateSize, c.vision.numAttentionHeads) = (1024, 4096, 16)
            (c.vision.numHiddenLayers, c.vision.patchSize) = (24, 14)
        }
        return c
    }
}

/// Holds the model of the row under way: one at a time, because the large one takes gigabytes.
private final class CLIPBench {
    private var model: (size: CLIPSize, dtype: DType, model: CLIPModel)?
    private var input: (work: CLIPWork, tensor: Tensor)?

    /// Runs the tower once and sums its features up, so that a difference in any of them shows.
    func run(_ work: CLIPWork) throws -> Double {
        if model?.size != work.size || model?.dtype != work.dtype {
            model = nil
            Engine.releaseMemory()
            let made = try CLIPModel(work.size.configuration, FormulaNumbers.source).converted(to: work.dtype)
            Engine.releaseMemory()
            model = (work.size, work.dtype, made)
        }
        if input?.work != work { input = (work, try work.input()) }
        guard let model = model?.model, let input = input?.tensor else { return .nan }
        let features = try withoutGradients {
            try work.tower == .text ? model.textFeatures(input) : model.imageFeatures(input)
        }
        return FormulaNumbers.sum(features.floats)
    }
}

extension CLIPWork {
    /// Texts between a start and an end token; pixels as they are after normalisation.
    func input() throws -> Tensor {
        let c = size.configuration
        guard tower == .text else {
            let shape = [batch, c.vision.numChannels, c.vision.imageSize, c.vision.imageSize]
            return try FormulaNumbers.filled(shape, scale: 1.7)
        }
        let length = c.text.maxPositionEmbeddings
        let identifiers = (0..<batch).flatMap { row in
            (0..<length).map { position in
                switch position {
                case 0: c.text.bosTokenID
                case length - 1: c.text.eosTokenID
                default: (position * 37 + row * 101) % 40_000 + 1
                }
            }
        }
        return try Tensor(integers: identifiers, shape: [batch, length])
    }
}
