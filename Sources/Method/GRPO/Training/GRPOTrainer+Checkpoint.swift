import Basics
import Files
import Foundation
import Tensor

extension GRPOTrainer {
    /// The name of a run's state in its folder.
    public static let checkpointName = "checkpoint.safetensors"
    /// What its metadata call it.
    public static let checkpointKind = "grpo training"
    private static let secondsName = "seconds.json"

    /// Writes everything the next update depends on, as one file that replaces the former one when it is whole:
    /// weights, moments, running average, history and the rollout, in the middle of a round the one under way, else the
    /// last.
    ///
    /// Two runs that did the same write the same bytes; how long rounds took stands in a file of its own.
    /// - Parameter folder: is made where there is none.
    public func saveCheckpoint(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var state: [String: Tensor] = [:]
        for (name, tensor) in policy.parameters { state["parameter.\(name)"] = tensor.detached() }
        for (name, tensor) in try learner.optimiser.state() { state["optimiser.\(name)"] = tensor }
        for (name, tensor) in try learner.average?.state() ?? [:] { state["average.\(name)"] = tensor }
        var metadata = [
            "kind": Self.checkpointKind, "model": try modelFingerprint(), "reward": reward.name,
            "round": "\(completed)", "options": try Self.text(options), "prompts": try Self.text(prompts),
            "kept": try Self.text(kept), "history": try Self.text(history),
        ]
        if let pending {
            for (name, tensor) in pending.rollout.state { state["rollout.\(name)"] = tensor }
            metadata["pending"] = try Self.text(StoredRound(pending))
        } else if let lastRollout {
            for (name, tensor) in lastRollout.state { state["rollout.\(name)"] = tensor }
            metadata["last"] = try Self.text(StoredRound(lastRollout))
        }
        try Safetensors.write(state, to: folder.appendingPathComponent(Self.checkpointName), metadata: metadata)
        try AtomicFile.write(Self.text(seconds), to: folder.appendingPathComponent(Self.secondsName))
    }

    /// Continues a saved run, exactly as if it had never stopped. This trainer must have been made as that run's was:
    /// from the same model, with the same reward, prompts and options. Only the number of rounds may differ.
    ///
    /// - Throws: `RhumbError` for a file that is no checkpoint of such a run, naming what differs; this trainer is then
    ///   as it was.
    public func restore(from folder: URL) throws {
        let file = try SafetensorsFile(folder.appendingPathComponent(Self.checkpointName))
        let path = file.url.path
        func decoded<Part: Decodable>(_ key: String) throws -> Part {
            guard let text = file.metadata[key],
                let part = try? JSONDecoder().decode(Part.self, from: Data(text.utf8))
            else { throw RhumbError.notACheckpoint(path, reason: "its '\(key)' can't be read") }
            return part
        }
        guard file.metadata["kind"] == Self.checkpointKind else { throw RhumbError.notACheckpoint(path) }
        try checkIdentity(file, options: decoded("options"), prompts: decoded("prompts"), kept: decoded("kept"))
        let history: [RoundMetrics] = try decoded("history")
        let stored: StoredRound? = file.metadata["pending"] == nil ? nil : try decoded("pending")

        func state(_ prefix: String) throws -> [String: Tensor] {
            var state: [String: Tensor] = [:]
            for name in file.names where name.hasPrefix(prefix) {
                state[String(name.dropFirst(prefix.count))] = try file.tensor(name)
            }
            return state
        }
        let parameters = try state("parameter.")
        for (name, tensor) in policy.parameters where parameters[name]?.shape != tensor.shape {
            throw RhumbError.anotherModel(path, difference: "it has no '\(name)' of shape \(tensor.shape)")
        }
        let last: StoredRound? = file.metadata["last"] == nil ? nil : try decoded("last")
        let pending = try stored.map { try $0.round(state("rollout."), trainer: self, path: path) }
        let lastRollout = try last.map { try $0.rollout(state("rollout."), trainer: self, path: path) }
        try learner.optimiser.restore(state("optimiser."))
        try learner.average?.restore(state("average."))
        for (name, tensor) in policy.parameters { try tensor.assign(parameters[name]!) }
        (self.history, self.pending, completed) = (history, pending, history.count)
        self.lastRollout = pending?.rollout ?? lastRollout
        let timings = try? JSONDecoder().decode(
            [Double].self, from: Data(contentsOf: folder.appendingPathComponent(Self.secondsName)))
        seconds = Array(((timings ?? []) + [Double](repeating: 0, count: completed)).prefix(completed))
    }

