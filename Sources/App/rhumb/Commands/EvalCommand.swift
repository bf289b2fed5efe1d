import ArgumentParser

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Run code given on the command line.",
        discussion: "For example: rhumb eval 'print 1+1'")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The code; several are lines.")
    var code: [String]

    func run() throws {
        try Workbench(common).run(code.joined(separator: "\n"), name: "command line")
    }
}
