import Files
import FoundationEssentials

/// The metrics of a training, a row per step.
struct TrainingHistory {
    struct Metric: Equatable {
        let name: String
        let values: [Double]
    }

    /// What is counted: `round`, `step`.
    let unit: String
    let steps: [Double]
    let metrics: [Metric]

    /// Columns that count the steps of a training.
    private static let units: Set<String> = ["step", "global_step", "iteration", "update", "round", "epoch"]
    private static let fewestSteps = 3

    /// - Returns: nil unless the first column counts at least three steps and another column changes.
    init?(_ data: DataColumns) {
        guard let unit = data.names.first, Self.units.contains(unit), case .numbers(let cells)? = data.columns.first,
            case let steps = cells.compactMap(\.self), steps.count == cells.count, steps.count >= Self.fewestSteps,
            zip(steps, steps.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.unit = unit
        self.steps = steps
        metrics = zip(data.names, data.columns).dropFirst().compactMap { name, column in
            guard case .numbers(let cells) = column else { return nil }
            let values = cells.map { $0 ?? .nan }
            let finite = values.filter(\.isFinite)
            guard let first = finite.first, finite.contains(where: { $0 != first }) else { return nil }
            return Metric(name: name, values: values)
        }
        if metrics.isEmpty { return nil }
    }

    /// The histories that trainers saved in the run folder, by path: `trained/history.csv`; of a run that did not come
    /// to its end also those of its checkpoints.
    static func saved(in run: RunRecord) -> [(file: String, history: TrainingHistory)] {
        let manager = FileManager.default
        func names(_ folder: String) -> [String] {
            ((try? manager.contentsOfDirectory(atPath: run.folder + folder)) ?? []).sorted().filter {
                !$0.hasPrefix(".")
            }
        }
        var folders = [""] + names("").map { $0 + "/" }
        if run.manifest.status != .complete { folders += names("/checkpoints").map { "checkpoints/\($0)/" } }
        let files = folders.map { $0 + "history.csv" }
        return files.compactMap { file in
            let url = URL(filePath: run.folder + "/" + file)
            guard manager.fileExists(atPath: url.path), let data = try? TableFile.read(url), let history = Self(data)
            else {
                return nil
            }
            return (file, history)
        }
    }
}

extension TrainingHistory {
    /// The history that a shown table is, if it is one.
    static func shown(_ file: String, in run: RunRecord) -> TrainingHistory? {
        (try? TableFile.read(URL(filePath: run.folder + "/" + file))).flatMap(Self.init)
    }
}
