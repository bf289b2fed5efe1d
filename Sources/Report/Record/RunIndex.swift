import Checkpoint
import FoundationEssentials
import Notebook

/// The runs of a folder, newest first.
struct RunIndex {
    let folder: String
    let entries: [Entry]

    struct Entry {
        /// Of its folder.
        let name: String
        let manifest: Manifest
        /// Whether its report is there and as young as its manifest.
        let hasCurrentReport: Bool
        /// How it stands, in a word.
        let status: String
        /// A figure that stands for the run, relative to its folder.
        let figure: String?
    }

    /// - Throws: `CheckpointError` when the folder can't be listed or a manifest in it can't be understood.
    init(folder: String) throws {
        self.folder = folder
        let manager = FileManager.default
        let names: [String]
        do {
            names = try manager.contentsOfDirectory(atPath: folder)
        } catch {
            throw RunError.noRuns(folder)
        }
        entries = try names.filter { manager.fileExists(atPath: "\(folder)/\($0)/\(Manifest.fileName)") }
            .map { try Entry(name: $0, in: folder) }
            .sorted { ($0.manifest.started, $0.name) > ($1.manifest.started, $1.name) }
    }
}

extension RunIndex.Entry {
    fileprivate init(name: String, in folder: String) throws {
        let path = folder + "/" + name
        self.name = name
        manifest = try Manifest(readingFolder: path)
        func age(_ file: String) -> Date? {
            try? FileManager.default.attributesOfItem(atPath: path + "/" + file)[.modificationDate] as? Date
        }
        let report = age(Report.Format.html.fileName)
        let isOver = manifest.status != .running
        hasCurrentReport = isOver && report.flatMap { report in age(Manifest.fileName).map { $0 <= report } } ?? false
        let words: [Bool?: String] = [true: "running", false: "killed"]
        status = isOver ? manifest.status.rawValue : words[RunWatcher.isAtWork(path)] ?? "unfinished"
        figure = Self.headline(manifest)
    }

    /// A figure of the cell called `headline` if there is one, else the last drawing, else the last picture.
    private static func headline(_ manifest: Manifest) -> String? {
        let chosen = manifest.cells.first { $0.name == "headline" && !$0.files.isEmpty }
        let files = (chosen.map { [$0] } ?? manifest.cells).flatMap(\.files)
        return files.last { $0.hasSuffix(".svg") } ?? files.last { $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }
    }
}
