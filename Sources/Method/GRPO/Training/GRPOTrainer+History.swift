import Files
import Diffusion
import Foundation

extension GRPOTrainer {
    /// A row per round, with how long it took: what `history.csv` and `history.jsonl` hold.
    ///
    /// - Parameter first: how many rounds to leave out at the beginning.
    public func historyColumns(from first: Int) -> DataColumns {
        let rounds = history.dropFirst(first)
        var names: [String] = [], columns: [DataColumns.Column] = []
        func add(_ name: String, _ read: (RoundMetrics) -> Double?) {
            names.append(name)
            columns.append(.numbers(rounds.map(read)))
        }
        add("round") { Double($0.round) }
        let method = options.method
        if isScored {
            add("reward", \.reward)
            add("reward_std", \.rewardDeviation)
        }
        for term in history.first?.termNames ?? [] { add(term) { $0.terms[term] } }
        if judge != nil { add("judge") { $0.judge } }
        for measure in method.measures { add(measure.name) { $0.measures?[measure.name] } }
        for (name, values) in watchColumns(from: first) {
            names.append(name)
            columns.append(.numbers(values))
        }
        // An older policy is known where one is recorded.
        if recordsPolicy { add("kl", \.kl) }
        if method.hasRatios { add("approx_kl", \.approximateKL) }
        add("kl_start", \.startKL)
        if method.hasRatios {
            add("clip_above", \.clippedAbove)
            add("clip_below", \.clippedBelow)
            add("ratio_min", \.lowestRatio)
            add("ratio_max", \.highestRatio)
            for timestep in Set(history.flatMap { Array(($0.logRatios ?? [:]).keys) }.compactMap(Int.init))
                .sorted(by: >)
            {
                add("log_ratio_\(timestep)") { $0.logRatios?["\(timestep)"] }
            }
        }
        add("gradient_norm", \.gradientNorm)
        if isScored { add("zero_spread", \.zeroSpread) }
        add("loss", \.loss)
        add("rate", \.learningRate)
        if examples == nil {
            add("edges") { $0.structure?.edges }
            add("colours") { $0.structure?.colours }
            add("diversity") { $0.structure?.diversity }
        }
        names.append("seconds")
        columns.append(.numbers(Array(seconds.dropFirst(first))))
        return DataColumns(names: names, columns: columns)
    }

    /// Writes the run's folder: its state, its history as CSV and JSON lines, adapters, and once it is finished the
    /// whole model as a folder of diffusers, adapters merged.
    ///
    /// - Parameter folder: is made where there is none.
    public func save(to folder: URL) throws {
        try saveCheckpoint(to: folder)
        if completed > 0 {
            for suffix in ["csv", "jsonl"] {
                try TableFile.write(historyColumns, to: folder.appendingPathComponent("history." + suffix))
            }
        }
        if let lora = policy.lora { try lora.save(to: folder) }
        if isFinished { try averaged().save(to: folder.appendingPathComponent("policy")) }
    }
}
