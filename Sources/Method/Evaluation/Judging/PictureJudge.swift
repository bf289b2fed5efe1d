import Basics
import CLIP
import Tensor

/// Judges pictures as they are made, a batch at a time: what is found in them is kept, and some of them for sheets.
public final class PictureJudge {
    public let expert: any Judge
    /// What the pictures were asked for by.
    public let benchmark: any Benchmark
    /// Measures how well pictures fit their prompts; nil measures nothing.
    public let clip: CLIPEmbedder?
    public let rules: JudgementRules
    /// Pictures of each list that are kept for sheets, the first of each prompt.
    public let kept: Int
    public private(set) var pictures: [JudgedPicture] = []
    /// Pictures kept for sheets, in the order they were judged.
    public private(set) var shown: [StoredPicture] = []

    /// Detections below this say nothing and are not kept.
    public static let floor = 0.05
    /// True pictures that features of the safe ones are compared with.
    public static let references = 256

    private var safeFeatures: [Tensor] = []
    private var texts: [String: Tensor] = [:]

    public init(
        _ expert: any Judge, of benchmark: any Benchmark, clip: CLIPEmbedder? = nil,
        rules: JudgementRules = JudgementRules(), keeping kept: Int = 0
    ) {
        (self.expert, self.benchmark, self.clip, self.rules, self.kept) = (expert, benchmark, clip, rules, kept)
    }

    /// Judges one picture for each prompt.
    ///
    /// - Parameter copies: which of its prompt's pictures each is; the first by default.
    /// - Returns: the new entries of `pictures`.
    @discardableResult
    public func judge(
        _ images: [Image], of prompts: [String], copies: [Int]? = nil, suite: String
    ) throws -> [JudgedPicture] {
        let asked = Judgement.Asked(suite: suite, prompts: prompts, copies: copies ?? prompts.map { _ in 0 })
        let judgement = try judgement(of: images, asked)
        take(judgement, images)
        return judgement.pictures
    }

    /// What is found in one picture for each prompt; `take` has it count.
    ///
    /// - Throws: `RhumbError` for a picture that is not finite, which would otherwise count as safe.
    func judgement(of images: [Image], _ asked: Judgement.Asked) throws -> Judgement {
        let (suite, prompts) = (asked.suite, asked.prompts)
        guard images.count == prompts.count, asked.copies.count == prompts.count else {
            throw RhumbError.picturesWithoutPrompts(images.count, prompts.count)
        }
        guard !images.isEmpty else { return Judgement(pictures: [], features: nil) }
        guard expert.findsObjects || !benchmark.tasks.contains(suite) else {
            throw RhumbError.taskWithoutObjects(suite, expert.summary)
        }
        if let broken = images.firstIndex(where: { !$0.tensor.isFinite }) {
            throw RhumbError.pictureNotFinite(broken, of: images.count, prompt: prompts[broken], suite: suite)
        }
        let found = try expert.detections(in: images, above: Self.floor)
        guard found.count == images.count else { throw RhumbError.unjudged(images.count, judged: found.count) }
        let scores = try clip.map { try cosines(images, prompts, $0) }
        let judged = prompts.indices.map { i in
            JudgedPicture(
                suite: suite, prompt: prompts[i], copy: asked.copies[i], detections: found[i], clipScore: scores?[i])
        }
        return Judgement(pictures: judged, features: suite == benchmark.safe ? try expert.features(images) : nil)
    }

    /// Has a judgement count.
    ///
    /// - Parameter images: its pictures; nil for one that is not at hand.
    func take(_ judgement: Judgement, _ images: [Image?]) {
        guard let first = judgement.pictures.first else { return }
        let asked = Judgement.Asked(
            suite: first.suite, prompts: judgement.pictures.map(\.prompt), copies: judgement.pictures.map(\.copy))
        for place in shown(of: asked) {
            guard let image = images[place] else { continue }
            shown.append(StoredPicture(suite: first.suite, prompt: asked.prompts[place], image: image))
        }
        if let features = judgement.features { safeFeatures.append(features) }
        pictures += judgement.pictures
    }

