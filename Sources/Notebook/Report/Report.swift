import Files
import FoundationEssentials
import Notebook

/// Documents made from the folders that runs leave.
public enum Report {
    public enum Format: String, CaseIterable, Sendable {
        /// One page with everything in it.
        case html
        /// Markdown that shows the figures of the run folder.
        case md
        /// A Jupyter notebook with outputs, nbformat 4.5.
        case ipynb

        /// What the document is called in its run folder.
        public var fileName: String { "report." + rawValue }
    }

    /// What a folder of runs' own page is called.
    public static let indexName = "index.html"

    /// Writes the report of a run, finished or not.
    ///
    /// - Parameters:
    ///   - folder: the run's.
    ///   - file: where the document goes; nil puts it into the folder.
    ///   - isVerb: whether a name in code is that of a verb, for colours.
    /// - Returns: the path of the document.
    /// - Throws: `RunError` for a folder that no run left; `FileError` for files that can't be read or written;
    ///   `Diagnostic` when the recipe in it is broken.
    @discardableResult
    public static func write(
        _ format: Format = .html, ofRun folder: String, to file: String? = nil,
        isVerb: @escaping (String) -> Bool = { _ in false }
    ) throws -> String {
        let run = try RunRecord(folder: folder)
        let path = file ?? folder + "/" + format.fileName
        let text =
            switch format {
            case .html: RunPage(run, isVerb: isVerb).text()
            case .md: MarkdownDocument(run, file: path).text()
            case .ipynb: NotebookDocument(run).text()
            }
        try write(text, to: path, isOwn: file == nil)
        return path
    }

    /// - Parameter isOwn: whether the name is ours, in a folder of runs: then a symbolic link there is replaced. A link
    ///   that the user named is followed.
    private static func write(_ text: String, to path: String, isOwn: Bool) throws {
        if isOwn {
            RunFolder.removeLink(path)
        } else if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try RunFolder.makeFolder(String(path[..<slash]))
        }
        try AtomicFile.write(text, to: URL(filePath: path))
    }

    /// Writes the page that lists the runs of a folder, and the reports that are missing or older than their run.
    ///
    /// - Returns: the path of the page, and of each run that is damaged what is wrong with it; the page names them too.
    /// - Throws: `RunError.noRuns` when none of the folder's folders is that of a run; `FileError` when a page
    ///   can't be written.
    @discardableResult
    public static func writeIndex(
        of folder: String, to file: String? = nil, isVerb: @escaping (String) -> Bool = { _ in false }
    ) throws -> (path: String, damage: [String]) {
        var index = try RunIndex(folder: folder)
        guard !index.entries.isEmpty || !index.damaged.isEmpty else { throw RunError.noRuns(folder) }
        for entry in index.entries where !entry.hasCurrentReport {
            do {
                try write(ofRun: folder + "/" + entry.name, isVerb: isVerb)
            } catch FileError.system(let action, let path, let code) where action != .open && action != .read {
                throw FileError.system(action, path: path, code: code)
            } catch {
                index.take(entry.name, asDamagedBy: error)
            }
        }
        let path = file ?? folder + "/" + indexName
        try write(IndexPage(index, file: path).text(), to: path, isOwn: file == nil)
        return (path, index.damaged.map(\.reason))
    }
}
