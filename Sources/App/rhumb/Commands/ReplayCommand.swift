import ArgumentParser
import Console
import Notebook

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run again what a run's folder holds, and compare all results.",
        discussion: """
            The recipe saved in the folder runs with its parameters, its seed and its number of threads. On the same \
            machine every value, table and figure must be equal bit for bit; elsewhere numbers may differ by a \
            thousandth. With --set, --seed or --recipe something is changed on purpose, and the comparison shows what \
            it does. Exit code 1 when something differs.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The folder of the run.", completion: .directory)
    var folder: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Another value for a 'param' of the recipe.", valueName: "name=value"))
    var settings: [String] = []

    @Option(
        help: ArgumentHelp("Another recipe, such as the file as it is now.", valueName: "file"),
        completion: .file(extensions: ["md", "rhumb"]))
    var recipe: String?

    @Option(
        help: ArgumentHelp("The folder of the new run, instead of runs/<recipe>-<time>.", valueName: "folder"),
        completion: .directory)
    var out: String?

    @Flag(help: "Replace the run that is in the folder of --out: the files it wrote, and no others.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "What a number may differ by, as a share of the larger; by default 0 on one machine, else 0.001.",
            valueName: "share"))
    var within: Double?

    func validate() throws {
        try Self.check(within)
        if force, out == nil {
            throw ValidationError("'--force' replaces the run in the folder of '--out': name that too")
        }
    }

    static func check(_ share: Double?) throws {
        if let share, !(share >= 0) { throw ValidationError("'--within' must be at least 0, not \(share)") }
    }

    func run() throws {
        let comparison = try RecipeJob(common: common, settings: RunCommand.parsed(settings), out: out, isForced: force)
            .replay(folder, recipe: recipe.map(Recipe.init(reading:)), tolerance: within)
        print("\n" + (try comparison.text(names: ("then", "now"), width: Screen.width()).visible), terminator: "")
        if !comparison.isEqual { throw Failure.Shown(code: 1) }
    }
}
