extension Line {
    /// A line that looks the same with fewer points: of every stretch the first, the least, the greatest and the last
    /// (Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", 2014). A gap stays a gap, and a band
    /// keeps its outermost edges.
    ///
    /// - Parameter stretches: At least two for each pixel the plot is wide.
    /// - Returns: The line itself when it has few points or runs to and fro.
    package func thinned(stretches: Int) -> Line {
        guard y.count > stretches * 4, x.count == y.count, zip(x, x.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            return self
        }
        var kept = self
        var places: [Int] = []
        for stretch in 0..<stretches {
            let range = y.count * stretch / stretches..<y.count * (stretch + 1) / stretches
            let finite = range.filter { y[$0].isFinite && x[$0].isFinite }
            var chosen = [range.lowerBound, range.upperBound - 1]
            chosen += [finite.min { y[$0] < y[$1] }, finite.max { y[$0] < y[$1] }].compactMap { $0 }
            if finite.count < range.count { chosen += [range.first { !y[$0].isFinite || !x[$0].isFinite }].compactMap { $0 } }
            let sorted = Set(chosen).sorted()
            if let band {
                let lower = finite.map { band.lower[$0] }.min() ?? .nan, upper = finite.map { band.upper[$0] }.max() ?? .nan
                for place in sorted {
                    kept.band?.lower[place] = lower
                    kept.band?.upper[place] = upper
                }
            }
            places += sorted
        }
        kept.x = places.map { x[$0] }
        kept.y = places.map { y[$0] }
        if let band = kept.band {
            kept.band = Band(lower: places.map { band.lower[$0] }, upper: places.map { band.upper[$0] })
        }
        return kept
    }
}
