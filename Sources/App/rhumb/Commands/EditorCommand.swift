import ArgumentParser
import Basics
import Files
import Foundation
import LanguageServer
import Language
import Verbs

struct EditorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "editor", abstract: "Write the files that editors need: grammar, VS Code folder, Pygments lexer.",
        discussion: """
            They are made from the verbs and from the words and signs of the language, and are those of this version. \
            docs/editors.md says what to do with them.
            """)

    @Option(help: ArgumentHelp("The folder to write them into.", valueName: "folder"), completion: .directory)
    var write: String

    func run() throws {
        for (path, text) in EditorFiles(registry: .rhumb(), version: Rhumb.version).all {
            let url = URL(fileURLWithPath: write).appendingPathComponent(path)
            try Folder.make(url.deletingLastPathComponent())
            try AtomicFile.write(text, to: url)
            print("\(write)/\(path)")
        }
    }
}
