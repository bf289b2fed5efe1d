import ArgumentParser

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Run code given on the command line.",
        discussion: "For example: rhumb eval 'print 1+1'. With --safe files are those below the current folder.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var safety: SafeOptions

    @Argument(help: "The code; several are lines.")
    var code: [String]

    func run() throws {
        try Workbench(common, safe: safety.mode).run(code.joined(separator: "\n"), name: "command line")
    }
}
