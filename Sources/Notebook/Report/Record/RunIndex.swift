import Basics
import Files
import FoundationEssentials
import Language
import Notebook

/// The runs of a folder, newest first.
struct RunIndex {
    let folder: String
    private(set) var entries: [Entry]
    /// Folders of runs that can't be understood, by name.
    private(set) var damaged: [Damaged] = []

    struct Damaged {
        /// Of its folder.
        let name: String
        /// What is wrong, in a sentence.
        let reason: String

        init(_ name: String, _ error: any Error) {
            self.name = name
            reason =
                switch error {
                case let error as FileError: error.message
                case let error as any ExplainedError: error.message
                case let error as Diagnostic: "'\(name)': \(error.message), at \(error.span.description)"
                default: "'\(name)': \(error)"
                }
        }
    }

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

    /// - Throws: `RunError.noRuns` when the folder can't be listed.
    init(folder: String) throws {
        self.folder = folder
        let manager = FileManager.default
        let names: [String]
        do {
            names = try manager.contentsOfDirectory(atPath: folder)
        } catch {
            throw RunError.noRuns(folder)
        }
        var entries: [Entry] = []
        for name in names.sorted() where manager.fileExists(atPath: "\(folder)/\(name)/\(Manifest.fileName)") {
            do {
                entries.append(try Entry(name: name, in: folder))
            } catch RunError.notARun {
                // Someone else's manifest: no run, and nothing is wrong with it.
                continue
            } catch {
                damaged.append(Damaged(name, error))
            }
        }
        self.entries = entries.sorted { ($0.manifest.started, $0.name) > ($1.manifest.started, $1.name) }
    }

    /// A run that looked well until more of it was read.
    mutating func take(_ name: String, asDamagedBy error: any Error) {
        entries.removeAll { $0.name == name }
        damaged.append(Damaged(name, error))
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
