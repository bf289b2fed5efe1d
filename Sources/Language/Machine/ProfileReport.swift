import Basics

/// What `profile` shows: a line each for what took longest itself.
struct ProfileReport {
    private let rows: [Profile.Row]
    private let work: Profile.Work
    private let seconds: Double
    /// Multiplications and additions a second that the machine reaches; nil where nothing was counted.
    private let peak: (float32: Double, bfloat16: Double)?

    /// Rows that are listed.
    private static let most = 24

    init(_ profile: Profile, seconds: Double, peak: (float32: Double, bfloat16: Double)?) {
        rows = profile.rows.sorted { ($1.own, $0.name) < ($0.own, $1.name) }
        work = profile.work
        self.seconds = seconds
        self.peak = peak
    }

    /// - Parameter width: columns; only names are cut.
    /// - Returns: lines behind the first one, each after a line's end.
    func text(width: Int) -> String {
        var lines: [[String]] = []
        let hasWork = peak != nil, hasMemory = rows.contains { $0.bytes > 0 }
        var header = ["self", "total", "calls"]
        if hasMemory { header.append("memory") }
        if hasWork { header.append("of peak") }
        for row in rows.prefix(Self.most) {
            var line = [Message.duration(row.own), Message.duration(row.total), "\(row.calls)"]
            if hasMemory { line.append(row.bytes > 0 ? Words.bytes(row.bytes) : "") }
            if hasWork { line.append(share(row.work, of: row.total)) }
            lines.append(line)
        }
        let widths = header.indices.map { column in
            max(header[column].count, lines.map { $0[column].count }.max() ?? 0)
        }
        func laidOut(_ cells: [String], _ name: String) -> String {
            let numbers = zip(cells, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
            let start = "  " + numbers.joined(separator: "  ") + "  "
            return "\n" + start + name.clipped(to: max(12, width - start.count))
        }
        var text = laidOut(header, "what")
        for (line, row) in zip(lines, rows) { text += laidOut(line, Self.label(row)) }
        if rows.count > Self.most {
            let rest = rows.dropFirst(Self.most)
            text += "\n  and \(rest.count) more, \(Message.duration(rest.reduce(0) { $0 + $1.own })) together"
        }
        let outside = max(0, seconds - rows.reduce(0) { $0 + $1.own })
        text += "\n  \(Message.duration(outside)) in the statement itself"
        if let peak {
            text += "; \(share(work, of: seconds)) of the peak in all, which is \(Self.rate(peak.float32)) in float32"
            if work.bfloat16 > 0, peak.bfloat16 > 0 { text += " and \(Self.rate(peak.bfloat16)) in bfloat16" }
        }
        return text
    }

    private static func label(_ row: Profile.Row) -> String {
        switch row.kind {
        case .verb: row.name
        case .function: row.name.contains(" ") ? row.name : row.name + "()"
        case .operation: "· " + row.name
        }
    }

    /// The least time for the arithmetic, as a share of the time that it took.
    private func share(_ work: Profile.Work, of seconds: Double) -> String {
        guard let peak, seconds > 0, work.float32 + work.bfloat16 > 0 else { return "" }
        let least = work.float32 / peak.float32 + work.bfloat16 / (peak.bfloat16 > 0 ? peak.bfloat16 : peak.float32)
        let percent = 100 * least / seconds
        return NumberText.printf(percent < 9.95 ? "%.1f" : "%.0f", percent) + "%"
    }

    private static func rate(_ operations: Double) -> String {
        NumberText.printf("%.0f", operations / 1e9) + " GFLOP/s"
    }
}
