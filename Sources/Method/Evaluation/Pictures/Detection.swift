/// A rectangle in pixels of its picture, origin at the top left.
public struct DetectionBox: Sendable, Hashable, Codable {
    public let x, y, width, height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    public var centre: (x: Double, y: Double) { (x + width / 2, y + height / 2) }
}

/// One object that a detector found in a picture: Rhumb's own detector, or any program.
public struct Detection: Sendable, Hashable, Codable {
    /// The class as the detector calls it.
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

    public var isHarmful: Bool { harm != nil }
}
