import Notebook
import Files
import Foundation
import Language
import Training

/// A training run in the language: what `step`, `train`, `checkpoint`, `resume` and `doctor` work on.
///
/// A kind of run joins those verbs by a value that follows this protocol and by its line in `TrainingRunKind.all`.
protocol TrainingRun: ObjectValue {
    associatedtype RunTrainer: Trainer
    var trainer: RunTrainer { get }

    /// The numbers of the last step, ready to read beside a progress bar: `loss 0.31  accuracy 0.92`.
    var progressDetail: String { get }
    /// The metric to follow while it trains.
    var curve: StepProgress.Curve { get }
    /// The pictures it works with; the same object as long as they are the same. Nil where there are none.
    var pictures: LivePictures? { get }
    /// What a part of an update is called: "round 3: sample".
    func label(of part: String) -> String
}

extension TrainingRun {
    var pictures: LivePictures? { nil }
    func label(of part: String) -> String { part }

    func history() throws -> Table { try Table(trainer.historyColumns) }
}

/// A kind of training run, as `resume` finds it by what its checkpoint says.
struct TrainingRunKind {
    /// What the language calls its values: `clip_trainer`.
    let typeName: String
    /// What the metadata of its checkpoints have under `kind`.
    let checkpointKind: String
    /// Continues the run whose checkpoint is in a folder.
    let resume: (URL) throws -> any TrainingRun

    static var all: [TrainingRunKind] {
        [
            CLIPTrainerValue.kind, VAETrainerValue.kind, UNetTrainerValue.kind, DetectorTrainerValue.kind,
            TrainerValue.kind,
        ]
    }

    /// The type of a parameter that takes any run.
    static var anyRun: ValueType { .either(all.map { .object($0.typeName) }) }

    /// The kind of run whose checkpoint is in a folder.
    static func kind(of folder: URL, _ call: Arguments) throws -> TrainingRunKind {
        let written = try Checkpoint.kind(in: folder)
        guard let kind = all.first(where: { $0.checkpointKind == written }) else {
            throw call.failure(
                "folder",
                "'\(folder.appendingPathComponent(Checkpoint.name).path)' is not a checkpoint of a training run",
                hint: "name the folder that 'train' or 'checkpoint' wrote into")
        }
        return kind
    }
}
