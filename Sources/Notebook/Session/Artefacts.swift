import Checkpoint
import FoundationEssentials
import Language
import Tensor

/// The files that code leaves: figures and shown tables, numbered in the order they come.
///
/// The folder is only made when there is something to put into it.
public final class Artefacts {
    private let make: () throws -> RunFolder
    private var made: RunFolder?
    /// What the files of the cell being run are called, where it has a name.
    var cellName: String?
    /// The cell being run, from 1; nil where there are no cells, and nothing is ever resumed.
    var cellNumber: Int? { didSet { stateCount = 0 } }
    private var stateCount = 0
    private var figureCount = 0
    private var tableCount = 0
    /// Names of files saved since they were last taken, relative to the folder.
    private var fresh: [String] = []

    /// Whether tables that are shown go into files too.
    let keepsTables: Bool

    /// - Parameter make: called at most once.
    public init(keepsTables: Bool = true, _ make: @escaping () throws -> RunFolder) {
        self.keepsTables = keepsTables
        self.make = make
    }

    /// Figures alone, into a folder of the current one that is made when the first comes: `runs/prompt-20250131-142501`.
    public static func figures(named name: String) -> Artefacts {
        Artefacts(keepsTables: false) { try RunFolder.create(in: "runs", name: name, date: Date()) }
    }

    public func folder() throws -> RunFolder {
        if let made { return made }
        let folder = try make()
        made = folder
        return folder
    }

    /// A folder for the state of long work of the cell: `checkpoints/cell-3-1`. The n-th call of a cell gives the same
    /// path whenever that cell runs.
    func stateFolder() throws -> String? {
        guard let cellNumber else { return nil }
        stateCount += 1
        return try folder().path + "/\(RunFolder.checkpoints)/\(cellName ?? "cell-\(cellNumber)")-\(stateCount)"
    }

    func save(_ attachment: Attachment) throws -> SavedFigure {
        figureCount += 1
        let saved = try folder().save(attachment, as: Self.fileName(figureCount, cellName ?? attachment.title))
        fresh += saved.files
        return saved
    }

    /// - Returns: the file, relative to the folder.
    func save(_ table: Table) throws -> String {
        tableCount += 1
        let file = try folder().save(table, as: Self.fileName(tableCount, cellName ?? ""))
        fresh.append(file)
        return file
    }

    /// Saves a table that an earlier run has written.
    ///
    /// - Returns: the file, relative to the folder.
    func save(tableFile bytes: [UInt8]) throws -> String {
        tableCount += 1
        let file = "\(RunFolder.tables)/\(Self.fileName(tableCount, cellName ?? "")).csv"
        try folder().write(bytes, to: file)
        fresh.append(file)
        return file
    }

    /// A variable at the end of a run.
    enum Variable {
        case made(Value)
        /// One that was not needed and can't be brought back: as an earlier run wrote it down.
        case unmade(JSON, [String: Tensor])
    }

    /// Writes all variables as `values.json`; tables go into files of their own, which it names, and elements of tensors
    /// into `values.safetensors`.
    func save(_ variables: [(name: String, value: Variable)]) throws {
        let folder = try folder()
        var writer = ValueWriter()
        var members: [JSON.Member] = []
        for (name, value) in variables {
            switch value {
            case .made(.function): continue
            case .made(.table(let table)):
                let file = try folder.save(table, as: name)
                members.append(
                    .init(
                        name,
                        [
                            "type": "table", "rows": .integer(table.rowCount), "file": .string(file),
                            "columns": try writer.columns(table, named: name),
                        ]))
            case .made(let value): members.append(.init(name, try writer.json(value, named: name)))
            case .unmade(let json, let tensors):
                members.append(.init(name, json))
                writer.add(tensors)
            }
        }
        let tensors = folder.url.appending(path: RunFolder.tensors)
        if writer.tensors.isEmpty {
            try? FileManager.default.removeItem(at: tensors)
        } else {
            try Safetensors.write(writer.tensors, to: tensors)
        }
        try folder.write(JSON.object(members).text(indent: 2) + "\n", to: RunFolder.values)
    }

    /// The files saved since the last call.
    func takeFresh() -> [String] {
        defer { fresh = [] }
        return fresh
    }

    /// `03-steering-strength`. What stands before a colon names the figure; the rest describes it to who can't see it.
    private static func fileName(_ number: Int, _ title: String) -> String {
        let digits = number < 10 ? "0\(number)" : "\(number)"
        let words = String(title.prefix { $0 != ":" }).slug
        return words.isEmpty ? digits : digits + "-" + words
    }
}
