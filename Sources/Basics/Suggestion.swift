/// Did-you-mean: the candidate that a mistyped word most likely stands for.
package enum Suggestion {
    /// The closest candidate, or nil when none is close enough to be worth showing.
    ///
    /// One slip is allowed in short words and about one in three letters in longer ones; a swap of neighbours
    /// counts as one slip. Ties go to the candidate that comes first.
    package static func closest(to word: String, in candidates: some Sequence<String>) -> String? {
        let word = Array(word.lowercased().unicodeScalars)
        guard word.count > 1 else { return nil }
        let limit = max(1, (word.count + 1) / 3)
        var best: (String, Int)?
        for candidate in candidates {
            let other = Array(candidate.lowercased().unicodeScalars)
            if abs(other.count - word.count) > limit { continue }
            let distance = distance(word, other)
            if distance <= limit, distance < best?.1 ?? Int.max, distance < max(word.count, other.count) {
                best = (candidate, distance)
            }
        }
        return best?.0
    }

    /// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
    package static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        var beforeLast = [Int](repeating: 0, count: second.count + 1)
        var last = Array(0...second.count)
        for i in 1...first.count {
            var row = [i]
            row.reserveCapacity(second.count + 1)
            for j in 1...second.count {
                let change = first[i - 1] == second[j - 1] ? 0 : 1
                var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + change)
                if i > 1, j > 1, first[i - 1] == second[j - 2], first[i - 2] == second[j - 1] {
                    cost = min(cost, beforeLast[j - 2] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[second.count]
    }
}
