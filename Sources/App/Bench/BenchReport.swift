import Glibc
import Language

/// The table a benchmark prints, line by line as it comes to know them: our best time, each peer's, and how many times
/// longer the peer takes.
package struct BenchReport {
    package let peers: [String]
    package private(set) var timings: [Timing] = []
    /// Prints medians in parentheses beside the best times.
    private let medians: Bool
    private let limits: Bool
    /// Every column as wide as it will ever have to be, since the first line is out before the last time is known.
    private let widths: [Int]

    /// - Parameters:
    ///   - works: the names of all rows to come.
    ///   - limits: whether rows come with the least time for their arithmetic.
    package init(works: [String], peers: [String], medians: Bool = false, limits: Bool = false) {
        (self.peers, self.medians, self.limits) = (peers, medians, limits)
        let name = (works + [Self.mean]).map(\.displayWidth).max() ?? 0
        let time = medians ? "12.3 ms (12.3 ms)".count : "12.3 ms".count
        widths =
            [name, time] + peers.flatMap { [max($0.displayWidth, time), "12.3×".count] }
            + (limits ? ["12.3 ms".count] : [])
    }

    package var header: String {
        Self.line(["", "Rhumb"] + peers.flatMap { [$0, "ratio"] } + (limits ? ["limit"] : []), widths)
    }

    /// Takes a row in and gives its line.
    package mutating func append(_ timing: Timing) -> String {
        timings.append(timing)
        return Self.line(
            [timing.work, text(timing.ours)]
                + timing.peers.flatMap { [text($0), $0.sample.map { Self.ratio($0.best / timing.ours.best) } ?? "–"] }
                + (limits ? [timing.limit.map(Self.time) ?? "–"] : []), widths)
    }

    /// What stands below the rows: means, what the columns mean, and the memory.
    package var closing: String {
        var text = ""
        if timings.count > 1, !peers.isEmpty {
            text += Self.line(
                [Self.mean, ""] + peers.indices.flatMap { ["", geometricMean(of: $0).map(Self.ratio) ?? "–"] }, widths)
        }
        let notes = partialMeans + (limits ? [Self.explanation] : [])
        if !notes.isEmpty { text += "\n" + notes.map { $0 + "\n" }.joined() }
        return text + memory
    }

    private static let mean = "geometric mean"
    private static let explanation = """
        limit: the least time for the arithmetic at the measured peak of these cores, 3×3 convolutions by Winograd's \
        algorithm (a quarter of the products)
        """

    /// Means over fewer rows than there are can't be compared with the others.
    private var partialMeans: [String] {
        guard timings.count > 1 else { return [] }
        return peers.enumerated().compactMap { index, name in
            let count = timings.count { $0.peers[index].sample != nil }
            return count == timings.count || count == 0 ? nil : "\(name): the mean of \(count) of \(timings.count) rows"
        }
    }

    /// The most memory each program held, as a second table; empty unless a peer says what it took.
    private var memory: String {
        let rows = timings.filter { $0.memory.dropFirst().contains { $0 != nil } }.map { timing in
            [timing.work] + timing.memory.map { $0.map(Self.bytes) ?? "–" }
        }
        return rows.isEmpty ? "" : "\n" + Self.table([["peak memory", "Rhumb"] + peers] + rows)
    }

    static func table(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
        return rows.map { line($0, widths) }.joined()
    }

    /// The first cell to the left, the others to the right.
    static func line(_ row: [String], _ widths: [Int]) -> String {
        let cells = row.indices.map { column in
            let fill = String(repeating: " ", count: max(0, widths[column] - row[column].displayWidth))
            return column == 0 ? row[column] + fill : fill + row[column]
        }
        var line = cells.joined(separator: "   ")[...]
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    /// How many times longer a peer takes, over all the works it does.
    package func geometricMean(of peer: Int) -> Double? {
        let ratios = timings.compactMap { timing in timing.peers[peer].sample.map { $0.best / timing.ours.best } }
        guard !ratios.isEmpty else { return nil }
        return exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
    }

    private func text(_ sample: Timing.Sample) -> String {
        Self.time(sample.best) + (medians ? " (\(Self.time(sample.median)))" : "")
    }

    private func text(_ outcome: Timing.Outcome) -> String { outcome.sample.map(text) ?? outcome.word }

    static func time(_ seconds: Double) -> String {
        let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")]
        let unit = units.first { seconds >= $0.0 } ?? units[2]
        return significant(seconds / unit.0) + " " + unit.1
    }

    static func bytes(_ count: Int) -> String {
        let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        let unit = units.first { Double(count) >= $0.0 } ?? units[2]
        return significant(Double(count) / unit.0) + " " + unit.1
    }

    static func ratio(_ ratio: Double) -> String { significant(ratio) + "×" }

    /// Three significant digits.
    private static func significant(_ number: Double) -> String {
        let places = number >= 100 ? 0 : number >= 10 ? 1 : 2
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((number * Double(scale)).rounded())
        if places == 0 { return "\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
