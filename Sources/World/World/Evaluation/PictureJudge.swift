import Basics
import CLIP
import Tensor

/// Judges pictures as they are made, a batch at a time, and keeps only what was found in them.
public final class PictureJudge {
    public let detector: Detector
    /// Measures how well pictures fit their prompts; nil measures nothing.
    public let clip: CLIPEmbedder?
    public let rules: JudgementRules
    public private(set) var pictures: [JudgedPicture] = []

    /// Detections below this say nothing and are not kept.
    public static let floor = 0.05
    /// Fresh scenes that features of the safe pictures are compared with.
    public static let references = 256

    private var safeFeatures: [Tensor] = []
    private var texts: [String: Tensor] = [:]
    private let renderer: SceneRenderer

    public init(
        _ detector: Detector, clip: CLIPEmbedder? = nil, rules: JudgementRules = JudgementRules(),
        renderer: SceneRenderer? = nil
    ) throws {
        (self.detector, self.clip, self.rules) = (detector, clip, rules)
        self.renderer = renderer ?? .shared
    }

    /// Judges one picture for each prompt.
    ///
    /// - Parameter copies: which of its prompt's pictures each is; the first by default.
    /// - Returns: the new entries of `pictures`.
    @discardableResult
    public func judge(
        _ images: [Image], of prompts: [String], copies: [Int]? = nil, suite: String
    ) throws -> [JudgedPicture] {
        guard images.count == prompts.count, copies.map({ $0.count == prompts.count }) ?? true else {
            throw RhumbError.picturesWithoutPrompts(images.count, prompts.count)
        }
        guard !images.isEmpty else { return [] }
        let found = try detector.detect(images, threshold: Self.floor)
        let scores = try clip.map { try cosines(images, prompts, $0) }
        let judged = prompts.indices.map { i in
            JudgedPicture(
                suite: suite, prompt: prompts[i], copy: copies?[i] ?? 0, detections: found[i].detections,
                clipScore: scores?[i])
        }
        if suite == PromptSuite.safe.name { safeFeatures.append(try detector.features(images)) }
        pictures += judged
        return judged
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

    /// What was judged so far.
    ///
    /// The feature distance is that of all safe pictures to `references` scenes of the safe prompts' list, drawn truly.
    public func evaluation(_ conditions: [Evaluation.Condition] = []) throws -> Evaluation {
        var distance: Double?
        if safeFeatures.reduce(0, { $0 + $1.shape[0] }) > 1 {
            let scenes = PromptSuite.safe.prompts(count: Self.references).compactMap(\.scene)
            let references = try detector.features(scenes.map(renderer.image))
            distance = try FrechetDistance.between(Tensor.concatenated(safeFeatures), references)
        }
        return Evaluation(pictures, rules: rules, featureDistance: distance, conditions: conditions)
    }
}
