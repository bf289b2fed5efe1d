import Basics
import Files
import Language
import Ranks
import Tensor

/// A host whose code may be kept from writing wherever it likes.
package protocol ConfiningHost: SessionHost {
    /// The folder that code may write into, and into no other; nil where it may write anywhere.
    var onlyFolder: String? { get }
    /// - Throws: `RhumbError` where safe mode does not let code write there.
    func mayWrite(_ path: String) throws
}

/// The interpreter's way to the front.
final class HostAdapter: ConfiningHost {
    weak var front: (any Front)?
    weak var session: Session?
    let onlyFolder: String?
    private let safe: SafeFolders?
    private let artefacts: Artefacts?
    private let settings: [String: String]
    let isShort: Bool
    /// The first thing that went wrong with keeping a result since it was last asked for.
    private var problem: (any Error)?
    /// Title of the first figure since it was last asked for.
    private var figureTitle: String?
    /// Files and folders that the code read, in the order of first use.
    private(set) var inputs: [(path: String, name: String)] = []
    /// What the code did with files since it was last asked for.
    private var fileLog = FileLog()

    init(
        front: any Front, artefacts: Artefacts?, settings: [String: String], isShort: Bool, onlyFolder: String?,
        safe: SafeFolders?
    ) {
        self.front = front
        self.onlyFolder = onlyFolder
        self.safe = safe
        self.artefacts = artefacts
        self.settings = settings
        self.isShort = isShort
    }

    func takeProblem() -> (any Error)? {
        defer { problem = nil }
        return problem
    }

    func takeFileLog() -> FileLog {
        defer { fileLog = FileLog() }
        return fileLog
    }

    func takeFigureTitle() -> String? {
        defer { figureTitle = nil }
        return figureTitle
    }

    /// Results come in the middle of code that can't be told of a full disk: the statement ends in that error later.
    @discardableResult
    private func attempt<Result>(_ body: () throws -> Result) -> Result? {
        guard problem == nil else { return nil }
        do {
            return try body()
        } catch is Interruption {
            problem = Interruption()
        } catch let error as FileError {
            problem = RhumbError(error.message, hint: error.hint)
        } catch let error as any ExplainedError {
            problem = RhumbError(error.message, hint: error.hint)
        } catch {
            problem = RhumbError("\(error)")
        }
        return nil
    }

    // MARK: SessionHost

    func write(_ text: String) { front?.receive(.text(text)) }

    func note(_ text: String) { front?.receive(.note(text)) }

    func show(_ value: Value) {
        if case .table(let table) = value { return show(table) }
        var attachment: Attachment?
        if case .object(let object) = value { attachment = attempt { try object.attachment() } ?? nil }
        let saved = attachment.flatMap(save)
        front?.receive(.value(value, display: value.display(width: width), file: saved?.files.first))
        if let attachment { front?.receive(.figure(attachment, saved: saved)) }
    }

    /// - Parameter isWhole: whether every row and column is to be shown.
    func show(_ table: Table, isWhole: Bool = false) {
        let file = artefacts.flatMap { artefacts in
            artefacts.isRun ? attempt { try artefacts.save(table) } : nil
        }
        let display =
            !isWhole
            ? table.display(width: width)
            : front?.scrolls == true ? table.display(width: .max, rows: .max) : table.wholeText(width: width)
        front?.receive(.value(.table(table), display: display, file: file))
    }

    func attach(_ attachment: Attachment) { front?.receive(.figure(attachment, saved: save(attachment))) }

    private func save(_ attachment: Attachment) -> SavedFigure? {
        figureTitle = figureTitle ?? attachment.title
        return artefacts.flatMap { artefacts in attempt { try artefacts.save(attachment) } }
    }

    func progress(_ progress: StepProgress) { front?.receive(.progress(progress)) }

    var isInterrupted: Bool {
        front?.poll()
        return Ranks.poll() || Interrupt.isRequested
    }

    /// Of a recipe's run alone: what is named at the prompt or on the command line is named from where the user stands.
    var outputFolder: String? {
        artefacts.flatMap { artefacts in artefacts.isRun ? attempt { try artefacts.folder().path } : nil }
    }

    var width: Int { front?.width ?? 100 }

    func parameter(_ name: String) -> String? { settings[name] }

    func mayRead(_ path: String) throws {
        if let safe, !safe.mayRead(path) { throw RhumbError.unsafeRead(path) }
    }

    func mayWrite(_ path: String) throws {
        if let safe, !safe.mayWrite(path) { throw RhumbError.unsafeWrite(path) }
    }

    func didRead(_ path: String, as name: String) {
        if !inputs.contains(where: { $0.path == path }) { inputs.append((path, name)) }
        let path = FileUse.absolute(path)
        guard !fileLog.hasWritten(path), !fileLog.reads.contains(where: { $0.path == path }) else { return }
        fileLog.reads.append((path, name, FileStamp(path)))
    }

    func willMatch(_ pattern: String) { fileLog.patterns.append(FileUse.absolute(pattern)) }

    func willWrite(_ path: String) {
        let path = FileUse.absolute(path)
        fileLog.writes.append(path)
        artefacts?.note(path: path)
    }

    func pause(at place: Place) throws {
        let reason: String?
        if safe != nil {
            reason = "safe mode opens no prompt"
        } else if Ranks.count > 1 {
            reason = "several processes run the program together"
        } else if let session, let end = front?.pause(session, at: place) {
            if end == .quits { throw Interruption() }
            return
        } else {
            reason = nil
        }
        note(place.passed(because: reason))
    }

    var peakRate: (float32: Double, bfloat16: Double)? { Engine.peakRate }

    func willLookOutside() { fileLog.lookedOutside = true }

    func stateFolder() -> String? { artefacts.flatMap { artefacts in attempt { try artefacts.stateFolder() } ?? nil } }
}
