import ArgumentParser

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Run code given on the command line.",
        discussion: "For example: rhumb eval 'print 1+1'")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The code; several are lines.")
    var code: [String]

    @Flag(help: "Everything it gives as JSON, an event a line: values, text, figures, errors. See docs/programs.md.")
    var json = false

    func run() throws {
        if json { return try Workbench(common).runAsLines(code.joined(separator: "\n"), name: "command line") }
        try Workbench(common).run(code.joined(separator: "\n"), name: "command line")
    }
}
