/// What a number may be: from one end to another, either of which may belong to it, lie outside it, or be missing.
public struct Bounds: Sendable, Equatable {
    public enum End: Sendable, Equatable {
        case none, closed(Double), open(Double)

        /// Where it is, whether it belongs to them or not.
        public var number: Double? {
            switch self {
            case .none: nil
            case .closed(let number), .open(let number): number
            }
        }
    }

    public let lower, upper: End

    public init(_ lower: End, _ upper: End) { (self.lower, self.upper) = (lower, upper) }

    /// From the lower end to the upper one, both of them included; an end at the greatest finite number is none.
    public init(_ range: ClosedRange<Double>) {
        let limit = Double.greatestFiniteMagnitude
        self.init(
            range.lowerBound == -limit ? .none : .closed(range.lowerBound),
            range.upperBound == limit ? .none : .closed(range.upperBound))
    }

    public static func atLeast(_ lower: Double) -> Bounds { Bounds(.closed(lower), .none) }
    public static func above(_ lower: Double) -> Bounds { Bounds(.open(lower), .none) }
    public static func above(_ lower: Double, below upper: Double) -> Bounds { Bounds(.open(lower), .open(upper)) }
    public static func from(_ lower: Double, below upper: Double) -> Bounds { Bounds(.closed(lower), .open(upper)) }

    /// Whether a number is one of them. NaN never is; infinity only as an end of its own.
    public func contains(_ number: Double) -> Bool {
        guard number.isFinite || lower == .closed(number) || upper == .closed(number) else { return false }
        let isAbove =
            switch lower {
            case .none: true
            case .closed(let end): number >= end
            case .open(let end): number > end
            }
        let isBelow =
            switch upper {
            case .none: true
            case .closed(let end): number <= end
            case .open(let end): number < end
            }
        return isAbove && isBelow
    }

    /// `0…1`, `at least 0`, `above 0 and below 1`: as short as a reader understands it.
    ///
    /// - Parameter shown: how a number is written.
    public func text(_ shown: (Double) -> String) -> String {
        let (lower, upper) = (lower == .closed(-.infinity) ? .none : lower, upper == .closed(.infinity) ? .none : upper)
        if case (.closed(let low), .closed(let high)) = (lower, upper) { return shown(low) + "…" + shown(high) }
        let low: String? =
            switch lower {
            case .none: nil
            case .closed(let end): "at least \(shown(end))"
            case .open(let end): "above \(shown(end))"
            }
        let high: String? =
            switch upper {
            case .none: nil
            case .closed(let end): "at most \(shown(end))"
            case .open(let end): "below \(shown(end))"
            }
        return [low, high].compactMap { $0 }.joined(separator: " and ")
    }
}
