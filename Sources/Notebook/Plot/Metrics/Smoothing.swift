/// A way to draw a calmer line through a series.
public enum Smoothing: Sendable, Hashable {
    /// The mean of a window of that many values, centred; at the ends the window is cut, never shifted.
    case movingAverage(Int)
    /// An exponential moving average from the first value on: each new value counts `1 - decay`, and the start is
    /// corrected for the values that came before it and don't exist.
    case exponential(decay: Double)

    /// How a legend names it.
    public var name: String {
        switch self {
        case .movingAverage(let window): "mean of \(window)"
        case .exponential(let decay): "average, decay \(NumberText.plain(decay))"
        }
    }

    /// The smoothed series, as long as the given one. Values that aren't finite are left out of every mean; where a
    /// window holds nothing else, there is a gap.
    public func callAsFunction(_ values: [Double]) -> [Double] {
        switch self {
        case .movingAverage(let window): Self.centred(values, window: max(1, window))
        case .exponential(let decay): Self.exponential(values, decay: min(max(decay, 0), 1))
        }
    }

    private static func centred(_ values: [Double], window: Int) -> [Double] {
        let before = (window - 1) / 2, after = window / 2
        return values.indices.map { index in
            var sum = 0.0
            var count = 0
            // Summing each window afresh costs its width, and keeps an old outlier from leaving rounding behind.
            for neighbour in max(0, index - before)...min(values.count - 1, index + after)
            where values[neighbour].isFinite {
                sum += values[neighbour]
                count += 1
            }
            return count > 0 ? sum / Double(count) : .nan
        }
    }

    private static func exponential(_ values: [Double], decay: Double) -> [Double] {
        var average = 0.0, weight = 0.0
        return values.map { value in
            if value.isFinite {
                average = decay * average + (1 - decay) * value
                weight = decay * weight + (1 - decay)
            }
            return weight > 0 ? average / weight : .nan
        }
    }
}
