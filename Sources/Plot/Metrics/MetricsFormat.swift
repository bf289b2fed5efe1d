/// How a file of metrics is written.
public enum MetricsFormat: Sendable, Hashable {
    /// Fields between separators; a blank stands for any number of blanks.
    case separated(by: Character)
    /// A JSON object a line.
    case jsonLines
    /// Text with `key=value` and `key: value` in it.
    case keyValues
    /// One number a line.
    case numbers

    /// Recognises the format of some first lines, which are neither blank nor comments; `nil` when none fits.
    static func recognise(_ lines: [Substring]) -> MetricsFormat? {
        guard let first = lines.first else { return nil }
        if first.trimmingBlanks.first == "{", (try? JSONLine.members(first)) != nil { return .jsonLines }
        if lines.allSatisfy({ Double($0.trimmingBlanks) != nil }) { return .numbers }
        let withNumbers = lines.count { line in
            KeyValueLine.pairs(line).contains { if case .number = $0.value { true } else { false } }
        }
        if withNumbers * 2 >= lines.count { return .keyValues }

        let separators: [Character] = ["\t", ",", ";"]
        let counts = separators.map { CSVRecord.fields(first, separator: $0)?.count ?? 0 }
        if let best = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[best] > 1 {
            return .separated(by: separators[best])
        }
        let rest = lines.dropFirst()
        let width = first.split { $0 == " " || $0 == "\t" }.count
        let areNumbers = !rest.isEmpty && rest.allSatisfy { line in
            let fields = line.split { $0 == " " || $0 == "\t" }
            return fields.count <= width && fields.allSatisfy { if case .text = MetricsValue($0) { false } else { true } }
        }
        guard areNumbers || width > 1 && first.split(separator: " ").allSatisfy({ Double($0) != nil }) else { return nil }
        // A single column with a name over it.
        return .separated(by: width > 1 ? " " : ",")
    }
}
