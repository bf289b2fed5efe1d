import ArgumentParser
import Console
import Notebook

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two runs: what went into them, and what came out.",
        discussion: """
            Recipe, seed, parameters, files, versions and machine; then values, tables and figures. Exit code 0 when \
            the outcomes are equal, 1 when they differ.
            """)

    @Argument(help: "The folder of a run.", completion: .directory)
    var first: String

    @Argument(help: "The folder of another.", completion: .directory)
    var second: String

    @Option(
        help: ArgumentHelp(
            "What a number may differ by, as a share of the larger; by default 0 on one machine, else 0.001.",
            valueName: "share"))
    var within: Double?

    func validate() throws { try ReplayCommand.check(within) }

    func run() throws {
        let comparison = try RunComparison(RecordedRun(first), RecordedRun(second), tolerance: within)
        print(try comparison.text(names: ("first", "second"), width: Screen.width()).visible, terminator: "")
        if !comparison.isEqual { throw Failure.Shown(code: 1) }
    }
}
