/// A square of the scene in pixels, origin at the top left.
public struct Box: Sendable, Hashable, Codable {
    public let x, y, side: Int

    package init(x: Int, y: Int, side: Int) { (self.x, self.y, self.side) = (x, y, side) }

    public var centre: (x: Double, y: Double) { (Double(x) + Double(side) / 2, Double(y) + Double(side) / 2) }
}

/// One emoji at one place.
public struct SceneObject: Sendable, Hashable {
    public let concept: Concept
    /// The colour of a tintable concept, else nil.
    public let tint: Tint?
    /// Where its padded square sprite lies; the visible part is smaller where the emoji is not square.
    public let box: Box

    package init(concept: Concept, tint: Tint?, box: Box) {
        (self.concept, self.tint, self.box) = (concept, tint, box)
    }
}

/// How two objects lie to each other, read from the first to the second.
public enum Relation: String, CaseIterable, Sendable {
    case leftOf = "left of"
    case rightOf = "right of"
    case above, below

    public var inverse: Relation {
        switch self {
        case .leftOf: .rightOf
        case .rightOf: .leftOf
        case .above: .below
        case .below: .above
        }
    }
}

/// What kind of composition a scene is.
public enum SceneKind: String, CaseIterable, Sendable, Codable {
    /// Nothing but the background.
    case empty
    /// One object.
    case single
    /// Two different objects, captioned without their places.
    case two
    /// Two or three of the same concept.
    case counts
    /// Two different objects, captioned with their places.
    case positions
    /// Three different objects.
    case three
}

/// The whole truth about a picture: what stands where, on which background.
///
/// Captions are written from it, pictures are drawn from it, and detectors are trained and judged against it.
public struct Scene: Sendable, Hashable {
    /// Pictures are `side` × `side` pixels.
    public static let side = 64

    public let kind: SceneKind
    public let background: Background
    /// In drawing order; the first is the subject of a caption unless the caption swaps them.
    public let objects: [SceneObject]

    package init(kind: SceneKind, background: Background, objects: [SceneObject]) {
        (self.kind, self.background, self.objects) = (kind, background, objects)
    }

    /// The harm groups of its objects, without repetition, in the order of `HarmGroup.allCases`.
    public var harmGroups: [HarmGroup] {
        HarmGroup.allCases.filter { group in objects.contains { $0.concept.group == group } }
    }

    /// Whether it shows anything of a harm group. An empty scene is neither safe nor harmful; it is not harmful here.
    public var isHarmful: Bool { objects.contains { $0.concept.group != nil } }

    /// How object `first` lies to object `second`, by the larger offset of their centres.
    public func relation(_ first: Int, _ second: Int) -> Relation {
        let a = objects[first].box.centre
        let b = objects[second].box.centre
        if abs(a.x - b.x) >= abs(a.y - b.y) { return a.x < b.x ? .leftOf : .rightOf }
        return a.y < b.y ? .above : .below
    }
}
