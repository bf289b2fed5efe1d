import Basics
import Diffusion
import Language
import Tensor

/// Samples on their way from noise to pictures, in the language.
final class TrajectoryValue: ObjectValue {
    let trajectory: Trajectory
    let record: SamplingRecord

    init(_ trajectory: Trajectory, _ record: SamplingRecord) {
        self.trajectory = trajectory
        self.record = record
    }

    var typeName: String { "trajectory" }

    /// `trajectory: 4 samples, 20 steps of ddim, eta 1, from t = 951 to 1`
    var summary: String {
        let count = record.prompts.count, steps = trajectory.times.count
        let eta = trajectory.sampler.takesEta ? ", eta \(NumberText.shown(record.options.eta))" : ""
        let times = [trajectory.times.first, trajectory.times.last].compactMap(\.self).map {
            NumberText.shown(Double($0))
        }
        return "trajectory: \(Words.count(count, "sample")), \(Words.count(steps, "step")) of "
            + "\(trajectory.sampler.rawValue)\(eta), t = \(times.joined(separator: " to "))"
    }

    var memberNames: [String] {
        ["images", "latents", "originals", "noise", "times", "sigmas", "log_probabilities", "steps", "prompts"]
    }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "images": .list(try record.images(trajectory.final))
        case "latents": .list(trajectory.latents.map { .tensor($0) })
        case "originals": .list(trajectory.predictedOriginals.map { .tensor($0) })
        case "noise": .list(trajectory.noise.map { $0.map { .tensor($0) } ?? .none })
        case "times": .list(trajectory.times.map { .number(Double($0)) })
        case "sigmas": .list(trajectory.sigmas.map { .number(Double($0)) })
        case "log_probabilities": .list(trajectory.logProbabilities.map { $0.map { .tensor($0) } ?? .none })
        case "steps": .table(try table())
        case "prompts": .strings(record.prompts)
        default: nil
        }
    }

    /// A row per step; a deterministic step has no log-probability.
    private func table() throws -> Table {
        try Table([
            .init("step", trajectory.times.indices.map { Double($0 + trajectory.firstStep) }),
            .init("time", trajectory.times.map(Double.init)), .init("sigma", trajectory.sigmas.map(Double.init)),
            .init(
                "log_probability",
                try trajectory.logProbabilities.map { try $0.map { Double(try $0.mean().item) } ?? .nan }),
        ])
    }

    func display(width: Int) -> String { (try? "\(summary)\n\(table().display(width: width))") ?? summary }
}
