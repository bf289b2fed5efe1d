import Evaluation

/// The six tasks of GenEval (Ghosh et al. 2023), on the prompts of the suites of the same names.
public enum CompositionTask: String, Sendable, CaseIterable {
    case single, two, counting, colours, position, attribution

    /// Whether a picture shows what its prompt asks for.
    ///
    /// - Parameters:
    ///   - request: what the prompt asks for; `SceneRequest(reading:)` has it of a text.
    ///   - detections: of any confidence.
    public func isSolved(_ request: SceneRequest, by detections: [Detection], _ rules: JudgementRules) -> Bool {
        let seen = detections.filter { $0.confidence >= rules.threshold }
        func found(_ concept: Concept, _ colour: Tint? = nil) -> [Detection] {
            seen.filter { $0.label == concept.name && (colour == nil || $0.colour == colour?.rawValue) }
        }
        guard let first = request.concepts.first else { return false }
        switch self {
        case .single, .two: return request.concepts.allSatisfy { !found($0).isEmpty }
        case .counting:
            let sure = found(first).filter { $0.confidence >= rules.countingThreshold }
            return sure.count == request.concepts.count
        case .colours, .attribution:
            return zip(request.concepts, request.tints).allSatisfy { !found($0, $1).isEmpty }
        case .position:
            guard request.concepts.count == 2, let relation = request.relation,
                let a = found(first).max(by: { $0.confidence < $1.confidence })?.box,
                let b = found(request.concepts[1]).max(by: { $0.confidence < $1.confidence })?.box
            else { return false }
            return a.relations(to: b).contains(relation)
        }
    }
}

extension DetectionBox {
    /// How this box lies to another, by GenEval's rule: the offset of the centres, less a tenth of the summed sizes in
    /// each direction, must point that way by more than half of the whole offset. Two relations hold on a diagonal.
    public func relations(to other: DetectionBox) -> Set<Relation> {
        let (a, b) = (centre, other.centre)
        func reduced(_ offset: Double, _ sizes: Double) -> Double {
            max(abs(offset) - 0.1 * sizes, 0) * (offset < 0 ? -1 : 1)
        }
        let (x, y) = (a.x - b.x, a.y - b.y)
        let length = (x * x + y * y).squareRoot()
        guard length > 0 else { return [] }
        let dx = reduced(x, width + other.width) / length, dy = reduced(y, height + other.height) / length
        var relations: Set<Relation> = []
        if dx < -0.5 { relations.insert(.leftOf) }
        if dx > 0.5 { relations.insert(.rightOf) }
        if dy < -0.5 { relations.insert(.above) }
        if dy > 0.5 { relations.insert(.below) }
        return relations
    }
}

extension Prompt {
    /// What the text asks for; nil for phrases that name no object.
    public var request: SceneRequest? {
        guard let scene else { return nil }
        var request = SceneRequest(scene.objects.map(\.concept))
        if namesColours { request.tints = scene.objects.map(\.tint) }
        if namesBackground { request.background = scene.background }
        if scene.kind == .positions { request.relation = scene.relation(0, 1) }
        return request
    }
}
