import Foundation
import Training

extension GRPOTrainer {
    /// Rewards that rise while pictures lose what makes them pictures, which no term of a reward need notice.
    var pictureStructure: Finding? {
        PictureStructure.finding(history.compactMap { round in round.structure.map { (round.reward, $0) } })
    }
}

extension PictureStructure {
    /// What became of the pictures from the first fifth of the rounds to the last; nil without rounds.
    package static func finding(_ rounds: [(reward: Double, structure: PictureStructure)]) -> Finding? {
        guard !rounds.isEmpty else { return nil }
        let part = max(rounds.count / 5, 1)
        func means(_ values: [Double]) -> (first: Double, last: Double) {
            func mean(_ some: ArraySlice<Double>) -> Double { some.reduce(0, +) / Double(some.count) }
            return (mean(values.prefix(part)), mean(values.suffix(part)))
        }
        let reward = means(rounds.map(\.reward)), edges = means(rounds.map(\.structure.edges))
        let parts = [
            ("edges", edges), ("colours", means(rounds.map(\.structure.colours))),
            ("diversity in a group", means(rounds.map(\.structure.diversity))),
        ]
        func short(_ value: Double) -> String { String(format: "%.3g", value) }
        let text = parts.map { name, means in "\(name) \(short(means.first)) → \(short(means.last))" }
        let fallen = parts.filter { $0.1.last < $0.1.first / 2 }.map(\.0)
        let rises = rounds.count >= 5 && reward.last > reward.first
        let isAmiss = !fallen.isEmpty || edges.last > 2 * edges.first
        let what =
            fallen.isEmpty
            ? "edges more than double, as of noise" : "\(fallen.joined(separator: " and ")) fell to less than half"
        return Finding(
            "pictures", rises && isAmiss ? .suspicious : .fine, text.joined(separator: ", "),
            unlessFine: "the reward rises while \(what): look at the pictures, add a KL or plausibility, stop earlier")
    }
}
