import Files
import FoundationEssentials
import Glibc

/// The blocks typed in earlier sessions, one per line in a file of its own.
///
/// Each block is appended as soon as it is typed, in one write under a lock, so that several prompts share the file and
/// a killed one loses nothing. When it has grown to twice the limit, opening it writes the newest part anew.
package struct HistoryFile {
    package let path: String
    /// How many blocks to keep.
    package let limit: Int

    package init(path: String, limit: Int) {
        self.path = path
        self.limit = limit
    }

    /// `$XDG_STATE_HOME/rhumb/history`, by default below `~/.local/state`; nil without a home folder.
    package static func standardPath(environment: [String: String]) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/rhumb/history" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/state/rhumb/history"
    }

    /// The newest blocks, oldest first; none when there is no such file.
    package func load() -> [String] {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return [] }
        var lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
        if lines.count > 2 * limit {
            lines.removeFirst(lines.count - limit)
            compact(lines)
        }
        return lines.suffix(limit).map(Self.unescaped)
    }

    /// Adds a block. A history that can't be written is no reason to bother whoever is typing.
    package func append(_ block: String) {
        let folder = URL(filePath: path).deletingLastPathComponent()
        try? FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        flock(descriptor, LOCK_EX)
        let line = Array((Self.escaped(block) + "\n").utf8)
        _ = write(descriptor, line, line.count)
    }

    private func compact(_ lines: [Substring]) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        flock(descriptor, LOCK_EX)
        try? AtomicFile.write(lines.joined(separator: "\n") + "\n", to: URL(filePath: path))
    }

    static func escaped(_ block: String) -> String {
        block.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    static func unescaped(_ line: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in line {
            switch (isEscaped, character) {
            case (false, "\\"): isEscaped = true
            case (true, "n"):
                result += "\n"
                isEscaped = false
            default:
                result.append(character)
                isEscaped = false
            }
        }
        return result
    }
}
