import Glibc
import Language

/// The table a benchmark prints: our best time, each peer's, and how many times longer the peer takes.
package struct BenchReport {
    package let peers: [String]
    package private(set) var timings: [Timing] = []
    /// Prints medians in parentheses beside the best times.
    private let medians: Bool

    package init(peers: [String], medians: Bool = false) {
        self.peers = peers
        self.medians = medians
    }

    package mutating func append(_ timing: Timing) { timings.append(timing) }

    package func text() -> String {
        let limited = timings.contains { $0.limit != nil }
        var rows = [["", "Rhumb"] + peers.flatMap { [$0, "ratio"] } + (limited ? ["limit"] : [])]
        for timing in timings {
            rows.append(
                [timing.work, text(timing.ours)]
                    + timing.peers.flatMap { peer in
                        [peer.map(text) ?? "–", peer.map { Self.ratio($0.best / timing.ours.best) } ?? "–"]
                    } + (limited ? [timing.limit.map(Self.time) ?? "–"] : []))
        }
        if timings.count > 1 {
            rows.append(
                ["geometric mean", ""] + peers.indices.flatMap { ["", geometricMean(of: $0).map(Self.ratio) ?? "–"] }
                    + (limited ? [""] : []))
        }
        return Self.table(rows) + (limited ? "\n" + Self.explanation + "\n" : "") + memory
    }

    private static let explanation =
        "limit: the arithmetic at the peak of these cores, every convolution as a direct sum, which takes more of it than Winograd's way"

    /// The most memory each program held, as a second table; empty unless a peer says what it took.
    private var memory: String {
        let rows = timings.filter { $0.memory.dropFirst().contains { $0 != nil } }.map { timing in
            [timing.work] + timing.memory.map { $0.map(Self.bytes) ?? "–" }
        }
        return rows.isEmpty ? "" : "\n" + Self.table([["peak memory", "Rhumb"] + peers] + rows)
    }

    private static func table(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let fill = String(repeating: " ", count: widths[column] - row[column].displayWidth)
                return column == 0 ? row[column] + fill : fill + row[column]
            }
            var line = cells.joined(separator: "   ")[...]
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// How many times longer a peer takes, over all the works it does.
    package func geometricMean(of peer: Int) -> Double? {
        let ratios = timings.compactMap { timing in timing.peers[peer].map { $0.best / timing.ours.best } }
        guard !ratios.isEmpty else { return nil }
        return exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
    }

    private func text(_ sample: Timing.Sample) -> String {
        Self.time(sample.best) + (medians ? " (\(Self.time(sample.median)))" : "")
    }

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
