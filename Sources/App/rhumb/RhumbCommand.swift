import ArgumentParser
import Basics
import Notebook

/// The command line.
struct RhumbCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rhumb",
        abstract: "A notebook-style toolkit for steering text-to-image diffusion models.",
        discussion: """
            Without a command, rhumb opens the prompt at a terminal; elsewhere it runs the program on standard input, \
            as 'rhumb -' always does. 'rhumb FILE' is short for 'rhumb run FILE'.
            """,
        version: "rhumb \(Rhumb.version)",
        subcommands: [
            PromptCommand.self, EvalCommand.self, RunCommand.self, WatchCommand.self, CheckCommand.self,
            ReplayCommand.self, DiffCommand.self, ReportCommand.self, TourCommand.self, PlotCommand.self,
            FormatCommand.self, LintCommand.self, LanguageServerCommand.self, EditorCommand.self, FetchCommand.self,
            JupyterCommand.self, ConvertCommand.self, ContextServerCommand.self, DoctorCommand.self,
            BenchCommand.self, VerbsCommand.self, HelpCommand.self, ManualCommand.self,
        ],
        defaultSubcommand: PromptCommand.self)

    /// The same arguments with the command before options that stand in front of it: `rhumb --threads 2 run FILE` is
    /// `rhumb run --threads 2 FILE`, which the parser alone would read as the prompt with a file called 'run'.
    static func commandFirst(_ arguments: [String]) -> [String] {
        let names = Self.configuration.subcommands.map { $0.configuration.commandName }
        guard arguments.first?.hasPrefix("--") == true, let place = arguments.firstIndex(where: { names.contains($0) })
        else { return arguments }
        return [arguments[place]] + arguments[..<place] + arguments[(place + 1)...]
    }
}
