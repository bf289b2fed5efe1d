import Files
import FoundationEssentials
import Glibc
import Language

/// Looks at a run's folder while another process writes into it.
package final class RunWatcher {
    package let folder: String
    private var pictures: (file: FileState, pictures: LivePictures)?

    /// What a look at the folder shows.
    package struct Glance {
        package enum State: Equatable {
            case running
            /// It says that it runs, and its process has gone.
            case dead
            /// It has come to its end, however that was.
            case over(Manifest.Status)

            package var isOver: Bool { self != .running }
        }

        package let folder: String
        package let manifest: Manifest
        package let state: State
        /// The cell that is worked on, or that the run ended in; nil before the first and after the last.
        package let cell: Manifest.Cell?
        /// The first line of its code that is not a comment.
        package let code: String
        /// Seconds that the run and the cell have taken.
        package let seconds, cellSeconds: Double
        package let progress: LiveProgress?
        package let pictures: LivePictures?
        /// The transcript, without empty lines and fences.
        package let transcript: [String]
    }

    /// - Throws: `RunError.notARun`.
    package init(_ folder: String) throws {
        self.folder = folder
        guard FileManager.default.fileExists(atPath: folder + "/" + Manifest.fileName) else {
            throw RunError.notARun(folder)
        }
    }

    /// The run below a folder that was written into last; one that is at work before those that are not.
    ///
    /// - Throws: `RunError.noRuns`.
    package static func newest(below parent: String) throws -> RunWatcher {
        func children(_ path: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).map { path + "/" + $0 }
        }
        // A sweep has its runs one folder further down.
        let first = children(parent)
        let runs = (first + first.flatMap(children)).compactMap { path in
            FileState(path + "/" + Manifest.fileName).map { (path: path, time: $0.time) }
        }.sorted { $0.time > $1.time }
        guard let newest = runs.first(where: { FolderLock.isHeld($0.path) == true }) ?? runs.first else {
            throw RunError.noRuns(parent)
        }
        return try RunWatcher(newest.path)
    }

    /// - Throws: `FileError` when a file of the run can't be understood.
    package func look() throws -> Glance {
        // The lock first: a run that ends in between has then ended in its manifest too.
        let isHeld = FolderLock.isHeld(folder)
        let manifest = try Manifest(readingFolder: folder)
        let state: Glance.State =
            manifest.status != .running ? .over(manifest.status) : isHeld == false ? .dead : .running
        let progress = manifest.status == .running ? self.progress() : nil
        let unfinished = manifest.cells.first { ![.complete, .skipped].contains($0.status) }
        // A resumed run is at work on cells that were complete before.
        let atWork = state == .running ? progress.flatMap { at in manifest.cells.first { $0.number == at.cell } } : nil
        let cell = atWork ?? unfinished
        let since = cell?.status == .running ? secondsOfCell(isAtWork: state == .running) : 0
        return Glance(
            folder: folder, manifest: manifest, state: state, cell: cell,
            code: cell.map { code(of: $0, manifest) } ?? "",
            seconds: manifest.seconds + since, cellSeconds: cell?.seconds ?? since, progress: progress,
            pictures: latestPictures(), transcript: transcript())
    }

    /// Seconds since the cell began, when the manifest was written; to the last sign of life of one that was killed.
    private func secondsOfCell(isAtWork: Bool) -> Double {
        func time(_ name: String) -> Double? { FileState(folder + "/" + name)?.time }
        let signs = [RunFolder.progress, RunFolder.transcript, RunFolder.latestPictures].compactMap(time)
        let end = isAtWork ? Date().timeIntervalSince1970 : signs.max() ?? 0
        return max(0, end - (time(Manifest.fileName) ?? end))
    }

    /// Whether a process writes into a run's folder; nil where the file system can't tell.
    package static func isAtWork(_ folder: String) -> Bool? { FolderLock.isHeld(folder) }

    private func text(_ name: String) -> String? {
        (try? FileContents.bytes(of: URL(filePath: folder + "/" + name))).map { String(decoding: $0, as: UTF8.self) }
    }

    private func progress() -> LiveProgress? {
        (try? FileContents.json(URL(filePath: folder + "/" + RunFolder.progress))).flatMap(LiveProgress.init)
    }

    private func code(of cell: Manifest.Cell, _ manifest: Manifest) -> String {
        let recipe = text(RunFolder.copy(of: manifest.recipe.path)) ?? ""
        let lines = recipe.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(cell.line - 1)
            .map { $0.trimmingPrefix(while: \.isWhitespace) }
        return lines.prefix { !$0.hasPrefix("```") }.first { !$0.isEmpty && !$0.hasPrefix("#") }.map(String.init) ?? ""
    }

    private func latestPictures() -> LivePictures? {
        let path = folder + "/" + RunFolder.latestPictures
        guard let file = FileState(path) else { return nil }
        if let pictures, pictures.file == file { return pictures.pictures }
        let fresh = LivePictures {
            (try? FileContents.bytes(of: URL(filePath: path))).flatMap { PictureSheet(png: $0) }
        }
        pictures = (file, fresh)
        return fresh
    }

    private func transcript() -> [String] {
        (text(RunFolder.transcript) ?? "").split(separator: "\n").filter { !$0.hasPrefix("```") }.map(String.init)
    }
}

/// Tells a file from the one that takes its place.
private struct FileState: Equatable {
    /// Of the last change, seconds since 1970.
    let time: Double
    private let size: Int
    private let inode: UInt

    /// Nil where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        time = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
        (size, inode) = (Int(status.st_size), UInt(status.st_ino))
    }
}
