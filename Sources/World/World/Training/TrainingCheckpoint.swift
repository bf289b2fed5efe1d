import Basics
import Files
import Foundation
import Tensor

/// The state of a training run on disk: weights, optimiser and running average as one safetensors file, with the
/// options, the history and the checks of the run in its metadata.
struct TrainingCheckpoint {
    /// The name of a run's state in its folder.
    static let name = "checkpoint.safetensors"

    /// What is being trained, as the file's metadata call it: "mini-clip training".
    let kind: String
    let step: Int
    private let file: SafetensorsFile

    /// Writes everything the next step depends on, as one file that replaces the former one when it is whole.
    ///
    /// - Parameter folder: is made where there is none.
    static func write<Trainer: ResumableTrainer>(_ trainer: Trainer, to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var state: [String: Tensor] = [:]
        for (name, tensor) in trainer.optimiser.parameters { state["parameter.\(name)"] = tensor.detached() }
        for (name, tensor) in try trainer.optimiser.state() { state["optimiser.\(name)"] = tensor }
        for (name, tensor) in try trainer.average.state() { state["average.\(name)"] = tensor }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        func text(_ part: some Encodable) throws -> String { String(decoding: try encoder.encode(part), as: UTF8.self) }
        try Safetensors.write(
            state, to: folder.appendingPathComponent(name),
            metadata: [
                "kind": Trainer.checkpointKind, "step": "\(trainer.completed)", "options": text(trainer.options),
                "history": text(trainer.history), "checks": text(trainer.checks),
            ])
    }

    /// Opens the checkpoint of a folder.
    ///
    /// - Throws: `RhumbError` for a file that is no checkpoint of this kind, or a fault of the file itself.
    init(_ kind: String, in folder: URL) throws {
        file = try SafetensorsFile(folder.appendingPathComponent(Self.name))
        guard file.metadata["kind"] == kind, let step = file.metadata["step"].flatMap(Int.init) else {
            throw RhumbError.notACheckpoint(file.url.path, of: kind)
        }
        (self.kind, self.step) = (kind, step)
    }

    /// `options`, `history` or `checks` as they were written.
    func decoded<Part: Decodable>(_ key: String) throws -> Part {
        guard let text = file.metadata[key], let part = try? JSONDecoder().decode(Part.self, from: Data(text.utf8))
        else {
            throw RhumbError.notACheckpoint(file.url.path, of: kind)
        }
        return part
    }

    /// Puts weights, optimiser, average and record where they were.
    func restore<Trainer: ResumableTrainer>(_ trainer: Trainer) throws {
        func state(_ prefix: String) throws -> [String: Tensor] {
            var state: [String: Tensor] = [:]
            for name in file.names where name.hasPrefix(prefix) {
                state[String(name.dropFirst(prefix.count))] = try file.tensor(name)
            }
            return state
        }
        let parameters = try state("parameter.")
        for (name, tensor) in trainer.optimiser.parameters {
            guard let saved = parameters[name], saved.shape == tensor.shape else {
                throw RhumbError.notACheckpoint(file.url.path, of: kind, without: name)
            }
            try withoutGradients { try tensor.assign(saved) }
        }
        try trainer.optimiser.restore(state("optimiser."))
        try trainer.average.restore(state("average."))
        (trainer.completed, trainer.history) = (step, try decoded("history"))
        trainer.checks = try decoded("checks")
    }
}
