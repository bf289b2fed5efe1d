import ArgumentParser
import FoundationEssentials
import Notebook
import Programs
import Verbs

struct ContextServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp", abstract: "Serve a session to an assistant, by the Model Context Protocol.",
        discussion: """
            The server speaks on standard input and output, opens no port and ends with its client. It offers the \
            tools execute, complete, help and values; pictures come as PNG. In a client's configuration:

              {"mcpServers": {"rhumb": {"command": "/path/to/rhumb", "args": ["mcp"]}}}

            Code may read and write what you may: give it to assistants that you would give a shell, and to others \
            with --safe, by which the session has its own folder, what --input names, and no network; --seconds is then \
            the time of each call.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var safety: SafeOptions

    @Option(
        help: ArgumentHelp(
            "The folder for figures, tables and what code saves, instead of runs/mcp-<time>.", valueName: "folder"),
        completion: .directory)
    var out: String?

    func run() throws {
        let output = LineOutput.takingStandardOutput()
        _ = Workbench(common)
        let out = out
        func makeFolder() throws -> RunFolder {
            guard let out else { return try .create(in: "runs", name: "mcp", date: Date()) }
            return try .open(out)
        }
        guard let safe = try safety.mode.map(Safeguard.resolved) else {
            let artefacts = Artefacts(makeFolder)
            ContextServer(registry: .rhumb(), seed: common.seed ?? 0, artefacts: artefacts, output: output).run()
            return
        }
        // What safe mode holds the process to must be there.
        let folder = try makeFolder()
        try Safeguard.begin(safe, folder: folder.path, isServer: true)
        let server = ContextServer(
            registry: .rhumb(), seed: common.seed ?? 0, artefacts: Artefacts { folder },
            safe: try SafeFolders(own: folder.path, inputs: safe.inputs), output: output)
        server.limited = { Safeguard.timed(safe, $0) }
        server.run()
    }
}
