import ArgumentParser
import Notebook

/// The command line.
struct RhumbCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rhumb",
        abstract: "A notebook-style toolkit for steering text-to-image diffusion models.",
        discussion: """
            Without a command, rhumb opens the prompt at a terminal; elsewhere it runs the program on standard input, as \
            'rhumb -' always does. 'rhumb FILE' is short for 'rhumb run FILE'.
            """,
        version: "rhumb \(Rhumb.version)",
        subcommands: [
            PromptCommand.self, EvalCommand.self, RunCommand.self, WatchCommand.self, CheckCommand.self, ReplayCommand.self,
            DiffCommand.self, ReportCommand.self, TourCommand.self, PlotCommand.self, DoctorCommand.self,
            BenchCommand.self, VerbsCommand.self, HelpCommand.self, ManualCommand.self,
        ],
        defaultSubcommand: PromptCommand.self)
}
