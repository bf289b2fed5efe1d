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
            return a.relations(to: b).contains(relation.ofBoxes)
        }
    }
}

extension Relation {
    /// The same of two boxes.
    public var ofBoxes: BoxRelation {
        switch self {
        case .leftOf: .leftOf
        case .rightOf: .rightOf
        case .above: .above
        case .below: .below
        }
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
