import CLIP
import Checkpoint
import Foundation
import Tensor

extension CLIPTrainer {
    /// The name of a run's state in its folder.
    public static let checkpointName = "checkpoint.safetensors"
    /// What its metadata call it.
    package static let checkpointKind = "mini-clip training"

    /// Writes everything the next step depends on, as one file that replaces the former one when it is whole.
    ///
    /// - Parameter folder: is made where there is none.
    public func saveCheckpoint(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var state: [String: Tensor] = [:]
        for (name, tensor) in optimiser.parameters { state["parameter.\(name)"] = tensor.detached() }
        for (name, tensor) in try optimiser.state() { state["optimiser.\(name)"] = tensor }
        for (name, tensor) in try average.state() { state["average.\(name)"] = tensor }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try Safetensors.write(
            state, to: folder.appendingPathComponent(Self.checkpointName),
            metadata: [
                "kind": Self.checkpointKind, "step": "\(completed)",
                "options": String(decoding: try encoder.encode(options), as: UTF8.self),
                "history": String(decoding: try encoder.encode(history), as: UTF8.self),
                "checks": String(decoding: try encoder.encode(checks), as: UTF8.self),
            ])
    }

    /// Continues the run whose checkpoint is in `folder`, exactly as if it had never stopped.
    ///
    /// - Throws: `WorldError` for a file that is no checkpoint of this trainer, or a fault of the file itself.
    public convenience init(resuming folder: URL, configuration: CLIPConfiguration = MiniCLIP.configuration) throws {
        let url = folder.appendingPathComponent(Self.checkpointName)
        let file = try SafetensorsFile(url)
        func decoded<Part: Decodable>(_ key: String) -> Part? {
            file.metadata[key].flatMap { try? JSONDecoder().decode(Part.self, from: Data($0.utf8)) }
        }
        guard file.metadata["kind"] == Self.checkpointKind, let step = file.metadata["step"].flatMap(Int.init),
            let options: CLIPTrainingOptions = decoded("options"), let history: [CLIPTrainingStep] = decoded("history"),
            let checks: [CLIPTrainingCheck] = decoded("checks")
        else { throw WorldError.notACheckpoint(url.path) }
        try self.init(options, configuration: configuration)
        func state(_ prefix: String) throws -> [String: Tensor] {
            var state: [String: Tensor] = [:]
            for name in file.names where name.hasPrefix(prefix) {
                state[String(name.dropFirst(prefix.count))] = try file.tensor(name)
            }
            return state
        }
        let parameters = try state("parameter.")
        for (name, tensor) in optimiser.parameters {
            guard let saved = parameters[name], saved.shape == tensor.shape else {
                throw WorldError.notACheckpoint(url.path, without: name)
            }
            try withoutGradients { try tensor.assign(saved) }
        }
        try optimiser.restore(state("optimiser."))
        try average.restore(state("average."))
        (completed, self.history, self.checks) = (step, history, checks)
    }
}
