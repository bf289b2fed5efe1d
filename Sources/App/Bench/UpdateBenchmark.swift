import Diffusion
import Files
import Foundation
import GRPO
import Tensor
import Training
import World

extension Benchmark {
    /// One update of adapters on the UNet of Stable Diffusion 1.4 at 512×512 pixels, one sample at one step, against
    /// PyTorch with PEFT on the same weights: loss, gradients of every matrix, time and memory.
    package static func update() throws -> Benchmark {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("rhumb-bench-\(ProcessInfo.processInfo.processIdentifier)")
        let bench = UpdateBench(gradients: folder.appendingPathComponent("gradients.npy"))
        let passes = try DiffusionWork(kind: .unet, batch: 1, dtype: .float32).arithmetic()
        return Benchmark(
            name: "update",
            summary: "one update of adapters of rank \(AdapterUpdate.rank) on Stable Diffusion 1.4 at 512×512, "
                + "activations computed again",
            peers: [Peer(name: "PyTorch", script: try UpdateScript.text(folder: folder, threads: Engine.threads))],
            works: AdapterUpdate.all.map { update in
                Work(
                    update.name, tolerance: 1e-4,
                    // One pass forward, and one back through frozen weights.
                    arithmetic: { passes.times(2) }, check: { try bench.compare(update) }
                ) { try bench.run(update) }
            },
            rest: 0.25)
    }
}

/// One row: which layers get adapters, and the element type of the frozen weights.
struct AdapterUpdate {
    let what: String
    let targets: [String]
    let dtype: DType

    var name: String { "\(what), \(dtype.rawValue)" }

    static let rank = 32
    static let all: [AdapterUpdate] = [
        .init(what: "keys and values of the words", targets: LoRAOptions.words, dtype: .float32),
        .init(what: "all attention", targets: LoRAOptions.attention, dtype: .float32),
        .init(what: "all attention", targets: LoRAOptions.attention, dtype: .bfloat16),
    ]

    /// What stands for the log-probability under the policy that drew the sample, near which the update's own is.
    static let oldLogProbability: Float = -1.25
    static let advantage = 1.5

    var options: GRPOOptions {
        var options = GRPOOptions()
        (options.group, options.roundPrompts, options.steps, options.cfgFree) = (2, 1, 8, true)
        (options.trainSteps, options.choose, options.updates, options.microbatch) = (1, .first, 1, 1)
        (options.clip, options.checkpointing, options.warmup) = (0.9, true, 0)
        options.lora = LoRAOptions(rank: Self.rank, targets: targets)
        return options
    }
}

/// Holds the frozen weights of the rows, and what the last update gave.
private final class UpdateBench {
    private let file: URL
    private var frozen: (dtype: DType, unet: UNet2DConditionModel)?
    private var gradients: NamedTensors = []

    init(gradients file: URL) { self.file = file }

    /// - Returns: the loss.
    func run(_ update: AdapterUpdate) throws -> Double {
        let options = update.options
        let unet = try weights(update.dtype), c = unet.configuration
        let scheduler = try DDIMScheduler(MiniDiffusion.scheduler, steps: options.steps)
        let policy = try Policy(from: unet, scheduler: scheduler, options: options, generator: Generator(seed: 0))
        for (index, (_, matrix)) in policy.parameters.enumerated() {
            let scale = (3 / Float(matrix.shape[1])).squareRoot() * (index % 2 == 0 ? 1 : 0.1)
            try matrix.assign(FormulaNumbers.filled(matrix.shape, scale: scale, from: 1000 * index))
        }
        let learner = Learner(
            try AdamW(policy.parameters, learningRate: options.rate, weightDecay: options.decay), average: nil,
            schedule: LearningRateSchedule(warmUp: 0), gradientNorm: options.gradientNorm)
        // A group has two samples at least; the update takes the first.
        let shape = [2, 64, 64, c.inChannels], advantage = AdapterUpdate.advantage
        let sample = try FormulaNumbers.filled(shape, scale: 1.7)
        let next = try FormulaNumbers.filled(shape, scale: 1.7, from: 1000)
        let context = try FormulaNumbers.filled([1, 77, c.contextWidth], scale: 1.7)
        let old = try Tensor([AdapterUpdate.oldLogProbability, AdapterUpdate.oldLogProbability])
        let plan = try StepPlan(options, scheduler: scheduler)
        let rollout = Rollout(
            round: 0, prompts: [TrainingPrompt("prompt")], groupSize: 2, timesteps: plan.timesteps,
            sigmas: plan.sigmas, samples: [sample, next],
            trained: [0: .init(mean: next, logProbability: old)],
            context: context, emptyContext: context, images: [],
            scores: RewardScores(totals: [advantage, -advantage]),
            advantages: try Advantages(rewards: [advantage, -advantage], groupSize: 2, scale: .none))
        var loss = Double.nan
        let part = UpdatePart(samples: [0], steps: [0])
        _ = try learner.update(at: 0) {
            loss = try PolicyUpdate(policy: policy, options: options).accumulateGradient(
                rollout, part, measuresReference: false
            ).loss
            gradients = policy.parameters.compactMap { name, tensor in tensor.gradient.map { (name, $0) } }
        }
        return abs(loss)
    }

