import ArgumentParser
import Basics
import Glibc
import Language
import Notebook

struct PromptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt", abstract: "Open the prompt, or run what comes on standard input (the default).",
        discussion: "With --safe files are those below the current folder, and no history is kept.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var safety: SafeOptions

    @Argument(
        help: ArgumentHelp("'-' for standard input, or a recipe or script to run.", valueName: "file"),
        completion: .file(extensions: ["md", "rhumb"]))
    var file: String?

    func run() throws {
        guard let file, file != "-" else {
            try RankedRun.refuse("rhumb -")
            let bench = Workbench(common, safe: safety.mode)
            return file == nil && isatty(STDIN_FILENO) == 1 ? try bench.runPrompt() : try bench.runStandardInput()
        }
        guard access(file, F_OK) == 0 else { throw ValidationError(Self.unknown(file)) }
        try RankedRun.join(workers: nil, common, isSafe: safety.safe)
        let recipe = try Recipe(reading: file)
        try RecipeJob(common: common, safe: try safety.mode.map(Safeguard.resolved)).run([recipe])
    }

    private static func unknown(_ word: String) -> String {
        let commands = RhumbCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        let guess = Suggestion.closest(to: word, in: commands).map { ": did you mean '\($0)'?" } ?? ""
        return "'\(word)' is neither a command nor a file\(guess)"
    }
}
