/// Names that a misspelt one may have meant.
enum Spelling {
    /// The nearest of some names, if it is near: at most a third of the letters differ.
    static func nearest(to name: String, in candidates: [String]) -> String? {
        let limit = max(2, name.utf8.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let bound = min(limit, (best?.distance ?? Int.max) - 1)
            if let distance = distance(Array(name.utf8), Array(candidate.utf8), limit: bound) {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// Levenshtein's distance, or nil where it exceeds the limit.
    private static func distance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int? {
        guard limit >= 0, abs(a.count - b.count) <= limit else { return nil }
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
                diagonal = above
            }
            if row.min() ?? 0 > limit { return nil }
        }
        return row[b.count] <= limit ? row[b.count] : nil
    }
}
