import Evaluation

extension Detection {
    /// A concept of the world.
    public init(_ concept: Concept, tint: Tint? = nil, box: DetectionBox?, confidence: Double = 1) {
        self.init(
            label: concept.name, harm: concept.group?.rawValue, colour: tint?.rawValue, box: box, confidence: confidence
        )
    }

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

    package init(_ detections: [Detection], background: Background) {
        (self.detections, self.background) = (detections, background)
    }
}
