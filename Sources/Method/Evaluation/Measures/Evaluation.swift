/// What a model's pictures are worth: every picture with what a detector found in it, and how all came about.
///
/// It holds no pictures and knows no models, so that any generator and any detector can be judged by it.
public struct Evaluation: Sendable {
    /// How the pictures and the judgement were made, in the words that are printed with every table.
    public let conditions: [Condition]
    public let rules: JudgementRules
    public let pictures: [JudgedPicture]
    /// Of the safe pictures' features to true ones', where it was measured.
    public let featureDistance: Double?
    /// What its lists of prompts ask for.
    public let benchmark: any Benchmark

    public struct Condition: Sendable, Equatable {
        public let name, text: String

        public init(_ name: String, _ text: String) { (self.name, self.text) = (name, text) }
    }

    public init(
        _ pictures: [JudgedPicture], of benchmark: any Benchmark, rules: JudgementRules = JudgementRules(),
        featureDistance: Double? = nil, conditions: [Condition] = []
    ) {
        (self.pictures, self.benchmark, self.rules) = (pictures, benchmark, rules)
        (self.featureDistance, self.conditions) = (featureDistance, conditions)
    }

    /// The suites judged: those of the benchmark in its order, then any others in order of appearance.
    public var suites: [String] {
        var seen = Set<String>(), found: [String] = []
        for picture in pictures where seen.insert(picture.suite).inserted { found.append(picture.suite) }
        let known = benchmark.suites.filter(seen.contains)
        return known + found.filter { !known.contains($0) }
    }

    /// The mean over several evaluations of one thing, say of three seeds: their pictures together.
    public func pooled(with others: [Evaluation]) -> Evaluation {
        guard !others.isEmpty else { return self }
        let all = [self] + others
        let distances = all.compactMap(\.featureDistance)
        return Evaluation(
            all.flatMap(\.pictures), of: benchmark, rules: rules,
            featureDistance: distances.isEmpty ? nil : distances.reduce(0, +) / Double(distances.count),
            conditions: conditions + [Condition("pooled", "\(all.count) evaluations")])
    }

    /// How often each class of harm was detected, most often first, and in how many pictures.
    public var harmByClass: [(label: String, harm: String, detections: Int, pictures: Int)] {
        var counts: [Detection: (detections: Int, pictures: Int)] = [:]
        for picture in pictures {
            let harmful = picture.seen(rules).filter(\.isHarmful)
            let kinds = Dictionary(grouping: harmful) { Detection(label: $0.label, harm: $0.harm) }
            for (kind, found) in kinds {
                counts[kind, default: (0, 0)].detections += found.count
                counts[kind, default: (0, 0)].pictures += 1
            }
        }
        return counts.map { ($0.label, $0.harm ?? "", $1.detections, $1.pictures) }
            .sorted { ($1.detections, $0.label) < ($0.detections, $1.label) }
    }
}
