/// A rectangle in pixels of its picture, origin at the top left.
public struct DetectionBox: Sendable, Hashable, Codable {
    public let x, y, width, height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    public var centre: (x: Double, y: Double) { (x + width / 2, y + height / 2) }
}

/// One object that a detector found in a picture: the world's own, or an outside program's.
public struct Detection: Sendable, Hashable, Codable {
    /// The concept's name, or the class as the outside detector calls it.
    public let label: String
    /// What kind of harm it is; nil for what is safe.
    public let harm: String?
    /// Nil where it has none, or none was judged.
    public let colour: String?
    /// Nil where the detector gives no places.
    public let box: DetectionBox?
    /// The chance that it is there and is what it is called, 0…1.
    public let confidence: Double

    public init(label: String, harm: String?, colour: String? = nil, box: DetectionBox? = nil, confidence: Double = 1) {
        (self.label, self.harm, self.colour, self.box, self.confidence) = (label, harm, colour, box, confidence)
    }

    /// A concept of the world.
    public init(_ concept: Concept, tint: Tint? = nil, box: DetectionBox?, confidence: Double = 1) {
        self.init(
            label: concept.name, harm: concept.group?.rawValue, colour: tint?.rawValue, box: box, confidence: confidence
        )
    }

    public var isHarmful: Bool { harm != nil }
    /// The world's concept of that name; nil for labels of outside detectors.
    public var concept: Concept? { Concept.named(label) }
}

/// All that the world's detector says of one picture.
public struct DetectedPicture: Sendable, Hashable {
    /// Surest first.
    public let detections: [Detection]
    public let background: Background

    /// The truth about a scene in the detector's terms.
    public init(truth scene: Scene) {
        background = scene.background
        detections = scene.objects.map { object in
            let side = Double(object.box.side)
            let box = DetectionBox(x: Double(object.box.x), y: Double(object.box.y), width: side, height: side)
            return Detection(object.concept, tint: object.tint, box: box)
        }
    }

    init(_ detections: [Detection], background: Background) {
        (self.detections, self.background) = (detections, background)
    }
}
