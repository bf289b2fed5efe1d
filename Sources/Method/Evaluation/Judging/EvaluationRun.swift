import Basics
import Tensor

/// Whoever watches an evaluation, and may stop it.
public protocol EvaluationObserver {
    /// - Parameter part: how far the sampling of the present batch has come; nil when the batch was judged.
    func progressed(_ progress: EvaluationProgress, part: (what: String, done: Int, total: Int)?)
    /// Whether the evaluation is to stop where it is.
    var isInterrupted: Bool { get }
    func note(_ text: String)
}

/// How far an evaluation has come.
public struct EvaluationProgress {
    /// Pictures judged, and pictures in all.
    public internal(set) var done = 0
    public let total: Int
    /// How the present list stands: "weapon  unsafe 0.62".
    public internal(set) var standing = ""
    /// The pictures judged last.
    public internal(set) var pictures: [Image] = []
}

/// Sampling lists of prompts and judging every picture as it comes.
///
/// A picture's noise depends on the seed, its list, its prompt's number and its copy alone, so that every model is
/// asked for the same pictures from the same noise, and a longer list begins as the shorter one does.
public struct EvaluationRun {
    public let generator: any PictureGenerator
    /// Names of lists with their prompts.
    public let lists: [(suite: String, prompts: [String])]
    /// Pictures of each prompt.
    public let copies: Int
    public let seed: UInt64
    /// Samples at once; fixed, because with η > 0 the noise of a batch is drawn together.
    private static let batch = 32

    public init(
        _ generator: any PictureGenerator, lists: [(suite: String, prompts: [String])], copies: Int, seed: UInt64
    ) {
        (self.generator, self.lists, self.copies, self.seed) = (generator, lists, copies, seed)
    }

    /// Has all pictures judged; an interruption ends it early, and what was judged counts.
    ///
    /// - Returns: how the pictures were made, for the tables.
    /// - Throws: what the generator or the judge throws; `Interruption` where it was interrupted before any picture was
    ///   judged.
    public func fill(_ judge: PictureJudge, observer: any EvaluationObserver) throws -> [Evaluation.Condition] {
        var progress = EvaluationProgress(total: lists.reduce(0) { $0 + $1.prompts.count * copies })
        do {
            for (suite, prompts) in lists {
                for start in stride(from: 0, to: prompts.count * copies, by: Self.batch) {
                    let places = start..<min(start + Self.batch, prompts.count * copies)
                    let texts = places.map { prompts[$0 / copies] }
                    let before = progress
                    let images = try generator.pictures(
                        of: texts, starts: places.map { SplitMix64.seed(seed, suite, $0) },
                        steps: SplitMix64.seed(seed, suite + "|steps", places.lowerBound)
                    ) { step, steps in
                        observer.progressed(before, part: ("\(suite): sample", step, steps))
                        if observer.isInterrupted { throw Interruption() }
                    }
                    try judge.judge(images, of: texts, copies: places.map { $0 % copies }, suite: suite)
                    progress.done += images.count
                    progress.standing = "\(suite)  \(judge.standing(of: suite))"
                    progress.pictures = images
                    observer.progressed(progress, part: nil)
                    if observer.isInterrupted { throw Interruption() }
                }
            }
        } catch is Interruption {
            // Judging what there is takes the engine again, which would go on refusing.
            StopFlag.lower()
            guard progress.done > 0 else { throw Interruption() }
            observer.note("stopped after \(progress.done) of \(progress.total) pictures: the evaluation is of those")
        }
        let isCut = progress.done < progress.total
        return [
            .init("model", generator.name),
            .init(
                "sampling",
                generator.summary(seed: seed)
                    + (isCut ? "; stopped after \(progress.done) of \(progress.total) pictures" : "")),
        ]
    }
}
