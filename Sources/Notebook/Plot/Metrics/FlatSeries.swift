/// Series of different scale in one panel.
public enum FlatSeries {
    /// A series that is a flat line beside another one, whose values span a thousand times as much; `nil` without one.
    public static func find(_ series: [(name: String, values: [Double])]) -> (flat: String, beside: String)? {
        let spans = series.compactMap { series in Extent(series.values).map { (name: series.name, extent: $0) } }
        guard spans.count > 1, let widest = spans.max(by: { $0.extent.span < $1.extent.span }) else { return nil }
        let all = spans.reduce(widest.extent) { Extent(min($0.lower, $1.extent.lower), max($0.upper, $1.extent.upper)) }
        return spans.first { $0.name != widest.name && $0.extent.span > 0 && $0.extent.span * 1000 <= all.span }
            .map { ($0.name, widest.name) }
    }
}
