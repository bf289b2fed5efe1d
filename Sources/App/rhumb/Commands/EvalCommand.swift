import ArgumentParser

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Run code given on the command line.",
        discussion: "For example: rhumb eval 'print 1+1'. With --safe files are those below the current folder.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var safety: SafeOptions

    @Argument(help: "The code; several are lines.")
    var code: [String]

    @Flag(help: "Everything it gives as JSON, an event a line: values, text, figures, errors. See docs/programs.md.")
    var json = false

    func run() throws {
        let bench = try Workbench(common, safe: safety.mode)
        if json { return try bench.runAsLines(code.joined(separator: "\n"), name: "command line") }
        try bench.run(code.joined(separator: "\n"), name: "command line")
    }
}
