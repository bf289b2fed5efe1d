extension Line {
    /// A line that looks the same with fewer points: of every stretch the first, the least, the greatest and the last
    /// (Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", 2014). A gap stays a gap, and a band
    /// keeps its outermost edges. Where x falls back, as after a resume, the line is thinned piece by piece.
    ///
    /// - Parameter stretches: At least two for each pixel the plot is wide.
    /// - Returns: The line itself when it has few points or runs to and fro.
    package func thinned(stretches: Int) -> Line {
        guard y.count > stretches * 4, x.count == y.count else { return self }
        let ends = pieceEnds
        guard ends.count * 8 <= stretches else { return self }
        var kept = self
        var places: [Int] = []
        places.reserveCapacity(stretches * 5)
        var start = 0
        for end in ends {
            let share = max(1, stretches * (end - start) / y.count)
            for stretch in 0..<share {
                let range = start + (end - start) * stretch / share..<start + (end - start) * (stretch + 1) / share
                guard !range.isEmpty else { continue }
                let chosen = telling(range)
                if let band {
                    let finite = range.filter { y[$0].isFinite && x[$0].isFinite }
                    let lower = finite.map { band.lower[$0] }.min() ?? .nan,
                        upper = finite.map { band.upper[$0] }.max() ?? .nan
                    for place in chosen {
                        kept.band?.lower[place] = lower
                        kept.band?.upper[place] = upper
                    }
                }
                places += chosen
            }
            start = end
        }
        kept.x = places.map { x[$0] }
        kept.y = places.map { y[$0] }
        if let band = kept.band {
            kept.band = Band(lower: places.map { band.lower[$0] }, upper: places.map { band.upper[$0] })
        }
        return kept
    }

    /// Where the pieces end along which x rises; a position that is not a number belongs to the piece before it.
    private var pieceEnds: [Int] {
        var ends: [Int] = []
        x.withUnsafeBufferPointer { x in
            var last = -Double.infinity
            for index in x.indices where !x[index].isNaN {
                if x[index] < last { ends.append(index) }
                last = x[index]
            }
        }
        return ends + [x.count]
    }

    /// The places of the first, the least, the greatest and the last of a stretch, and of its first gap, in order.
    private func telling(_ range: Range<Int>) -> [Int] {
        var least = -1, greatest = -1, gap = -1
        x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                for index in range {
                    guard y[index].isFinite, x[index].isFinite else {
                        if gap < 0 { gap = index }
                        continue
                    }
                    if least < 0 || y[index] < y[least] { least = index }
                    // Of several equal ones the last, as `max` has it.
                    if greatest < 0 || y[index] >= y[greatest] { greatest = index }
                }
            }
        }
        var places = [range.lowerBound, least, greatest, gap, range.upperBound - 1].filter { $0 >= 0 }.sorted()
        var previous = -1
        places.removeAll { place in
            defer { previous = place }
            return place == previous
        }
        return places
    }
}
