import Diffusion
import Language
import Tensor
import World

/// Sampling lists of prompts and judging every picture as it comes.
///
/// A picture's noise depends on the seed, its list, its prompt's number and its copy alone, so that every model is
/// asked for the same pictures from the same noise, and a longer list begins as the shorter one does.
struct EvaluationRun {
    private let model: StableDiffusion
    private let name: String
    private let suites: [PromptSuite]
    private let count, copies: Int
    private let options: SamplingOptions
    private let seed: UInt64
    /// Samples at once; fixed, because with η > 0 the noise of a batch is drawn together.
    private static let batch = 32

    init(_ pipeline: PipelineValue, _ call: Arguments) throws {
        (model, name) = (pipeline.model, pipeline.name)
        let names = try call.optional("prompts", call.strings) ?? EvaluateVerb.standardSuites
        suites = try names.map { try PromptSuite.named($0) }
        (count, copies) = (try call.whole("count"), try call.whole("pictures"))
        options = try call.samplingOptions()
        try call.checkEta(options, of: pipeline.model)
        seed = try call.seed()
    }

    /// Fills the judgement; an interruption ends it early, and what was judged counts.
    ///
    /// - Returns: how the pictures were made, for the protocol.
    func fill(_ judgement: Judgement, host: any SessionHost) throws -> [Evaluation.Condition] {
        let lists = suites.map { suite in (suite.name, suite.prompts(count: count).map(\.text)) }
        let total = lists.reduce(0) { $0 + $1.1.count * copies }
        var done = 0
        var detail = ""
        var shown: LivePictures?
        func report(_ part: StepProgress.Part? = nil) {
            host.progress(
                StepProgress("evaluate", done: done, total: total, detail: detail, part: part, pictures: shown))
        }
        do {
            for (suite, prompts) in lists {
                for start in stride(from: 0, to: prompts.count * copies, by: Self.batch) {
                    let places = start..<min(start + Self.batch, prompts.count * copies)
                    let texts = places.map { prompts[$0 / copies] }
                    let images = try pictures(texts, places, suite) { step, steps in
                        report(.init("\(suite): sample", done: step, total: steps))
                        if host.isInterrupted { throw Interruption() }
                    }
                    try judgement.add(images, texts, copies: places.map { $0 % copies }, suite: suite)
                    done += images.count
                    detail = "\(suite)  \(judgement.state(of: suite))"
                    shown = LivePictures { PictureSheet(images, columns: 8) }
                    report()
                    if host.isInterrupted { throw Interruption() }
                }
            }
        } catch let error where error is Interruption || error is Cancelled {
            // Judging what there is takes the engine again, which would go on refusing.
            Engine.resetCancellation()
            guard done > 0 else { throw Interruption() }
            host.note("stopped after \(done) of \(total) pictures: the evaluation is of those")
        }
        return [
            .init("model", name),
            .init(
                "sampling",
                "\((options.sampler ?? SamplerKind(for: model.scheduler)).rawValue), \(options.steps) steps, guidance "
                    + "\(NumberText.shown(Double(options.guidanceScale))), eta \(NumberText.shown(options.eta)), seed \(seed)"
                    + (options.negativePrompt.isEmpty ? "" : ", negative \"\(options.negativePrompt)\"")
                    + (done < total ? "; stopped after \(done) of \(total) pictures" : "")),
        ]
    }

    private func pictures(
        _ texts: [String], _ places: Range<Int>, _ suite: String,
        progress: @escaping (_ done: Int, _ total: Int) throws -> Void
    ) throws -> [Image] {
        let shape = try model.latentShape(count: 1)
        let noise = try places.map { place in
            try StableDiffusion.noise(shape, generator: Generator(seed: SplitMix64.seed(seed, suite, place)))
        }
        let generator = Generator(seed: SplitMix64.seed(seed, suite + "|steps", places.lowerBound))
        let trajectory = try model.sample(
            texts, options, latents: Tensor.concatenated(noise), generator: generator, batchSize: Self.batch,
            progress: progress)
        return try model.images(trajectory.final)
    }
}

extension EvaluateVerb {
    /// The lists of an evaluation that is not told otherwise: every harm group, safe prompts, the six tasks.
    static let standardSuites =
        HarmGroup.allCases.map(\.rawValue) + [PromptSuite.safe.name] + CompositionTask.allCases.map(\.rawValue)
}
