import ArgumentParser
import Notebook

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Run recipes in their short form, as tests: pass or fail, a line each.",
        discussion: """
            A recipe passes when all its cells run and every 'expect' holds. Parameters declared with a short value, \
            as in 'param rounds = 40 "training rounds" short: 1', take it. Exit code 1 when a recipe fails.

            Each runs in a folder of its own, a temporary one unless --out names another, and may save into that \
            alone: a path that leads elsewhere is an error. Reading is not limited.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "Recipes, and folders of recipes.", completion: .file(extensions: ["md"]))
    var paths: [String] = ["recipes"]

    @Option(help: ArgumentHelp("Only recipes whose path contains this.", valueName: "text"))
    var filter: String?

    @Flag(help: "The long form: every parameter has its default.")
    var full = false

    @Option(
        help: ArgumentHelp(
            "Save the runs of the recipes, each in a folder of its own in this one.", valueName: "folder"),
        completion: .directory)
    var out: String?

    @Flag(help: "Replace the runs that are in the folder of --out: the files they wrote, and no others.")
    var force = false

    func validate() throws {
        if force, out == nil {
            throw ValidationError("'--force' replaces the runs in the folder of '--out': name that too")
        }
    }

    func run() throws {
        let files = try Recipe.files(at: paths).filter { filter.map($0.contains) ?? true }
        guard !files.isEmpty else {
            throw RunError.noRecipes(
                filter.map { "has '\($0)' in its path" } ?? "is in \(paths.map { "'\($0)'" }.joined(separator: ", "))")
        }
        try CheckJob(common: common, isShort: !full, out: out, isForced: force).run(files)
    }
}
