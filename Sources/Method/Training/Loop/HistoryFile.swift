import Files
import Foundation
import Glibc

/// `history.csv` of a run while it trains, so that others can follow it: whole with each checkpoint, and in between a
/// row longer with each step.
struct HistoryFile {
    private let url: URL
    /// In the file, as far as this object knows.
    private var rows = 0

    init(in folder: URL) { url = folder.appendingPathComponent("history.csv") }

    /// Adds the steps that the file does not have yet.
    ///
    /// - Throws: `FileError`.
    mutating func extend(_ run: any Trainer) throws {
        defer { rows = run.completed }
        // The first time replaces what an earlier process left, which may go further than the checkpoint.
        guard rows > 0 else {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            return try TableFile.write(run.historyColumns, to: url)
        }
        let text = TableFile.text(of: run.historyColumns(from: rows), as: .csv)
        let lines = text.split(separator: "\n", maxSplits: 1).dropFirst()
        guard try append(Array(lines.joined().utf8)) else { return try TableFile.write(run.historyColumns, to: url) }
    }

    /// In one piece, so that a process that is killed leaves whole lines.
    ///
    /// - Returns: false when somebody has taken the file away.
    private func append(_ bytes: [UInt8]) throws -> Bool {
        let descriptor = open(url.path, O_WRONLY | O_APPEND | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return false }
        guard descriptor >= 0 else { throw FileError.system(.write, path: url.relativePath, code: errno) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            throw FileError.system(.write, path: url.relativePath, code: errno)
        }
        return true
    }
}
