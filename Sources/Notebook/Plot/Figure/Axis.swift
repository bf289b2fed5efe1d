/// One axis of a panel.
public struct Axis: Sendable, Hashable {
    public var label: String
    /// The least value shown; `nil` follows from the data.
    public var lower: Double?
    /// The greatest value shown; `nil` follows from the data.
    public var upper: Double?
    /// Values that aren't positive have no place on a logarithmic axis and leave gaps.
    public var isLogarithmic: Bool
    public var ticks: AxisTicks

    public init(
        _ label: String = "", lower: Double? = nil, upper: Double? = nil, isLogarithmic: Bool = false,
        ticks: AxisTicks = .automatic
    ) {
        self.label = label
        self.lower = lower
        self.upper = upper
        self.isLogarithmic = isLogarithmic
        self.ticks = ticks
    }
}

/// The labelled positions of an axis.
public enum AxisTicks: Sendable, Hashable {
    /// Round numbers, as many as read well.
    case automatic
    /// No ticks and no numbers, for axes whose values mean nothing (an embedding map).
    case none
    /// Names at given positions.
    case at([Tick])
}

/// A labelled position of an axis.
public struct Tick: Sendable, Hashable {
    public var value: Double
    public var label: String
    /// Whether this is one of the short, unlabelled marks between two ticks.
    public var isMinor: Bool

    public init(_ value: Double, _ label: String, isMinor: Bool = false) {
        self.value = value
        self.label = label
        self.isMinor = isMinor
    }
}
