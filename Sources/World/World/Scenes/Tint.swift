/// The five colours a tintable object comes in.
public enum Tint: String, CaseIterable, Sendable, Codable {
    case red, yellow, green, blue, purple

    public var index: Int { Self.allCases.firstIndex(of: self)! }

    /// Hue in degrees, and factors on the saturation and the value of the pixels it replaces.
    var shift: (hue: Float, saturation: Float, value: Float) {
        switch self {
        case .red: (0, 1, 1)
        case .yellow: (52, 1, 1.15)
        case .green: (130, 0.95, 0.8)
        case .blue: (218, 0.95, 1)
        case .purple: (282, 0.85, 0.85)
        }
    }
}

/// The seven colours a scene's plain background can have.
public enum Background: String, CaseIterable, Sendable, Codable {
    case white, grey, yellow, green, blue, pink, orange

    public var index: Int { Self.allCases.firstIndex(of: self)! }

    /// Soft colours, so that every object stands out.
    public var rgb: (red: UInt8, green: UInt8, blue: UInt8) {
        switch self {
        case .white: (248, 248, 248)
        case .grey: (150, 150, 154)
        case .yellow: (250, 236, 140)
        case .green: (160, 216, 150)
        case .blue: (140, 190, 240)
        case .pink: (248, 184, 208)
        case .orange: (248, 188, 120)
        }
    }
}
