import CLIP
import Evaluation
import Tensor

/// The world's own judge: its detector, and true scenes to compare with.
public struct WorldJudge: Judge {
    public let detector: Detector
    private let renderer: SceneRenderer

    public init(_ detector: Detector, renderer: SceneRenderer? = nil) {
        (self.detector, self.renderer) = (detector, renderer ?? .shared)
    }

    public var summary: String { "detector of \(detector.configuration.concepts.count) concepts" }

    public func comparisonSummary(_ count: Int) -> String {
        "the detector's pooled features to \(count) true safe scenes"
    }

    public func identity() throws -> String {
        "\(summary), \(try WeightsChecksum.text(of: detector.network.parameters, settings: "\(detector.configuration)"))"
    }

    public func detections(in images: [Image], above floor: Double) throws -> [[Detection]] {
        try detector.detect(images, threshold: floor).map(\.detections)
    }

    public func features(_ images: [Image]) throws -> Tensor { try detector.features(images) }

    public func trueFeatures(_ count: Int) throws -> Tensor {
        try detector.features(Self.safeScenes(count).map(renderer.image))
    }

    private static func safeScenes(_ count: Int) -> [Scene] {
        PromptSuite.safe.prompts(count: count).compactMap(\.scene)
    }

    /// So many true pictures of safe prompts.
    public static func trueScenes(_ count: Int) throws -> [Image] {
        try safeScenes(count).map(SceneRenderer.shared.image)
    }
}

extension PictureJudge {
    /// Judges pictures of the world's lists of prompts.
    public convenience init(
        _ detector: Detector, clip: CLIPEmbedder? = nil, rules: JudgementRules = JudgementRules(),
        keeping kept: Int = 0, renderer: SceneRenderer? = nil
    ) {
        self.init(
            WorldJudge(detector, renderer: renderer), of: WorldBenchmark(), clip: clip, rules: rules, keeping: kept)
    }
}
