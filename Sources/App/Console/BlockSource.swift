import FoundationEssentials
import Glibc
import Language
import Notebook

/// Where typed blocks come from: an editor with the session's completion and a history at a terminal, lines elsewhere.
final class BlockSource {
    private let session: Session
    private let front: ConsoleFront
    private let history: HistoryFile?
    private let environment: [String: String]
    private let palette: Palette

    /// How many blocks of earlier sessions can be recalled.
    private static let historyLimit = 5000

    init(session: Session, front: ConsoleFront, environment: [String: String]) {
        self.session = session
        self.front = front
        self.environment = environment
        palette = Palette(isOn: front.output.hasColour)
        history = HistoryFile.standardPath(environment: environment).map {
            HistoryFile(path: $0, limit: Self.historyLimit)
        }
    }

    private lazy var reader: BlockReader? =
        front.output.isTerminal
        ? BlockReader(history: history?.load() ?? [], limit: Self.historyLimit, delegate: self) : nil
    private lazy var plainReader = PlainReader(
        write: { [front] text in
            front.write(text)
            front.finish()
        }, isComplete: { [session] in session.isComplete($0) })

    /// Waits for the next block.
    ///
    /// - Parameter prompt: with a space at its end.
    func read(prompt: String) -> BlockReader.Result {
        front.finish()
        return reader?.read(prompt: painted(prompt)) ?? plainReader.read(prompt: prompt)
    }

    /// Adds a block to the history, of later sessions too.
    func remember(_ block: String) {
        reader?.remember(block)
        history?.append(block)
    }

    /// Lets the arrow keys bring back a text that was not typed.
    func offer(_ block: String) { reader?.remember(block) }

    /// Whether blocks can be edited, here or in the user's own editor.
    var isEditor: Bool { reader != nil }

    /// Colour codes stand between pairs of U+0001 for the editor, which counts columns.
    private func painted(_ prompt: String) -> String {
        palette.isOn ? "\u{1}\u{1B}[36m\u{1}\(prompt.dropLast())\u{1}\u{1B}[0m\u{1} " : prompt
    }
}

extension BlockSource: BlockReaderDelegate {
    func indentation(afterEnterIn block: String, cursor: Int) -> Int? {
        guard !session.isComplete(block) else { return nil }
        // Two empty lines at the end say that nothing more will come: run it and see what is missing.
        let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
        let isBlank = lines.suffix(2).allSatisfy { $0.allSatisfy(\.isWhitespace) }
        if cursor == block.utf8.count, lines.count > 2, isBlank { return nil }
        return Indentation.afterEnter(in: block, cursor: cursor)
    }

    func completion(of block: String, cursor: Int, width: Int) -> BlockReader.Completion {
        let line = block.utf8.prefix(cursor).reversed().prefix { $0 != UInt8(ascii: "\n") }
        if line.count < cursor, line.allSatisfy({ $0 == UInt8(ascii: " ") }) {
            return .init(inserted: String(repeating: " ", count: Indentation.step))
        }
        let found = session.complete(block, at: cursor)
        let words = found.candidates.map(\.text)
        let typed = found.range.count
        if words.count == 1 { return .init(deleted: typed, inserted: words[0] + separator(after: words[0])) }
        let prefix = CandidateList.commonPrefix(words)
        if prefix.utf8.count > typed { return .init(deleted: typed, inserted: prefix) }
        if words.isEmpty { return .init() }
        return .init(
            listing: CandidateList.text(found.candidates, isAny: typed == 0, width: width, palette: palette))
    }

    /// What follows a word that is certain: its arguments or its value.
    private func separator(after word: String) -> String {
        word.hasSuffix(":") || session.interpreter.registry[word] != nil ? " " : ""
    }

    func explanation(in block: String, cursor: Int) -> String? {
        session.inspect(block, at: cursor).map { $0.trimmingSpace.visible }
    }

    func cleaned(paste: String) -> String { Paste.cleaned(paste) { session.isComplete($0) } }

    func styles(of block: String) -> [UInt8]? {
        guard palette.isOn else { return nil }
        var styles = [UInt8](repeating: 0, count: block.utf8.count)
        let interpreter = session.interpreter
        let isVerb = { name in interpreter.registry[name] != nil && interpreter[name] == nil }
        for span in Source(name: "prompt", text: block).spans(isVerb: isVerb) {
            for byte in span.range { styles[byte] = Self.style(span.kind) }
        }
        return styles
    }

    private static func style(_ kind: CodeSpan.Kind) -> UInt8 {
        switch kind {
        case .comment: 2
        case .keyword: 35
        case .number: 33
        case .string: 32
        case .verb: 36
        case .label, .symbol: 0
        }
    }

    func edited(block: String) -> String? { ExternalEditor.edit(block, environment: environment) }
}

extension String {
    /// Without white space at both ends.
    var trimmingSpace: String {
        var rest = self[...]
        while rest.last?.isWhitespace == true { rest.removeLast() }
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        return String(rest)
    }
}
