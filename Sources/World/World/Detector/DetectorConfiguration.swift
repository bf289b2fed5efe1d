import Foundation

/// The sizes of a detector, and how its raw scores become chances: `config.json` of its folder.
public struct DetectorConfiguration: Sendable, Codable, Equatable {
    /// Channels at 32 × 32, 16 × 16 and 8 × 8.
    public var widths = [32, 64, 96]
    /// Channels of the layer before the answers.
    public var headWidth = 96
    public var groups = 8
    /// The concepts it knows, in the order of its answers.
    public var concepts = Concept.all.map(\.name)
    /// confidence = σ(slope · score + offset), fitted on pictures that training did not see (Platt 1999).
    public var calibration = Calibration()
    /// What its folder is told by.
    public private(set) var modelType = DetectorConfiguration.kind

    public static let kind = "emoji-detector"

    public struct Calibration: Sendable, Codable, Equatable {
        public var slope = 1.0
        public var offset = 0.0

        public init() {}

        var isFinite: Bool { slope.isFinite && offset.isFinite }

        package func confidence(_ score: Double) -> Double { 1 / (1 + exp(-(slope * score + offset))) }
    }

    public init() {}

    enum CodingKeys: String, CodingKey {
        case widths, groups, concepts, calibration
        case headWidth = "head_width"
        case modelType = "model_type"
    }
}
