import FoundationEssentials
import Glibc

/// Editing a block in the user's own editor.
enum ExternalEditor {
    /// Opens the block in `$VISUAL`, `$EDITOR` or `vi` and gives what was saved; nil when that did not work.
    static func edit(_ block: String, environment: [String: String]) -> String? {
        let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
        let folder = FileManager.default.temporaryDirectory
        var path = Array("\(folder.path)/rhumb-XXXXXX.rhumb".utf8CString)
        let descriptor = mkstemps(&path, 6)
        guard descriptor >= 0 else { return nil }
        defer { unlink(path) }
        let bytes = Array((block + "\n").utf8)
        let written = write(descriptor, bytes, bytes.count)
        close(descriptor)
        let file = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The variable may hold options, `code --wait`, so the shell takes it apart; the file is a parameter of its
        // own.
        guard written == bytes.count, run(["/bin/sh", "-c", editor + " \"$1\"", "sh", file]) == 0 else { return nil }
        guard let data = try? Data(contentsOf: URL(filePath: file)) else { return nil }
        var text = String(decoding: data, as: UTF8.self)[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }

    /// The exit status of a command that has the terminal to itself.
    private static func run(_ arguments: [String]) -> Int32 {
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        guard posix_spawn(&child, arguments[0], nil, nil, &pointers, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { if errno != EINTR { return -1 } }
        return status
    }
}
