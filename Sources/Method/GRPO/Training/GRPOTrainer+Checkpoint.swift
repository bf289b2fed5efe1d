import Basics
import Files
import Foundation
import Tensor
import Training

extension GRPOTrainer {
    private static let secondsName = "seconds.json"

    /// Writes everything the next update depends on, as one file that replaces the former one when it is whole:
    /// weights, moments, running average, history and the rollout, in the middle of a round the one under way, else the
    /// last.
    ///
    /// Two runs that did the same write the same bytes; how long rounds took stands in a file of its own.
    /// - Parameter folder: is made where there is none.
    public func saveCheckpoint(to folder: URL) throws {
        var state = try learner.base.state()
        for (name, tensor) in learner.old?.state() ?? [:] { state["old.\(name)"] = tensor }
        var metadata = [
            "model": try modelFingerprint(), "reward": reward.name,
            "round": "\(completed)", "options": try Checkpoint.text(options),
            "prompts": try Checkpoint.text(prompts.texts),
            "kept": try Checkpoint.text(prompts.preserved.texts), "history": try Checkpoint.text(history),
        ]
        if let examples { metadata["examples"] = try examples.fingerprint() }
        if let pending {
            for (name, tensor) in pending.rollout.state { state["rollout.\(name)"] = tensor }
            metadata["pending"] = try Checkpoint.text(StoredRound(pending))
        } else if let lastRollout {
            for (name, tensor) in lastRollout.state { state["rollout.\(name)"] = tensor }
            metadata["last"] = try Checkpoint.text(StoredRound(lastRollout))
        }
        let watch = try watchState()
        state.merge(watch.tensors) { $1 }
        metadata.merge(watch.metadata) { $1 }
        try Checkpoint.write(Self.checkpointKind, state, metadata: metadata, to: folder)
        try AtomicFile.write(Checkpoint.text(seconds), to: folder.appendingPathComponent(Self.secondsName))
    }

    /// Continues a saved run, exactly as if it had never stopped. This trainer must have been made as that run's was:
    /// from the same model, with the same reward, prompts and options. Only the number of rounds may differ.
    ///
    /// - Throws: `RhumbError` for a file that is not a checkpoint of such a run, naming what differs; this trainer is
    ///   then as it was.
    public func restore(from folder: URL) throws {
        let file = try Checkpoint(Self.checkpointKind, in: folder, called: "a GRPO run")
        try checkIdentity(file)
        let history: [RoundMetrics] = try file.decoded("history")
        let stored: StoredRound? = file.metadata["pending"] == nil ? nil : try file.decoded("pending")
        let last: StoredRound? = file.metadata["last"] == nil ? nil : try file.decoded("last")
        let pending = try stored.map { try $0.round(file.tensors("rollout."), of: self, file) }
        let lastRollout = try last.map { try $0.rollout(file.tensors("rollout."), of: self, file) }
        let old = try file.tensors("old.")
        try learner.old?.check(old, file)
        let watch = try storedWatch(file)
        try learner.base.restore(from: file) { name, shape in
            RhumbError.anotherModel(file.path, difference: "it has no '\(name)' of shape \(shape)")
        }
        try learner.old?.restore(old)
        (self.history, self.pending, completed) = (history, pending, history.count)
        self.lastRollout = pending?.rollout ?? lastRollout
        (watched, best) = (watch.watched, watch.best)
        let timings = try? JSONDecoder().decode(
            [Double].self, from: Data(contentsOf: folder.appendingPathComponent(Self.secondsName)))
        seconds = Array(((timings ?? []) + [Double](repeating: 0, count: completed)).prefix(completed))
    }

    private func checkIdentity(_ file: Checkpoint) throws {
        let path = file.path
        let saved: GRPOOptions = try file.decoded("options")
        let (prompts, preserved): ([String], [String]) = (try file.decoded("prompts"), try file.decoded("kept"))
        var differences: [String] = []
        var mine = options
        // Where the rate falls to the last round, another number of rounds is another run.
        if mine.rateShape == .constant { mine.rounds = saved.rounds }
        if mine.seed != saved.seed { differences.append("seed \(saved.seed) there, \(mine.seed) here") }
        differences += saved.differences(from: mine).map { "\($0.name) \($0.value) there, \($0.paper) here" }
        if case (.each(let there), .each(let here)) = (saved.klPrompt, mine.klPrompt), there != here {
            differences.append("other texts of 'kl_prompt'")
        }
        if prompts != self.prompts.texts {
            differences.append(
                prompts.count == self.prompts.count
                    ? "other prompts" : "\(prompts.count) prompts there, \(self.prompts.count) here")
        }
        if preserved != self.prompts.preserved.texts { differences.append("other prompts kept") }
        if let name = file.metadata["reward"], name != reward.name {
            differences.append("reward '\(name)' there, '\(reward.name)' here")
        }
        if file.metadata["examples"] != (try examples?.fingerprint()) { differences.append("other pictures given") }
        if file.metadata["watch"] != watch?.identity {
            differences.append(
                "evaluated by \(file.metadata["watch"] ?? "nothing") there, by \(watch?.identity ?? "nothing") here")
        }
        guard differences.isEmpty else { throw RhumbError.anotherRun(path, differences: differences) }
        guard file.metadata["model"] == (try modelFingerprint()) else {
            throw RhumbError.anotherModel(path, difference: "the weights it began with are not these")
        }
    }

    /// Tells one start from another: names, shapes and the first numbers of every weight, and the noise schedule.
    func modelFingerprint() throws -> String {
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
}
