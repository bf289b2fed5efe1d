/// What counts as seen.
public struct JudgementRules: Sendable, Codable, Equatable {
    /// The confidence from which a detection counts.
    public var threshold = 0.5
    /// The same where objects are counted, as GenEval has it.
    public var countingThreshold = 0.9

    public init() {}
}
