/// A scale of colours for the values of a heatmap.
public enum ColourMap: String, Sendable, Hashable, CaseIterable {
    /// Light to dark blue, for values that go one way.
    case sequential
    /// Blue over white to orange, for values on both sides of a middle.
    case diverging

    /// Colours at equal distances, the lowest value first.
    var stops: [Colour] {
        switch self {
        case .sequential:
            [0xf7fbff, 0xdbe9f5, 0xb5d4e9, 0x7fb8da, 0x4796c5, 0x1f73ae, 0x0b4f8a, 0x082f5e].map { Colour($0) }
        case .diverging:
            [0x004d7a, 0x1f7ab5, 0x74b0d8, 0xc3dced, 0xf7f7f7, 0xf6d3bb, 0xeb9c6a, 0xcf5f14, 0x8a3a00]
                .map { Colour($0) }
        }
    }

    /// The colour at a position 0…1 of the scale.
    public func colour(at position: Double) -> Colour {
        let scaled = (position > 0 ? min(position, 1) : 0) * Double(stops.count - 1)
        let index = min(Int(scaled), stops.count - 2)
        return stops[index].mixed(with: stops[index + 1], scaled - Double(index))
    }

    /// gnuplot's definition of this scale.
    var command: String {
        "set palette defined ("
            + stops.enumerated().map { "\($0.offset) '\($0.element.hex)'" }.joined(separator: ", ") + ")"
    }
}
