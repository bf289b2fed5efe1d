import Files
import Diffusion
import Tensor
import World

extension Benchmark {
    /// The UNet and the decoder of Stable Diffusion 1.5 and of the miniature with made-up weights, against diffusers on
    /// PyTorch and OpenVINO.
    ///
    /// Weights and inputs follow one formula on all sides (`FormulaNumbers` and the scripts), and every program has to
    /// come to the same output, or gradient, or lengths of gradients. OpenVINO can't compute gradients.
    package static func diffusion() throws -> Benchmark {
        try diffusion(
            DiffusionWork.all, name: "diffusion",
            summary: "Stable Diffusion's UNet and decoder, full size and miniature, against PyTorch and OpenVINO",
            rest: 0.05)
    }

    static func diffusion(
        _ works: [DiffusionWork], name: String, summary: String, rest: Double
    ) throws -> Benchmark {
        let bench = DiffusionBench()
        return Benchmark(
            name: name, summary: summary,
            peers: [
                Peer(name: "PyTorch", script: try DiffusionScripts.pyTorch(threads: Engine.threads)),
                Peer(name: "OpenVINO", script: try DiffusionScripts.openVINO(threads: Engine.threads)),
            ],
            works: try works.map { work in
                // The updates of a round, and the steps of a sample, build on one another.
                let isChain = work.kind == .round || work.kind == .sample
                let tolerance = work.dtype == .bfloat16 ? 5e-2 : isChain ? 1e-2 : 1e-3
                let arithmetic = try work.arithmetic()
                return Work(work.name, isQuick: work.isQuick, tolerance: tolerance, arithmetic: { arithmetic }) {
                    try bench.run(work)
                }
            },
            rest: rest, warmUp: 0.25)
    }
}

/// One row: a kind of work, a batch and an element type.
struct DiffusionWork: Equatable {
    let kind: DiffusionKind
    let batch: Int
    let dtype: DType

    var name: String { "\(kind.rawValue), batch \(batch), \(dtype.rawValue)" }

    /// The miniature's own steps in float32.
    var isQuick: Bool {
        dtype == .float32 && [.miniatureUNet, .miniatureGradients, .sample].contains(kind) && batch != 2
    }

    /// Rows that share a model lie side by side, so that it is built once.
    static let all = DiffusionKind.allCases.flatMap { kind in
        kind.dtypes.flatMap { dtype in
            kind.batches.map { DiffusionWork(kind: kind, batch: $0, dtype: dtype) }
        }
    }
}

enum DiffusionKind: String, CaseIterable {
    case unet = "SD 1.5 UNet"
    case decoding = "SD decoding to 512×512"
    case miniatureUNet = "miniature UNet"
    case miniatureGradients = "miniature UNet and gradients"
    case miniatureDecoding = "miniature decoding to 64×64"
    /// Guided steps from noise to a picture, as the verb `sample` goes through them once the prompt is encoded.
    case sample = "miniature sample"
    case round = "miniature GRPO round"

    enum Model {
        /// A UNet over latents of this side and texts of this many tokens.
        case unet(UNetConfiguration, side: Int, tokens: Int)
        /// An autoencoder, of which latents of this side are decoded.
        case autoencoder(AutoencoderConfiguration, side: Int)
    }

    var model: Model {
        switch self {
        case .unet:
            var c = UNetConfiguration()
            c.crossAttentionDim = .one(768)
            return .unet(c, side: 64, tokens: 77)
        case .decoding:
            var c = AutoencoderConfiguration()
            c.blockOutChannels = [128, 256, 512, 512]
            c.downBlockTypes = [String](repeating: "DownEncoderBlock2D", count: 4)
            c.upBlockTypes = [String](repeating: "UpDecoderBlock2D", count: 4)
            c.layersPerBlock = 2
            return .autoencoder(c, side: 64)
        case .miniatureUNet, .miniatureGradients, .sample, .round:
            return .unet(MiniDiffusion.unet, side: 16, tokens: 20)
        case .miniatureDecoding: return .autoencoder(MiniDiffusion.autoencoder, side: 16)
        }
    }

