import Files
import FoundationEssentials
import Language
import Notebook

/// A run as its folder has it: the recipe's parts in order, each cell with what it gave.
struct RunRecord {
    /// The run folder, as the user named it.
    let folder: String
    let manifest: Manifest
    let recipe: Recipe
    let parts: [Part]
    /// Its process has ended without bringing it to an end.
    let isKilled: Bool
    /// Seconds that it has taken, as far as can be told.
    let seconds: Double
    /// The work it was at.
    private let progress: StepProgress?

    enum Part {
        case prose(Recipe.Prose)
        case cell(Cell)
    }

    struct Cell {
        let cell: Recipe.Cell
        /// How far it came, how long it took.
        let record: Manifest.Cell
        let outputs: [Shown]

        var number: Int { cell.number }
        /// A quiet cell shows neither its code nor what it gave, unless the run ended in it.
        var isHidden: Bool { cell.attributes.isQuiet && ![.failed, .interrupted, .running].contains(record.status) }
        /// The error that ended it.
        var failure: CellOutput.Failure? {
            for case .error(let failure) in outputs where !failure.isExpected { return failure }
            return nil
        }
    }

    /// - Throws: `RunError.notARun`; `FileError`; `Diagnostic` when the recipe in the folder is broken.
    init(folder: String) throws {
        self.folder = folder
        let glance = try RunWatcher(folder).look()
        (manifest, isKilled, seconds) = (glance.manifest, glance.state == .dead, glance.seconds)
        progress = glance.progress?.progress
        let records = manifest.cells
        let bytes = try FileContents.bytes(of: URL(filePath: folder + "/" + RunFolder.copy(of: manifest.recipe.path)))
        recipe = try Recipe(path: manifest.recipe.path, text: String(decoding: bytes, as: UTF8.self))
        parts = try recipe.parts.map { part in
            switch part {
            case .prose(let prose): return .prose(prose)
            case .cell(let cell):
                let record =
                    records.first { $0.number == cell.number }
                    ?? Manifest.Cell(of: cell)
                let outputs = try RunFolder.outputs(ofCell: cell.number, in: folder)
                return .cell(Cell(cell: cell, record: record, outputs: Shown.joined(outputs)))
            }
        }
    }

    var cells: [Cell] {
        parts.compactMap { part in
            if case .cell(let cell) = part { cell } else { nil }
        }
    }

    /// The values at the end of the run, by name; empty when it did not come there.
    var values: [JSON.Member] { (try? FileContents.json(URL(filePath: folder + "/values.json")).members) ?? [] }

    /// A file of the run; nil when it is not there or outside the folder.
    func bytes(of file: String) -> [UInt8]? {
        guard !file.hasPrefix("/"), !file.split(separator: "/").contains("..") else { return nil }
        return try? FileContents.bytes(of: URL(filePath: folder + "/" + file))
    }

    /// How the run stands, in a sentence.
    var statusSentence: String {
        let ready = manifest.cells.filter { $0.status == .complete || $0.status == .skipped }.count
        let count = manifest.cells.count
        switch manifest.status {
        case .complete: return "complete"
        case .failed: return "failed in cell \(min(ready + 1, count)) of \(count)"
        case .interrupted: return "interrupted in cell \(min(ready + 1, count)) of \(count)"
        case .running where isKilled: return "killed in cell \(min(ready + 1, count)) of \(count)"
        default: return "unfinished: \(ready) of \(count) cells were done when this page was made"
        }
    }
}

extension RunRecord {
    /// What there is to say of a cell besides what it gave; nil for one that came to its end.
    func remark(on cell: Cell) -> String? {
        switch cell.record.status {
        case .running where isKilled:
            "The run ended here: its process was killed" + workDone + ". Above is what the cell had given."
        case .running: "At work when this page was made" + workDone + "; above is what the cell had given."
        case .waiting: "Not reached."
        case .skipped: "Shown, not run."
        case .interrupted: "Interrupted here."
        case .complete, .failed: nil
        }
    }

    /// `, after 12 of 40 steps of 'train' (reward 0.31)`
    private var workDone: String {
        guard let progress else { return "" }
        let count = progress.total.map { "\(progress.done) of \($0)" } ?? "\(progress.done)"
        return ", after \(count) steps of '\(progress.label)'"
            + (progress.detail.isEmpty ? "" : " (\(progress.detail))")
    }
}

extension Manifest {
    /// `Rhumb 0.1.0, oneDNN 2.6.3, …`
    var software: String {
        (["Rhumb " + version] + libraries.map { $0.name + " " + $0.version }).joined(separator: ", ")
    }
}

/// What a document shows of a cell: its outputs with those that belong together joined.
enum Shown {
    case text(String)
    case value(String, file: String?)
    case table(display: String, file: String?)
    case note(String)
    case figures([Figure])
    case error(CellOutput.Failure)

    struct Figure {
        let saved: SavedFigure
        /// How the value displays: `image 64×64  a dog`.
        let display: String

        func file(_ suffix: String) -> String? { saved.files.first { $0.hasSuffix("." + suffix) } }
    }

    /// Pieces of text become one, a figure takes the display of its value, neighbouring figures become a group.
    static func joined(_ outputs: [CellOutput]) -> [Shown] {
        var shown: [Shown] = []
        for output in outputs {
            switch output {
            case .text(let piece):
                let piece = Transcript.withoutEscapes(piece)
                if case .text(let before)? = shown.last {
                    shown[shown.count - 1] = .text(before + piece)
                } else {
                    shown.append(.text(piece))
                }
            case .value(let display, let file): shown.append(.value(display, file: file))
            case .table(let display, let file): shown.append(.table(display: display, file: file))
            case .note(let note): shown.append(.note(note))
            case .error(let failure): shown.append(.error(failure))
            case .figure(let saved):
                var display = ""
                if case .value(let own, let file?)? = shown.last, file == saved.files.first {
                    display = own
                    shown.removeLast()
                }
                let figure = Figure(saved: saved, display: display)
                if case .figures(let group)? = shown.last {
                    shown[shown.count - 1] = .figures(group + [figure])
                } else {
                    shown.append(.figures([figure]))
                }
            }
        }
        return shown
    }
}
