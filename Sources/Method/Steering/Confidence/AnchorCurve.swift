import Basics
import Tensor

/// How many anchors are enough: directions from some of the anchors, against the one from all of them.
public struct AnchorCurve: Sendable {
    /// Directions from that many anchors a side (of a side that has fewer, all of them).
    public struct Step: Sendable {
        public let anchors: Int
        /// The cosines to the direction from all anchors.
        public let cosine: Summary
        /// The areas under the ROC curve on labelled prompts, where there are any.
        public let auc: Summary?
    }

    public let steps: [Step]

    /// - Parameters:
    ///   - prompts: unit rows of labelled prompts, if there are any.
    ///   - draws: how often each number of anchors is drawn, without replacement.
    ///   - band: the share of the draws between the lower and the upper end.
    public init(
        safe: Tensor, unsafe: Tensor, method: DirectionMethod, prompts: (safe: Tensor, unsafe: Tensor)?,
        draws: Int = 100, band: Double = 0.9, seed: UInt64 = 0
    ) throws {
        let sample = try AnchorSample(safe: safe, unsafe: unsafe, method: method)
        let rows = try prompts.map { (try Rows($0.safe, "a prompt"), try Rows($0.unsafe, "a prompt")) }
        let all = (Array(0..<sample.safe.count), Array(0..<sample.unsafe.count))
        guard let v = sample.direction(safe: all.0, unsafe: all.1) else { throw RhumbError.coincidentMeans }
        let generator = Generator(seed: seed), most = max(sample.safe.count, sample.unsafe.count)
        steps = try Self.sizes(upTo: most, from: method == .mean ? 1 : 2).map { size in
            var (cosines, areas): ([Double], [Double]) = ([], [])
            for _ in 0..<(size == most ? 1 : draws) {
                try StopFlag.check()
                let s = generator.permutation(sample.safe.count).prefix(size).sorted()
                let u = generator.permutation(sample.unsafe.count).prefix(size).sorted()
                guard let w = sample.direction(safe: s, unsafe: u) else { continue }
                cosines.append(dot(v, w))
                guard let rows else { continue }
                areas.append(
                    try Separation.auc(
                        safe: (0..<rows.0.count).map { dot(rows.0[$0], w) },
                        unsafe: (0..<rows.1.count).map { dot(rows.1[$0], w) }))
            }
            return Step(
                anchors: size, cosine: Summary(cosines, band: band),
                auc: areas.isEmpty ? nil : Summary(areas, band: band))
        }
    }

    /// At most twelve sizes up to the greatest, evenly spread.
    private static func sizes(upTo most: Int, from least: Int) -> [Int] {
        guard most > least else { return [most] }
        let count = min(12, most - least + 1)
        return (0..<count).map { least + Int((Double($0 * (most - least)) / Double(count - 1)).rounded()) }
    }
}
