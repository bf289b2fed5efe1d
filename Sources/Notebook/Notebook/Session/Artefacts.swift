import Files
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

    /// Whether the folder is that of a recipe's run: then tables that are shown go into files too, and so does what the
    /// code saves under a relative path.
    let isRun: Bool
    /// Figures of a session without a run, by the checksum of their bytes: what is shown twice is kept once.
    private var figures: [String: SavedFigure] = [:]

    /// - Parameter make: called at most once.
    public init(isRun: Bool = true, _ make: @escaping () throws -> RunFolder) {
        self.isRun = isRun
        self.make = make
    }

    /// Figures alone, into a folder of the current one that is made when the first comes:
    /// `runs/prompt-20250131-142501`.
    public static func figures(named name: String) -> Artefacts {
        Artefacts(isRun: false) { try RunFolder.create(in: "runs", name: name, date: Date()) }
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
        let name = "\(RunFolder.checkpoints)/\(cellName ?? "cell-\(cellNumber)")-\(stateCount)"
        try folder().take(name)
        return try folder().path + "/" + name
    }

    func save(_ attachment: Attachment) throws -> SavedFigure {
        let digest = isRun ? nil : try Self.digest(attachment)
        if let digest, let saved = figures[digest], saved.files.allSatisfy(isThere) { return saved }
        figureCount += 1
        let saved = try folder().save(attachment, as: Self.fileName(figureCount, cellName ?? attachment.title))
        fresh += saved.files
        if let digest { figures[digest] = saved }
        return saved
    }

    private func isThere(_ file: String) -> Bool { made.map { FileKind(of: $0.path + "/" + file) == .file } ?? false }

    private static func digest(_ attachment: Attachment) throws -> String {
        let sums = try attachment.forms.map { form in
            form.type + " " + (try form.bytes.withUnsafeBytes { try SHA256.hex(of: $0) })
        }
        return ([attachment.title] + sums).joined(separator: "\n")
    }

    /// Takes note of a path that the code is about to write; one in the run's folder belongs to the run.
    func note(path: String) { made?.note(path: path) }

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

    /// Writes all variables as `values.json`; tables go into files of their own, which it names, and elements of
    /// tensors into `values.safetensors`.
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
        if writer.tensors.isEmpty {
            folder.remove(RunFolder.tensors)
        } else {
            try Safetensors.write(writer.tensors, to: folder.place(RunFolder.tensors))
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
