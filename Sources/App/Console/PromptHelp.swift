import Language
import LineEditor

/// What the prompt says about itself, and short ways to ask for help there.
enum PromptHelp {
    /// The statement that a block of a name with question marks stands for: `steer?`, `steer??`, `??steer`; nil for any
    /// other block.
    static func statement(for block: String) -> String? {
        let block = block.trimmingSpace
        let name = block.drop { $0 == "?" }
        let word = name.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let marks = (block.count - name.count, name.dropFirst(word.count))
        guard !word.isEmpty, marks.1.allSatisfy({ $0 == "?" }), marks.1.count <= 2, marks.0 <= 2 else { return nil }
        // `? steer` is the language's own, for the shorter page.
        return marks.0 + marks.1.count > 0 && (marks.0 != 1 || !marks.1.isEmpty) ? "help \(word) full: true" : nil
    }

    /// Whether a block asks for help, whose answer may be long.
    static func isAsking(_ block: String) -> Bool {
        let block = block.trimmingSpace
        return block.hasPrefix("?") || block == "help" || block.hasPrefix("help ")
    }

    /// Whether it asks about the keys.
    static func isAboutKeys(_ block: String) -> Bool {
        let words = block.trimmingSpace.drop { $0 == "?" }.split(separator: " ")
        return isAsking(block) && words.last == "keys" && words.count <= 2
    }

    /// The keys of the editor, and what they do.
    static var keys: String {
        var rows: [(keys: String, help: String)] = []
        var shown: UnsafePointer<CChar>?, help: UnsafePointer<CChar>?
        while lineeditor_key(rows.count, &shown, &help), let keys = shown, let text = help {
            rows.append((String(cString: keys), String(cString: text)))
        }
        let width = rows.map(\.keys.count).max() ?? 0
        let lines = rows.map { "  " + $0.keys + String(repeating: " ", count: width + 2 - $0.keys.count) + $0.help }
        return "keys of the prompt\n" + lines.joined(separator: "\n")
            + "\n\nLines of ~/.editrc that begin with \"rhumb:\" bind others, by the names that libedit's manual has.\n"
    }
}
