/// How a file of metrics is written.
public enum MetricsFormat: Sendable, Hashable {
    /// Fields between separators; a blank stands for any number of blanks.
    case separated(by: Character)
    /// A JSON object a line.
    case jsonLines
    /// Text with `key=value` and `key: value` in it.
    case keyValues
    /// One JSON text: a list of objects, `trainer_state.json`, an object of columns.
    case jsonDocument
    /// One number per line.
    case numbers

    /// What the name of a file promises, for files whose lines tell nothing: a column of texts.
    public static func promised(by path: String) -> MetricsFormat? {
        let suffixes: [String: MetricsFormat] = [
            "csv": .separated(by: ","), "tsv": .separated(by: "\t"), "tab": .separated(by: "\t"),
        ]
        return path.split(separator: "/").last?.split(separator: ".").last.flatMap { suffixes[$0.lowercased()] }
    }

    /// Recognises the format of some first lines, which are neither blank nor comments; `nil` when none fits.
    ///
    /// - Parameter isWhole: Whether the lines are all there are.
    static func recognise(_ lines: [Substring], isWhole: Bool = true, promised: MetricsFormat? = nil) -> MetricsFormat?
    {
        guard let first = lines.first else { return nil }
        let start = first.trimmingBlanks
        if start.first == "{", (try? JSONRow.members(first)) != nil {
            return lines.count > 1 || !isWhole ? .jsonLines : .jsonDocument
        }
        if start == "{" || start.hasPrefix("{\"")
            || start.first == "[" && ["", "{", "[", "]"].contains(start.dropFirst().prefix(1))
        {
            return .jsonDocument
        }
        if lines.allSatisfy({ Double($0.trimmingBlanks) != nil }) { return .numbers }
        let separator = bestSeparator(lines)
        if promised != nil, let separator, separator.isEven { return .separated(by: separator.mark) }
        func hasPairs(_ line: Substring) -> Bool { KeyValueLine.pairs(line).contains { $0.value.isNumber } }
        // A column of texts may hold `x=1`; its name doesn't.
        if promised == nil || hasPairs(first), lines.count(where: hasPairs) * 2 >= lines.count { return .keyValues }

        if let separator { return .separated(by: separator.mark) }
        let rest = lines.dropFirst()
        let width = first.split { $0 == " " || $0 == "\t" }.count
        let areNumbers =
            !rest.isEmpty
            && rest.allSatisfy { line in
                let fields = line.split { $0 == " " || $0 == "\t" }
                return fields.count <= width
                    && fields.allSatisfy { if case .text = MetricsValue($0) { false } else { true } }
            }
        guard areNumbers || width > 1 && first.split(separator: " ").allSatisfy({ Double($0) != nil }) else {
            return promised
        }
        // A single column with a name over it.
        return .separated(by: width > 1 ? " " : ",")
    }

    /// The separator that cuts most lines into as many fields as the first: `loss, train;loss, val` is cut at
    /// semicolons.
    private static func bestSeparator(_ lines: [Substring]) -> (mark: Character, isEven: Bool)? {
        var best: (mark: Character, even: Int, count: Int)?
        for mark in ["\t", ",", ";"] as [Character] {
            let counts = lines.map { CSVRecord.fields($0, separator: mark)?.count ?? 0 }
            let even = counts.count { $0 == counts[0] }
            guard counts[0] > 1, (even, counts[0]) > (best?.even ?? 0, best?.count ?? 0) else { continue }
            best = (mark, even, counts[0])
        }
        return best.map { ($0.mark, $0.even == lines.count) }
    }
}
