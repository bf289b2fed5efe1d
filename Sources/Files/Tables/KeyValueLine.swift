/// A line of a log with metrics in it: `step: 3 reward=0.52`, `{'loss': 0.5, 'epoch': 1.0}`.
enum KeyValueLine {
    /// The pairs of a line in order. A colon needs a number after it, since it also ends sentences; an equals sign may
    /// be followed by a word.
    static func pairs(_ line: Substring) -> [(key: String, value: MetricsValue)] {
        var pairs: [(String, MetricsValue)] = []
        var index = line.startIndex
        while index < line.endIndex {
            let separator = line[index]
            guard separator == "=" || separator == ":" else { index = line.index(after: index); continue }
            let after = line.index(after: index)
            guard let key = key(before: index, in: line) else { index = after; continue }
            let (value, end) = value(from: after, in: line)
            switch (value, separator) {
            case (.number, _), (.measured, _), (.missing, "="), (.text, "="): pairs.append((key, value))
            default: break
            }
            index = max(end, after)
        }
        return pairs
    }

    private static func isKeyCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_./%-@".contains(character)
    }

    /// The word that ends before a separator, blanks and a closing quote between them.
    private static func key(before separator: Substring.Index, in line: Substring) -> String? {
        var head = line[..<separator].trimmingBlanks
        if head.last == "'" || head.last == "\"" { head.removeLast() }
        let start = head.lastIndex { !isKeyCharacter($0) }.map(head.index(after:)) ?? head.startIndex
        let key = head[start...]
        // Not the hours of a clock.
        guard let first = key.first, first.isLetter || first == "_" else { return nil }
        return String(key)
    }

    /// The value after a separator, and where it ends.
    private static func value(from start: Substring.Index, in line: Substring) -> (MetricsValue, Substring.Index) {
        let rest = line[start...].drop { $0 == " " || $0 == "'" || $0 == "\"" }
        let end = rest.firstIndex { " \t,;|)]}'\"\r".contains($0) } ?? rest.endIndex
        let text = rest[..<end]
        return (MetricsValue(text), end)
    }
}
