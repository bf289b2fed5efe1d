import ArgumentParser
import Basics
import Glibc
import Language
import Notebook

struct PromptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt", abstract: "Open the prompt, or run what comes on standard input (the default).")

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("'-' for standard input, or a recipe or script to run.", valueName: "file"),
        completion: .file(extensions: ["md", "rhumb"]))
    var file: String?

    func run() throws {
        guard let file, file != "-" else {
            try RankedRun.refuse("rhumb -")
            if file == nil, isatty(STDIN_FILENO) == 1 { return Workbench(common).runPrompt() }
            return try Workbench(common).runStandardInput()
        }
        guard access(file, F_OK) == 0 else { throw ValidationError(Self.unknown(file)) }
        try RankedRun.join(workers: nil, common)
        let recipe = try Recipe(reading: file)
        try RecipeJob(common: common).run([recipe])
    }

    private static func unknown(_ word: String) -> String {
        let commands = RhumbCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        let guess = Suggestion.closest(to: word, in: commands).map { ": did you mean '\($0)'?" } ?? ""
        return "'\(word)' is neither a command nor a file\(guess)"
    }
}