    /// Whether the gradients of all weights are computed too, once for one pass forward.
    var wantsGradients: Bool { self == .miniatureGradients }

    /// Passes forward that the work is worth: a pass back costs two.
    var passes: Double {
        switch self {
        case .miniatureGradients: 3
        case .sample: Double(2 * MiniatureSample.steps)
        case .round: GRPORound.passes
        default: 1
        }
    }

    var batches: [Int] {
        switch self {
        case .unet: [2]
        case .decoding, .sample: [1]
        case .miniatureUNet: [2, 32]
        case .miniatureGradients, .miniatureDecoding: [32]
        case .round: [GRPORound.options.samplesPerRound]
        }
    }

    /// GRPO trains in float32 alone, and the miniature samples in it.
    var dtypes: [DType] { self == .round || self == .sample ? [.float32] : [.float32, .bfloat16] }
}

/// Holds the model of the rows under way: one at a time, because the large ones take gigabytes.
private final class DiffusionBench {
    private enum Model {
        case unet(UNet2DConditionModel)
        case autoencoder(AutoencoderKL)
        case both(UNet2DConditionModel, AutoencoderKL)
    }

    private var ready: (kind: DiffusionKind, dtype: DType, model: Model)?

    /// Does the work once and sums its result up, so that a difference in any number of it shows.
    func run(_ work: DiffusionWork) throws -> Double {
        switch try model(of: work) {
        case .both(let unet, let autoencoder):
            guard case .unet(_, let side, let tokens) = work.kind.model else { return .nan }
            return FormulaNumbers.sum(try MiniatureSample.run(unet, autoencoder, tokens: tokens, side: side))
        case .autoencoder(let autoencoder):
            guard case .autoencoder(let c, let side) = work.kind.model else { return .nan }
            let latents = try FormulaNumbers.filled([work.batch, side, side, c.latentChannels], scale: 1.7)
            return FormulaNumbers.sum(try withoutGradients { try autoencoder.decode(latents) }.floats)
        case .unet(let unet):
            guard case .unet(let c, let side, let tokens) = work.kind.model else { return .nan }
            if work.kind == .round {
                return FormulaNumbers.sum(try GRPORound.run(unet, tokens: tokens, side: side))
            }
            let latents = try FormulaNumbers.filled([work.batch, side, side, c.inChannels], scale: 1.7)
            let context = try FormulaNumbers.filled([work.batch, tokens, c.contextWidth], scale: 1.7)
            guard work.kind.wantsGradients else {
                return FormulaNumbers.sum(
                    try withoutGradients { try unet(latents, timesteps: [500], context: context) }.floats)
            }
            let copy = work.dtype == .float32 ? unet : try unet.recordedCopy(in: work.dtype)
            try copy(latents, timesteps: [500], context: context).squared().mean().backward()
            // The gradient that is ready last.
            guard let gradient = unet.parameters.first?.tensor.gradient else { return .nan }
            for parameter in unet.parameters { parameter.tensor.gradient = nil }
            return FormulaNumbers.sum(gradient.floats)
        }
    }

    private func model(of work: DiffusionWork) throws -> Model {
        if let ready, ready.kind == work.kind, ready.dtype == work.dtype { return ready.model }
        ready = nil
        Engine.releaseMemory()
        let made: Model
        switch work.kind.model {
        case .autoencoder(let c, _):
            made = .autoencoder(try AutoencoderKL(c, FormulaNumbers.source).converted(to: work.dtype))
        case .unet(let c, _, _):
            let unet = try UNet2DConditionModel(c, FormulaNumbers.source)
            if work.kind.wantsGradients {
                for parameter in unet.parameters { try parameter.tensor.requireGradient() }
            }
            if work.kind == .sample {
                made = .both(unet, try AutoencoderKL(MiniDiffusion.autoencoder, FormulaNumbers.source))
                break
            }
            // Where gradients are wanted, the weights stay in full precision, as in training.
            made = .unet(work.kind.wantsGradients ? unet : try unet.converted(to: work.dtype))
        }
        Engine.releaseMemory()
        ready = (work.kind, work.dtype, made)
        return made
    }
}