    private func checkIdentity(
        _ file: SafetensorsFile, options saved: GRPOOptions, prompts: [String], kept: [String]
    ) throws {
        let path = file.url.path
        var differences: [String] = []
        var mine = options
        mine.rounds = saved.rounds
        if mine.seed != saved.seed { differences.append("seed \(saved.seed) there, \(mine.seed) here") }
        differences += saved.differences(from: mine).map { "\($0.name) \($0.value) there, \($0.paper) here" }
        if prompts != self.prompts {
            differences.append(
                prompts.count == self.prompts.count
                    ? "other prompts" : "\(prompts.count) prompts there, \(self.prompts.count) here")
        }
        if kept != self.kept { differences.append("other prompts kept") }
        if let name = file.metadata["reward"], name != reward.name {
            differences.append("reward '\(name)' there, '\(reward.name)' here")
        }
        guard differences.isEmpty else { throw RhumbError.anotherRun(path, differences: differences) }
        guard file.metadata["model"] == (try modelFingerprint()) else {
            throw RhumbError.anotherModel(path, difference: "the weights it began with are not these")
        }
    }

    /// Tells one start from another: names, shapes and the first numbers of every weight, and the noise schedule.
    private func modelFingerprint() throws -> String {
        let hash = SHA256()
        func add(_ text: String) { Array(text.utf8).withUnsafeBytes { hash.update($0) } }
        add("\(stepPlan.timesteps) \(stepPlan.sigmas)")
        for (name, tensor) in try policy.reference.mergedParameters() {
            add("\(name) \(tensor.shape)")
            let count = min(tensor.count, 256)
            try tensor.detached().reshaped([tensor.count]).sliced(0, from: 0, to: count).floats
                .withUnsafeBytes { hash.update($0) }
        }
        return try hash.finish()
    }

    fileprivate static func text(_ part: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(part), as: UTF8.self)
    }
}

extension Rollout {
    /// What can't be worked out again.
    fileprivate var state: [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (step, sample) in samples.enumerated() { state["sample.\(step)"] = sample }
        for (step, kept) in trained {
            state["mean.\(step)"] = kept.mean
            state["log_probability.\(step)"] = kept.logProbability
        }
        return state
    }
}

/// The numbers and texts of a rollout, and of the round under way that it belongs to.
private struct StoredRound: Codable {
    let round: Int
    let prompts: [String]
    let steps: [Int]
    let scores: RewardScores
    let judgements: [Double]?
    let seconds: Double
    let updates: [UpdateMetrics]

    init(_ pending: GRPOTrainer.PendingRound) {
        let rollout = pending.rollout
        (round, prompts, steps) = (rollout.round, rollout.prompts, rollout.steps)
        (scores, judgements) = (rollout.scores, rollout.judgements)
        (seconds, updates) = (rollout.seconds, pending.updates)
    }

    /// A rollout whose round is over. How long it took stands elsewhere, so that equal runs write equal bytes.
    init(_ rollout: Rollout) {
        (round, prompts, steps) = (rollout.round, rollout.prompts, rollout.steps)
        (scores, judgements) = (rollout.scores, rollout.judgements)
        (seconds, updates) = (0, [])
    }

    func round(_ state: [String: Tensor], trainer: GRPOTrainer, path: String) throws -> GRPOTrainer.PendingRound {
        let rollout = try rollout(state, trainer: trainer, path: path)
        return GRPOTrainer.PendingRound(rollout: rollout, parts: try trainer.parts(of: rollout), updates: updates)
    }

    func rollout(_ state: [String: Tensor], trainer: GRPOTrainer, path: String) throws -> Rollout {
        func tensor(_ name: String) throws -> Tensor {
            guard let tensor = state[name] else {
                throw RhumbError.notACheckpoint(path, reason: "its rollout lacks '\(name)'")
            }
            return tensor
        }
        let options = trainer.options, plan = trainer.stepPlan
        let samples = try (0...plan.timesteps.count).map { try tensor("sample.\($0)") }
        var trained: [Int: Rollout.TrainedStep] = [:]
        for step in steps {
            trained[step] = .init(
                mean: try tensor("mean.\(step)"), logProbability: try tensor("log_probability.\(step)"))
        }
        return Rollout(
            round: round, prompts: prompts, kept: trainer.areKept(prompts), groupSize: options.group,
            timesteps: plan.timesteps, sigmas: plan.sigmas, samples: samples, trained: trained,
            context: try trainer.pipeline.context(of: prompts), emptyContext: trainer.emptyContext,
            startContext: try trainer.startContext(of: prompts),
            images: try withoutGradients { try trainer.pictures(samples[samples.count - 1], progress: nil) },
            scores: scores,
            judgements: judgements, advantages: try trainer.advantages(of: scores), seconds: seconds)
    }
}
