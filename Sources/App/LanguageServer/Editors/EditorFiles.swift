import Files
import Language

/// The files that editors need, made from the verbs and from the words and signs of the lexer: a grammar of TextMate's
/// kind, an extension of VS Code around it and the language server, a lexer for Pygments.
public struct EditorFiles {
    let verbs: [String]
    let constants: [String]
    let version: String

    public init(registry: Registry, version: String) {
        verbs = registry.names.sorted()
        constants = registry.constants.keys.sorted()
        self.version = version
    }

    /// By their paths below the folder of editors.
    public var all: [(path: String, text: String)] {
        func text(_ json: JSON) -> String { json.text(indent: 2) + "\n" }
        return [
            ("vscode/package.json", text(package)),
            ("vscode/language-configuration.json", text(languageConfiguration)),
            ("vscode/extension.js", Self.extensionScript),
            ("vscode/syntaxes/rhumb.tmLanguage.json", text(grammar)),
            ("vscode/syntaxes/rhumb-markdown.tmLanguage.json", text(markdownInjection)),
            ("pygments/rhumb_lexer.py", pygmentsLexer),
            ("pygments/pyproject.toml", pygmentsPackage),
        ]
    }

    /// Words that stand for a value.
    static let literalWords = ["false", "none", "true"]

    static var keywords: [String] { CodeVocabulary.reservedWords.filter { !literalWords.contains($0) } }

    /// Words as alternatives of an expression, those that begin with another first.
    static func alternatives(_ words: [String]) -> String {
        words.sorted { ($0.count, $1) > ($1.count, $0) }.map(escaped).joined(separator: "|")
    }

    private static func escaped(_ text: String) -> String {
        text.map { "\\^$.|?*+()[]{}".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
