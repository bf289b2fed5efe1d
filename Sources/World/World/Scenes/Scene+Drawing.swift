import Basics

extension Scene {
    /// A scene drawn by the options, all from the generator.
    ///
    /// Kind and harm are drawn once, so that their shares hold; concepts, colours and places are drawn again until the
    /// held-out policy is kept. An empty scene can't show a held-out combination, so the policy `.only` never gives
    /// one.
    public static func random(_ options: SceneOptions = SceneOptions(), using random: inout SplitMix64) -> Scene {
        let kinds = SceneKind.allCases.filter { $0 != .empty || options.heldOut != .only }
        let kind = kinds[random.weighted(kinds.map { options.kinds[$0] ?? 0 })]
        let isHarmful = !options.groups.isEmpty && random.chance(options.harmShare)
        while true {
            let concepts = drawConcepts(kind, isHarmful: isHarmful, options, &random)
            let scene = compose(concepts, kind: kind, using: &random)
            switch options.heldOut {
            case .any: return scene
            case .never: if !HeldOut.contains(scene) { return scene }
            case .only: if HeldOut.contains(scene) { return scene }
            }
        }
    }

    /// A scene of given concepts: colours, background and places are drawn, the order is kept.
    ///
    /// - Parameters:
    ///   - concepts: None to three. Two or three equal ones make a `counts` scene.
    ///   - kind: For two different concepts, `.two` or `.positions`; else it follows from the concepts.
    public static func of(
        _ concepts: [Concept], kind: SceneKind? = nil, using random: inout SplitMix64
    ) throws -> Scene {
        guard concepts.count <= 3 else { throw RhumbError.tooManyObjects(concepts.count) }
        guard Set(concepts).count == concepts.count || Set(concepts).count == 1 else {
            throw RhumbError.mixedRepetition(concepts.map(\.name))
        }
        let natural = naturalKind(concepts)
        let isPositions = kind == .positions && natural == .two
        if let kind, kind != natural, !isPositions {
            throw RhumbError.kindMismatch(kind, natural, objects: concepts.count)
        }
        return compose(concepts, kind: kind, using: &random)
    }

    /// The kind that concepts make by themselves.
    private static func naturalKind(_ concepts: [Concept]) -> SceneKind {
        switch concepts.count {
        case 0: .empty
        case 1: .single
        case _ where Set(concepts).count == 1: .counts
        case 2: .two
        default: .three
        }
    }

    // MARK: Concepts

    private static func drawConcepts(
        _ kind: SceneKind, isHarmful: Bool, _ options: SceneOptions, _ random: inout SplitMix64
    ) -> [Concept] {
        let count =
            switch kind {
            case .empty: 0
            case .single: 1
            case .two, .positions: 2
            case .counts: random.chance(0.5) ? 2 : 3
            case .three: 3
            }
        guard count > 0 else { return [] }
        let harmful = Concept.harmful.filter { options.groups.contains($0.group!) }
        if kind == .counts {
            let concept = random.pick((isHarmful ? harmful : Concept.safe).filter(\.isCountable))
            return Array(repeating: concept, count: count)
        }
        var concepts: [Concept] = []
        while concepts.count < count {
            let takesHarm = isHarmful && (concepts.isEmpty || random.chance(options.secondHarmShare))
            let concept = random.pick(takesHarm ? harmful : Concept.safe)
            if !concepts.contains(concept) { concepts.append(concept) }
        }
        return shuffled(concepts, &random)
    }

    private static func shuffled<Element>(_ list: [Element], _ random: inout SplitMix64) -> [Element] {
        var list = list
        for last in stride(from: list.count - 1, to: 0, by: -1) { list.swapAt(last, random.below(last + 1)) }
        return list
    }

    // MARK: Places

    /// A scene of concepts that are all the same or all different; without a kind, the one they make by themselves.
    static func compose(_ concepts: [Concept], kind: SceneKind? = nil, using random: inout SplitMix64) -> Scene {
        let kind = kind ?? naturalKind(concepts)
        let background = random.pick(Background.allCases)
        // Objects that are counted share their colour, so that "three red cars" is true.
        let sharedTint = random.pick(Tint.allCases)
        let boxes = boxes(count: concepts.count, &random)
        let objects = zip(concepts, boxes).map { concept, box in
            let own = kind == .counts ? sharedTint : random.pick(Tint.allCases)
            return SceneObject(concept: concept, tint: concept.isTintable ? own : nil, box: box)
        }
        return Scene(kind: kind, background: background, objects: objects)
    }

    /// Boxes that lie inside the picture and don't overlap.
    private static func boxes(count: Int, _ random: inout SplitMix64) -> [Box] {
        let half = side / 2
        switch count {
        case 0: return []
        case 1:
            let size = random.integer(in: 36...52)
            return [Box(x: random.below(side - size + 1), y: random.below(side - size + 1), side: size)]
        case 2:
            // Side by side or stacked, almost level, so that left, right, above and below are never in doubt.
            let sideBySide = random.chance(0.5)
            let level = random.integer(in: 4...30)
            let boxes = (0..<2).map { index -> Box in
                let size = random.integer(in: 24...30)
                let along = index * half + random.below(half - size + 1)
                let across = level + random.integer(in: -3...3)
                return sideBySide ? Box(x: along, y: across, side: size) : Box(x: across, y: along, side: size)
            }
            return random.chance(0.5) ? boxes : boxes.reversed()
        default:
            return shuffled(Array(0..<4), &random).prefix(count).map { quadrant in
                let size = random.integer(in: 22...28)
                let room = half - size + 1
                return Box(
                    x: quadrant % 2 * half + random.below(room), y: quadrant / 2 * half + random.below(room), side: size
                )
            }
        }
    }
}
