import CLIP
import Kernels
import Tensor

extension Benchmark {
    /// CLIP's towers at their published sizes with made-up weights, from tokens or pixels to projected features,
    /// against PyTorch and OpenVINO. Texts are full: every program works on all 77 positions.
    ///
    /// Weights and inputs follow one formula on all sides (`CLIPWork.numbers` and the scripts), and every program has to
    /// come to the same features. Rhumb computes the last layer only where the features are read; the limit counts
    /// the whole network, as the others compute it.
    package static func clip() -> Benchmark {
        let bench = CLIPBench()
        return Benchmark(
            name: "clip", summary: "CLIP ViT-B/32 and ViT-L/14, text and image towers, against PyTorch and OpenVINO",
            peers: [
                Peer(name: "PyTorch", script: CLIPScripts.pyTorch(threads: Engine.threads)),
                Peer(name: "OpenVINO", script: CLIPScripts.openVINO(threads: Engine.threads)),
            ],
            works: CLIPWork.all.map { work in
                Work(work.name, tolerance: work.dtype == .float32 ? 1e-4 : 3e-2, limit: { bench.limit(work) }) {
                    try bench.run(work)
                }
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

    /// Multiplications and additions of the whole tower: layers, patch embedding and projection.
    var operations: Double {
        let c = size.configuration
        let transformer: any TransformerConfiguration = tower == .text ? c.text : c.vision
        let patches = c.vision.patchesPerSide * c.vision.patchesPerSide
        let positions = Double(tower == .text ? c.text.maxPositionEmbeddings : patches + 1)
        let width = Double(transformer.hiddenSize), inner = Double(transformer.intermediateSize)
        // Queries, keys, values and output; scores and mixing; the two layers of the feed-forward part.
        let layer = positions * (4 * width * width + 2 * positions * width + 2 * width * inner)
        var products = layer * Double(transformer.numHiddenLayers) + width * Double(c.projectionDim)
        if tower == .image {
            products += Double(patches * c.vision.numChannels * c.vision.patchSize * c.vision.patchSize) * width
        }
        return 2 * products * Double(batch)
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
    private lazy var peaks: [DType: Double] = [.float32: rk_peak_f32(), .bfloat16: rk_peak_bf16()]

    /// Runs the tower once and sums its features up, so that a difference in any of them shows.
    func run(_ work: CLIPWork) throws -> Double {
        if model?.size != work.size || model?.dtype != work.dtype {
            model = nil
            StoragePool.clear()
            model = (work.size, work.dtype, try CLIPNumbers.model(work.size.configuration).converted(to: work.dtype))
        }
        if input?.work != work { input = (work, try CLIPNumbers.input(work)) }
        guard let model = model?.model, let input = input?.tensor else { return .nan }
        let features = try withoutGradients {
            try work.tower == .text ? model.textFeatures(input) : model.imageFeatures(input)
        }
        return CLIPNumbers.sum(features.floats)
    }

    /// The arithmetic at the machine's peak; without products of bfloat16, at that of float32.
    func limit(_ work: CLIPWork) -> Double {
        let narrow = peaks[work.dtype] ?? 0
        return work.operations / (narrow > 0 ? narrow : peaks[.float32] ?? .infinity)
    }
}

/// The formula that weights and inputs follow in every program.
enum CLIPNumbers {
    /// Numbers in -1…1, repeating after a prime length: a linear congruential sequence.
    static let block: [Float] = {
        var state: UInt32 = 1
        return (0..<1_000_003).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(Int32(bitPattern: state)) / 2_147_483_648
        }
    }()

    static func filled(_ shape: [Int], scale: Float) throws -> Tensor {
        let count = shape.reduce(1, *)
        let values = [Float](unsafeUninitializedCapacity: count) { values, filled in
            block.withUnsafeBufferPointer { block in
                for index in 0..<count { values[index] = block[index % block.count] * scale }
            }
            filled = count
        }
        return try Tensor(values, shape: shape)
    }

    /// Matrices are numbers of variance 1 / inputs; norms are ones, biases and vectors zeros.
    static func model(_ configuration: CLIPConfiguration) throws -> CLIPModel {
        try CLIPModel(
            configuration,
            ParameterSource { _, shape, start in
                if shape.count < 2 { return try start == .ones ? Tensor.ones(shape) : Tensor.zeros(shape) }
                let inputs = shape.dropFirst().reduce(1, *)
                return try filled(shape, scale: (3 / Float(inputs)).squareRoot())
            })
    }

    /// Texts between a start and an end token; pixels as they are after normalisation.
    static func input(_ work: CLIPWork) throws -> Tensor {
        let c = work.size.configuration
        guard work.tower == .text else {
            return try filled([work.batch, c.vision.numChannels, c.vision.imageSize, c.vision.imageSize], scale: 1.7)
        }
        let length = c.text.maxPositionEmbeddings
        let identifiers = (0..<work.batch).flatMap { row in
            (0..<length).map { position in
                switch position {
                case 0: c.text.bosTokenID
                case length - 1: c.text.eosTokenID
                default: (position * 37 + row * 101) % 40_000 + 1
                }
            }
        }
        return try Tensor(integers: identifiers, shape: [work.batch, length])
    }

    static func sum(_ features: [Float]) -> Double {
        features.enumerated().reduce(0) { $0 + abs(Double($1.element)) * Double(1 + $1.offset % 7) }
    }
}
