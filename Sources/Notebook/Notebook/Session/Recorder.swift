import Files
import FoundationEssentials
import Language

/// Keeps what was typed and worked, and writes it as a recipe once `record` names a file.
public final class Recorder {
    private enum Part {
        case cell(code: String, name: String)
        case note(String)
    }

    private var parts: [Part] = []
    private(set) var path: String?
    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    /// Adds a block that ran without an error.
    ///
    /// - Parameter figure: the title of the figure it drew; its files are called so when the recipe runs.
    func add(block: String, figure: String?) throws {
        parts.append(.cell(code: block, name: figure?.slug ?? ""))
        try write()
    }

    /// Adds a paragraph of prose.
    func add(note: String) throws {
        parts.append(.note(note))
        try write()
    }

    /// Writes everything so far into a file, and everything that follows.
    func start(_ path: String) throws {
        let outside = self.path
        self.path = path
        do {
            try write()
        } catch {
            self.path = outside
            throw error
        }
    }

    func stop() { path = nil }

    private func write() throws {
        guard let path else { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try RunFolder.makeFolder(String(path[..<slash]))
        }
        try AtomicFile.write(text(title: Recipe.stem(path)), to: URL(filePath: path))
    }

    private func text(title: String) -> String {
        var blocks = ["---\ntitle: \(title)\nseed: \(seed)\n---"]
        for part in parts {
            switch part {
            case .note(let text): blocks.append(text)
            case .cell(let code, let name):
                blocks.append(Transcript.fenced(code, as: name.isEmpty ? "rhumb" : "rhumb name: " + name))
            }
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }
}
