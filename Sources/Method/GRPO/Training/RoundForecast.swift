import Diffusion
import Foundation
import Tensor

/// What a round of a large model will take, found before it begins: time by a first sample, memory by passes over small
/// latents, for what a pass keeps grows with their area.
public struct RoundForecast: Sendable {
    /// Seconds of denoising, and of all updates. Decoding and rewards come on top.
    public let sampling, updating: Double
    /// The most bytes that the process will hold, and those it holds already.
    public let bytes, heldBytes: Int
    /// What the machine can give beyond that.
    public let freeBytes: Int
    /// Whether activations are computed again, and whether that was asked for.
    public let recomputes: Bool
    let wasAsked: Bool
    let microbatch: Int

    public var isTooLarge: Bool { bytes - heldBytes > freeBytes }

    /// Measures one; nil for a model that is not large. Turns recomputation on where memory would not do without and the
    /// options leave it open.
    init?(
        of policy: Policy, in pipeline: StableDiffusion, _ context: Tensor, plan: RoundPlan, options: GRPOOptions
    ) throws {
        guard policy.isLarge else { return nil }
        let probe = Probe(policy: policy, pipeline: pipeline, context: context)
        // All weights come into memory with the first pass.
        var update = try probe.updateBytes()
        let held = Engine.residentBytes, free = Engine.availableBytes
        let decoding = try probe.decodingBytes()
        func needed(_ update: Int) -> Int {
            max(update * options.microbatch + probe.gradientBytes, decoding)
        }
        if options.checkpointing == nil, needed(update) > free * 9 / 10 {
            policy.unet.recomputesBlocks = true
            update = try probe.updateBytes()
        }
        let second = try probe.secondsOfPass()
        let samples = Double(options.samplesPerRound), trained = samples * Double(plan.steps.count)
        // A pass back through frozen weights is worth one forward, through trained ones two.
        let passes = (policy.lora == nil ? 3.0 : 2.0) + (policy.unet.recomputesBlocks ? 1 : 0)
        let isHeld = options.kl > 0
        sampling = samples * Double(options.steps) * second
        updating = trained * second * (passes + (isHeld ? 1 : 0))
        (heldBytes, freeBytes, bytes) = (held, free, held + needed(update))
        (recomputes, wasAsked) = (policy.unet.recomputesBlocks, options.checkpointing != nil)
        microbatch = options.microbatch
    }

    /// As it is said before the first round.
    public var text: String {
        func gigabytes(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
        let total = Self.duration(sampling + updating)
        var text =
            "a round takes about \(total) (sampling \(Self.duration(sampling)), updates \(Self.duration(updating)); "
            + "decoding and rewards come on top) and up to \(gigabytes(bytes)) of memory, "
            + "\(gigabytes(heldBytes)) of which are in use"
        if recomputes, !wasAsked { text += "; activations are computed again, as memory would not do (checkpointing)" }
        if isTooLarge {
            text += "; only \(gigabytes(freeBytes)) more are free: "
            text += microbatch > 1 ? "give microbatch: \(max(microbatch / 4, 1))" : "close other programs"
            if !recomputes { text += ", or checkpointing: true" }
        }
        return text
    }

    private static func duration(_ seconds: Double) -> String {
        let minutes = Int((seconds / 60).rounded(.up))
        return seconds < 90
            ? "\(Int(seconds.rounded(.up))) s"
            : minutes < 90 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}

/// Passes of one sample through a policy, to see what they take.
private struct Probe {
    let policy: Policy
    let pipeline: StableDiffusion
    /// [1, tokens, width]
    let context: Tensor

    private func noise(_ side: Int, channels: Int) throws -> Tensor {
        try Tensor(Generator(seed: 0).normal(count: side * side * channels), shape: [1, side, side, channels])
    }

    private func mean(_ side: Int) throws -> Tensor {
        let channels = pipeline.unet.configuration.inChannels
        return try policy.mean(at: 0, noise(side, channels: channels), context: context, empty: context)
    }

    /// A line through what two small sizes take, read at the full one.
    private func extrapolated(_ bytes: (Int) throws -> Int) throws -> Int {
        let full = pipeline.sampleSize / pipeline.downsampling
        let least = 1 << (max(policy.unet.configuration.blockOutChannels.count, 2) - 1)
        let (small, large) = (least, 2 * least)
        // The first pass also makes what later ones find.
        _ = try bytes(large)
        let (first, second) = (try bytes(small), try bytes(large))
        let slope = Double(second - first) / Double(large * large - small * small)
        return first + Int(slope * Double(full * full - small * small))
    }

    /// Bytes that the update of one sample takes at its peak.
    func updateBytes() throws -> Int {
        defer { for (_, tensor) in policy.parameters { tensor.gradient = nil } }
        let bytes = try extrapolated { side in
            try Engine.peakBytes { try policy.computing { try mean(side).sum().backward() } }
        }
        // The scores of attention grow with the square of the positions; a piece of them is there at a time.
        return bytes + (200 << 20)
    }

    /// Bytes that decoding takes at its peak: one picture, or a few small ones.
    func decodingBytes() throws -> Int {
        let channels = pipeline.vae.latentSpace.channels
        return try 2
            * extrapolated { side in
                try Engine.peakBytes {
                    try withoutGradients { _ = try pipeline.vae.decode(noise(side, channels: channels)) }
                }
            }
    }

    /// Those of all gradients; the optimiser's moments are there already.
    var gradientBytes: Int { policy.parameters.reduce(0) { $0 + $1.tensor.count * 4 } }

    /// Seconds that one sample takes through the UNet, with both branches of the guidance.
    func secondsOfPass() throws -> Double {
        let start = Date()
        try withoutGradients { _ = try mean(pipeline.sampleSize / pipeline.downsampling) }
        return -start.timeIntervalSinceNow
    }
}
