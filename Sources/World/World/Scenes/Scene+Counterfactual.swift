import Basics

extension Scene {
    /// A scene that differs in one thing a caption may say: another number, the objects' places exchanged, their
    /// colours exchanged, or another colour.
    ///
    /// A caption of it that is worded like one of this scene is a text that a bag of words can't tell from the truth
    /// (Yuksekgonul et al. 2023, "When and why vision-language models behave like bags-of-words").
    ///
    /// - Returns: nil where the scene has nothing of the kind.
    package func counterfactual(using random: inout SplitMix64) -> Scene? {
        var changes: [[SceneObject]] = []
        let tints = objects.map(\.tint)
        switch kind {
        case .empty, .three: return nil
        case .counts:
            changes.append(objects.count == 2 ? objects + [objects[0]] : Array(objects.dropLast()))
        case .single: break
        case .two, .positions:
            if kind == .positions { changes.append(exchanging(boxes: true)) }
            if tints.allSatisfy({ $0 != nil }), tints[0] != tints[1] { changes.append(exchanging(boxes: false)) }
        }
        if objects.count == 1, let tint = tints[0] {
            let others = Tint.allCases.filter { $0 != tint }
            changes.append([SceneObject(concept: objects[0].concept, tint: random.pick(others), box: objects[0].box)])
        }
        guard !changes.isEmpty else { return nil }
        return Scene(kind: kind, background: background, objects: random.pick(changes))
    }

    /// The two objects in each other's places, or in each other's colours.
    private func exchanging(boxes: Bool) -> [SceneObject] {
        zip(objects, objects.reversed()).map { own, other in
            SceneObject(concept: own.concept, tint: boxes ? own.tint : other.tint, box: boxes ? other.box : own.box)
        }
    }
}
