import ArgumentParser
import Console
import Glibc
import Language
import Notebook
import Verbs

/// `rhumb help`: the usage; `rhumb help run`: that of a command, and of the verb when one has its name; `rhumb help
/// recipe.md`: what the recipe is about and its parameters; anything else is asked of the language, as `help` at the
/// prompt does.
struct HelpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "help", abstract: "Show what a command, a recipe, a verb, a family or a word is about.")

    @Argument(help: "A command, a recipe, a verb, a family, or a word to look for.")
    var topic: [String] = []

    func run() throws {
        guard let first = topic.first else { return print(RhumbCommand.helpMessage()) }
        if first.hasSuffix(".md") || first.hasSuffix(".ipynb") || first.hasSuffix(".rhumb") {
            return print(try Recipe(reading: first).help().visible, terminator: "")
        }
        let command = RhumbCommand.configuration.subcommands.first { $0.configuration.commandName == first }
        if let command {
            print(RhumbCommand.helpMessage(for: command))
            guard Registry.rhumb()[first] != nil else { return }
            print("\nThe verb '\(first)' of the language:\n")
            fflush(nil)
        }
        try Workbench(CommonOptions.parse([])).run("help \(first)", name: "command line")
    }
}