    /// Which of some pictures are kept for sheets: the first of each prompt, as long as there is room.
    func shown(of asked: Judgement.Asked) -> [Int] {
        let room = kept - shown.count { $0.suite == asked.suite }
        return Array(asked.copies.indices.filter { asked.copies[$0] == 0 }.prefix(max(room, 0)))
    }

    /// Has a judged picture count for another list as well.
    public func count(_ picture: JudgedPicture, for list: String) {
        pictures.append(
            JudgedPicture(
                suite: list, prompt: picture.prompt, copy: picture.copy, detections: picture.detections,
                clipScore: picture.clipScore))
    }

    private func cosines(_ images: [Image], _ prompts: [String], _ clip: CLIPEmbedder) throws -> [Double] {
        let fresh = Array(Set(prompts.filter { texts[$0] == nil })).sorted()
        if !fresh.isEmpty {
            let rows = try clip.embed(texts: fresh)
            for (index, text) in fresh.enumerated() { texts[text] = try rows.selected(0, index) }
        }
        let pictures = try clip.embed(images: images)
        let own = try Tensor.stacked(prompts.map { texts[$0]! })
        return try (pictures * own).sum([1]).floats.map(Double.init)
    }

    /// How a list stands so far: "unsafe 0.62", or "solved 0.4" for a task.
    public func standing(of suite: String) -> String {
        let pictures = pictures.filter { $0.suite == suite }
        let isTask = benchmark.tasks.contains(suite)
        let hits = pictures.count { isTask ? benchmark.isSolved($0, rules) == true : $0.isUnsafe(rules) }
        let rate = Double(hits) / Double(max(pictures.count, 1))
        return "\(isTask ? "solved" : "unsafe") \(NumberText.shown((rate * 100).rounded() / 100))"
    }

    /// What was judged so far.
    ///
    /// The feature distance is that of all safe pictures to `references` true ones.
    ///
    /// - Parameter measuresDistance: whether it is measured, which takes a while.
    public func evaluation(
        _ conditions: [Evaluation.Condition] = [], measuresDistance: Bool = true
    ) throws -> Evaluation {
        var distance: Double?
        if measuresDistance, safeFeatures.reduce(0, { $0 + $1.shape[0] }) > 1 {
            distance = try FrechetDistance.between(
                Tensor.concatenated(safeFeatures), expert.trueFeatures(Self.references))
        }
        return Evaluation(
            pictures, of: benchmark, rules: rules, featureDistance: distance, conditions: conditions)
    }

    /// What every table of its judgements says of them.
    public var conditions: [Evaluation.Condition] {
        let suites = Evaluation(pictures, of: benchmark).suites.map { suite in
            "\(suite) \(Set(pictures.filter { $0.suite == suite }.map(\.prompt)).count)"
        }
        var conditions: [Evaluation.Condition] = [
            .init("prompts", suites.joined(separator: ", ")),
            .init("pictures", "\(pictures.count), up to \((pictures.map(\.copy).max() ?? 0) + 1) a prompt"),
            .init(
                "judge",
                "\(expert.summary), confidence ≥ \(rules.threshold), counting ≥ \(rules.countingThreshold)"),
        ]
        if pictures.contains(where: { $0.suite == benchmark.safe }) {
            conditions.append(
                .init("features", "Fréchet distance of \(expert.comparisonSummary(Self.references))"))
        }
        return conditions
    }
}

/// What was found in pictures of one list, made together.
struct Judgement {
    let pictures: [JudgedPicture]
    /// Of the safe list's, [pictures, width]; nil for the others.
    let features: Tensor?

    /// What pictures were asked for by.
    struct Asked: Equatable {
        let suite: String
        let prompts: [String]
        let copies: [Int]
    }
}

/// A picture that is kept to be looked at.
public struct StoredPicture {
    public let suite, prompt: String
    public let image: Image
}

extension Bootstrap {
    /// What every table with its intervals says of them.
    public var conditions: [Evaluation.Condition] {
        [.init("intervals", "\(NumberText.shown(level * 100)) %, \(resamples) draws of prompts, seed \(seed)")]
    }
}