    private func weights(_ dtype: DType) throws -> UNet2DConditionModel {
        if let frozen, frozen.dtype == dtype { return frozen.unet }
        guard case .unet(let c, _, _) = DiffusionKind.unet.model else { throw Mismatch.noModel }
        let wide = try frozen?.unet ?? UNet2DConditionModel(c, FormulaNumbers.source)
        frozen = nil
        Engine.releaseMemory()
        let unet = try dtype == .float32 ? wide : wide.converted(to: dtype)
        frozen = (dtype, unet)
        return unet
    }

    private enum Mismatch: Error { case noModel }

    /// How far the last update's gradients are from those that the other program has written.
    ///
    /// - Throws: `BenchError` where a matrix has another one.
    func compare(_ update: AdapterUpdate) throws -> String {
        let theirs = try NPY.read(file).floats
        guard theirs.count == gradients.reduce(0, { $0 + $1.tensor.count }) else {
            throw BenchError.differentGradients(work: update.name, matrix: "all", difference: .infinity)
        }
        var start = 0, worst = ("", 0.0)
        for (name, tensor) in gradients {
            let (difference, length) = zip(tensor.floats, theirs[start..<start + tensor.count]).reduce((0.0, 0.0)) {
                let (a, b) = (Double($1.0), Double($1.1))
                return ($0.0 + (a - b) * (a - b), $0.1 + b * b)
            }
            let relative = (difference / length).squareRoot()
            if !(relative <= worst.1) { worst = (name, relative) }
            start += tensor.count
        }
        guard worst.1 <= 1e-4 else {
            throw BenchError.differentGradients(work: update.name, matrix: worst.0, difference: worst.1)
        }
        return
            "\(update.name): gradients of \(gradients.count) matrices, \(theirs.count) numbers; the largest relative "
            + "difference of a matrix is \(String(format: "%.1e", worst.1)) (\(worst.0))"
    }
}

/// The Python side of the benchmark of updates.
enum UpdateScript {
    static func text(folder: URL, threads: Int) throws -> String {
        guard case .unet(let c, let side, let tokens) = DiffusionKind.unet.model else { return "" }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let options = AdapterUpdate.all[0].options
        let imports = [
            "import diffusers, peft", "from diffusers import UNet2DConditionModel",
            "import torch.utils.checkpoint",
        ]
        let rows = JSON.object(
            AdapterUpdate.all.filter { $0.dtype == .float32 }.map { update in
                JSON.Member(update.name, .array(update.targets.map(JSON.string)))
            })
        return try PeerScript.opening(threads: threads, imports: imports) + DiffusionScripts.schedule
            + PeerScript.piece(
                PackageResources.update_pytorch_py,
                [
                    "__CONFIG__": FileContents.json(c).text(), "__ROWS__": rows.text(), "__SIDE__": "\(side)",
                    "__TOKENS__": "\(tokens)", "__STEPS__": "\(options.steps)", "__RANK__": "\(AdapterUpdate.rank)",
                    "__OLD__": "\(AdapterUpdate.oldLogProbability)", "__ADVANTAGE__": "\(AdapterUpdate.advantage)",
                    "__CLIP__": "\(options.clip)", "__RATE__": "\(options.rate)", "__DECAY__": "\(options.decay)",
                    "__LONGEST__": "\(options.gradientNorm)",
                    "__FILE__": JSON.string(folder.appendingPathComponent("gradients.npy").path).text(),
                ])
    }
}
