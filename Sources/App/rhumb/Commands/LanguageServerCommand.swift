import ArgumentParser
import Basics
import LanguageServer
import Language
import Verbs

struct LanguageServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsp", abstract: "The language server for editors, over standard input and output.",
        discussion: """
            Diagnostics while one types, help, completion, definitions, renaming and formatting, in scripts and in the \
            cells of recipes; nothing of a document runs. docs/editors.md says how editors start it.
            """)

    /// Editors of the VS Code family add it to say how they talk.
    @Flag(help: .hidden)
    var stdio = false

    func run() throws {
        let stream = MessageStream()
        let server = LanguageServer(registry: .rhumb(), version: Rhumb.version)
        while server.exitCode == nil, let incoming = stream.read() {
            switch incoming {
            case .message(let message): for answer in server.receive(message) { stream.write(answer) }
            case .garbled(let reason): stream.write(LanguageServer.garbled(reason))
            }
        }
        // Without `exit` the client has gone away.
        throw Failure.Shown(code: server.exitCode ?? 1)
    }
}
