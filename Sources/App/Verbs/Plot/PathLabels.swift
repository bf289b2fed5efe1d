/// Short names for files: what differs in their paths.
enum PathLabels {
    /// `runs/a/metrics.csv`, `runs/b/metrics.csv` → `a`, `b`; `a.csv`, `b.csv` → `a`, `b`. Equal paths get numbers.
    static func telling(_ paths: [String]) -> [String] {
        guard paths.count > 1 else { return paths }
        let parts = paths.map { $0.split(separator: "/").map(String.init) }
        // From the left as far as all have the same, and from the right; at least one part is left of each.
        let fewest = parts.map(\.count).min() ?? 0
        var first = 0, last = 0
        while first < fewest - 1, parts.allSatisfy({ $0[first] == parts[0][first] }) { first += 1 }
        while last < fewest - 1 - first,
            parts.allSatisfy({ $0[$0.count - 1 - last] == parts[0][parts[0].count - 1 - last] })
        {
            last += 1
        }
        var labels = parts.map { $0.dropFirst(first).dropLast(last).joined(separator: "/") }
        let suffixes = Set(
            labels.map { $0.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? "" })
        if let suffix = suffixes.first, suffixes.count == 1, labels.allSatisfy({ $0.count > suffix.count + 1 }) {
            labels = labels.map { String($0.dropLast(suffix.count + 1)) }
        }
        var seen: [String: Int] = [:]
        return labels.map { label in
            seen[label, default: 0] += 1
            let number = seen[label] ?? 1
            return number == 1 ? label : "\(label) (\(number))"
        }
    }
}
