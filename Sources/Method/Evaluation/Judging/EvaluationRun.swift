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
    public let lists: [(suite: String, prompts: [PromptRow])]
    /// Pictures of each prompt that doesn't say how many.
    public let copies: Int
    public let seed: UInt64
    /// Where what was judged is kept, and found again; nil for nowhere.
    public var folder: EvaluationFolder?

    public init(
        _ generator: any PictureGenerator, lists: [(suite: String, prompts: [String])], copies: Int, seed: UInt64
    ) {
        (self.generator, self.copies, self.seed) = (generator, copies, seed)
        self.lists = lists.map { suite, prompts in (suite, prompts.map { PromptRow($0, lists: [suite]) }) }
    }

    /// Pictures of rows, each under the first of its lists, and counted for all of them.
    public init(_ generator: any PictureGenerator, rows: [PromptRow], copies: Int, seed: UInt64) {
        (self.generator, self.copies, self.seed) = (generator, copies, seed)
        var order: [String] = [], lists: [String: [PromptRow]] = [:]
        for row in rows {
            if lists[row.lists[0]] == nil { order.append(row.lists[0]) }
            lists[row.lists[0], default: []].append(row)
        }
        self.lists = order.map { ($0, lists[$0]!) }
    }

    /// A picture to be made, and whose it is.
    private struct Task {
        let row: PromptRow
        let copy: Int
        let request: PictureRequest
    }

    /// The pictures of a list: those of one size and guidance follow one another, in the order of the first of each.
    private func tasks(of suite: String, _ rows: [PromptRow]) -> [[Task]] {
        var settings: [PictureRequest.Setting] = [], groups: [PictureRequest.Setting: [Task]] = [:]
        var place = 0
        for row in rows {
            let setting = PictureRequest.Setting(guidance: row.guidance, width: row.width, height: row.height)
            if groups[setting] == nil { settings.append(setting) }
            for copy in 0..<(row.pictures ?? copies) {
                var request = PictureRequest(row.prompt, seed: row.seed ?? SplitMix64.seed(seed, suite, place))
                if row.seed != nil { request.draw = copy }
                request.setting = setting
                groups[setting, default: []].append(Task(row: row, copy: copy, request: request))
                place += 1
            }
        }
        return settings.map { groups[$0]! }
    }

    /// Whether one that is interrupted is of the pictures judged so far, and not thrown away.
    public var keepsPart = true

    /// Has all pictures judged; an interruption ends it early, and what was judged counts. What the folder has already
    /// is not drawn again.
    ///
    /// - Returns: how the pictures were made, for the tables.
    /// - Throws: what the generator or the judge throws; `Interruption` where it was interrupted before any picture was
    ///   judged.
    public func fill(_ judge: PictureJudge, observer: any EvaluationObserver) throws -> [Evaluation.Condition] {
        let work = lists.map { suite, rows in (suite: suite, groups: tasks(of: suite, rows)) }
        var progress = EvaluationProgress(total: work.reduce(0) { $0 + $1.groups.reduce(0) { $0 + $1.count } })
        do {
            if let folder, let note = folder.note(of: progress.total) { observer.note(note) }
            for (suite, groups) in work {
                var place = 0
                for group in groups {
                    let batch = try generator.batch(of: group[0].request.setting)
                    for start in stride(from: 0, to: group.count, by: batch) {
                        let tasks = group[start..<min(start + batch, group.count)]
                        let before = progress
                        let steps = SplitMix64.seed(seed, suite + "|steps", place)
                        place += tasks.count
                        let asked = Judgement.Asked(
                            suite: suite, prompts: tasks.map(\.row.prompt), copies: tasks.map(\.copy))
                        let shown = judge.shown(of: asked)
                        let judgement: Judgement, images: [Image?]
                        if let kept = try folder?.judged(asked, from: progress.done, showing: shown) {
                            (judgement, images) = kept
                        } else {
                            let drawn = try generator.pictures(of: tasks.map(\.request), steps: steps) { step, steps in
                                observer.progressed(before, part: ("\(suite): sample", step, steps))
                                if observer.isInterrupted { throw Interruption() }
                            }
                            judgement = try judge.judgement(of: drawn, asked)
                            try folder?.keep(judgement, drawn, showing: shown, from: progress.done)
                            (images, progress.pictures) = (drawn, drawn)
                        }
                        judge.take(judgement, images)
                        for (picture, task) in zip(judgement.pictures, tasks) {
                            for other in task.row.lists.dropFirst() { judge.count(picture, for: other) }
                        }
                        progress.done += tasks.count
                        progress.standing = "\(suite)  \(judge.standing(of: suite))"
                        observer.progressed(progress, part: nil)
                        if observer.isInterrupted { throw Interruption() }
                    }
                }
            }
        } catch is Interruption {
            // Judging what there is takes the engine again, which would go on refusing.
            StopFlag.lower()
            guard keepsPart, progress.done > 0 else { throw Interruption() }
            observer.note("stopped after \(progress.done) of \(progress.total) pictures: the evaluation is of those")
        }
        if let lost = folder?.lost, lost > 0 {
            observer.note("\(Words.count(lost, "picture")) of the sheet were judged, and are no longer in the folder")
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
