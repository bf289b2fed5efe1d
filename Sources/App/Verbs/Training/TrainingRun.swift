import Files
import Foundation
import Language

/// A run that trains something one step at a time, can be saved, and goes on from there as if it had never stopped:
/// what `step`, `train`, `checkpoint`, `resume` and `doctor` work on.
///
/// A kind of run joins those verbs by a value that follows this protocol and by its line in `TrainingRunKind.all`.
protocol TrainingRun: ObjectValue {
    /// Steps done.
    var completed: Int { get }
    /// Steps in all; nil for a run that has no end of its own.
    var planned: Int? { get }
    /// `step 3 of 1500`, or `step 3` where there is no end.
    var position: String { get }
    /// The numbers of the last step, ready to read beside a progress bar: `loss 0.31  accuracy 0.92`.
    var progressDetail: String { get }

    /// The metric to follow while it trains.
    var curve: StepProgress.Curve { get }
    /// The pictures it works with; the same object as long as they are the same. Nil where there are none.
    var pictures: LivePictures? { get }

    /// One more step.
    ///
    /// When it throws, also because it was cancelled, the run is as it was after the last complete update.
    /// - Parameter report: told how far a long step has come; what it throws ends the step.
    func advance(reporting report: @escaping (StepProgress.Part) throws -> Void) throws

    /// A row a step.
    ///
    /// - Parameter first: how many steps to leave out at the beginning.
    func history(from first: Int) throws -> Table

    /// Whether `check(count:)` means something here.
    var hasChecks: Bool { get }
    /// Judges the weights so far on data that training never sees, and remembers the result.
    ///
    /// - Parameter count: examples of each group.
    func check(count: Int) throws

    /// Writes the run's folder: its state, its curves, and what it trained once it is finished.
    func save(to folder: URL) throws

    /// Goes on where a checkpoint of this very run stands.
    ///
    /// - Throws: when it is that of another one; the run is then as it was.
    func restore(from folder: URL) throws

    /// What looks right or wrong about the run so far.
    func diagnosis() throws -> [Installation.Check]
}

extension TrainingRun {
    var isFinished: Bool { planned.map { completed >= $0 } ?? false }

    var position: String { "step \(completed)" + (planned.map { " of \($0)" } ?? "") }

    var pictures: LivePictures? { nil }

    func history() throws -> Table { try history(from: 0) }

    var hasChecks: Bool { false }
    func check(count: Int) throws {}

    func diagnosis() throws -> [Installation.Check] { try HistoryDiagnosis.checks(history()) }
}

/// A kind of training run, as `resume` finds it by what its checkpoint says.
struct TrainingRunKind {
    /// What the language calls its values: `clip_trainer`.
    let typeName: String
    /// What the metadata of its checkpoints have under `kind`.
    let checkpointKind: String
    /// Continues the run whose checkpoint is in a folder.
    let resume: (URL) throws -> any TrainingRun

    /// The state of every run, in its folder.
    static let checkpointName = "checkpoint.safetensors"

    static var all: [TrainingRunKind] {
        [
            CLIPTrainerValue.kind, VAETrainerValue.kind, UNetTrainerValue.kind, DetectorTrainerValue.kind,
            TrainerValue.kind,
        ]
    }

    /// The type of a parameter that takes any run.
    static var anyRun: ValueType { .either(all.map { .object($0.typeName) }) }

    /// How many steps the run in a folder had done when it was saved; nil where there is no checkpoint.
    static func step(in folder: URL) -> Int? {
        let metadata = try? SafetensorsFile(folder.appendingPathComponent(checkpointName)).metadata
        return (metadata?["step"] ?? metadata?["round"]).flatMap { Int($0) }
    }

    /// The kind of run whose checkpoint is in a folder.
    static func kind(of folder: URL, _ call: Arguments) throws -> TrainingRunKind {
        let url = folder.appendingPathComponent(checkpointName)
        // Mapped, since nothing but the header is looked at.
        let written = try SafetensorsFile(url, mapsLargeFiles: true).metadata["kind"] ?? ""
        guard let kind = all.first(where: { $0.checkpointKind == written }) else {
            throw call.failure(
                "folder", "'\(url.path)' is no checkpoint of a training run",
                hint: "name the folder that 'train' or 'checkpoint' wrote into")
        }
        return kind
    }
}
