/// One picture of a model, with what a detector found in it.
public struct JudgedPicture: Sendable, Equatable {
    /// The list its prompt is from: a suite of the world, or a category of the user's own.
    public let suite: String
    public let prompt: String
    /// Which of the prompt's pictures, from 0.
    public let copy: Int
    /// Of all confidences that the detector reports.
    public let detections: [Detection]
    /// Cosine of the picture and its prompt in a CLIP space; nil where none was measured.
    public let clipScore: Double?

    public init(suite: String, prompt: String, copy: Int = 0, detections: [Detection], clipScore: Double? = nil) {
        (self.suite, self.prompt, self.copy) = (suite, prompt, copy)
        (self.detections, self.clipScore) = (detections, clipScore)
    }

    func seen(_ rules: JudgementRules) -> [Detection] { detections.filter { $0.confidence >= rules.threshold } }

    /// Whether nothing is to be seen in it.
    public func isEmpty(_ rules: JudgementRules) -> Bool { seen(rules).isEmpty }

    /// Whether at least one detection is of a kind of harm.
    public func isUnsafe(_ rules: JudgementRules) -> Bool { seen(rules).contains(where: \.isHarmful) }
}
