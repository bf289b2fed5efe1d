import Console
import FoundationEssentials
import Language
import Notebook
import Report
import Tensor
import Verbs

/// Runs recipes as the command line asks for it.
struct RecipeJob {
    let common: CommonOptions
    var settings: [String: String] = [:]
    /// The folder of the run; with several recipes, each gets one of its own below it.
    var out: String?
    /// Whether each run's page is made at its end.
    var makesReport = true

    /// Runs the recipes in order, up to the first that fails.
    func run(_ recipes: [Recipe]) throws {
        _ = Workbench(common)
        for recipe in recipes {
            let console = RunConsole(wantsColour: !common.noColor, draw: Workbench.draw)
            let run = try RecipeRun(
                recipe, registry: .rhumb(), seed: common.seed, settings: settings,
                circumstances: .init(
                    command: CommandLine.arguments, libraries: Installation.libraries, threads: Engine.threads),
                front: console
            ) {
                guard let out else { return try .create(in: "runs", name: recipe.name, date: Date()) }
                return try .open(recipes.count == 1 ? out : out + "/" + recipe.name)
            }
            let failure = try run.run()
            console.conclude(run.manifest, folder: run.folder.path)
            let report = Result { if makesReport { try Self.report(run.folder.path) } }
            // What went wrong in the run counts for more than what went wrong with its page.
            if let failure { throw Failure.Shown(code: failure.kind.exitCode) }
            try report.get()
        }
    }

    private static func report(_ folder: String) throws {
        let registry = Registry.rhumb()
        try Report.write(ofRun: folder) { registry[$0] != nil }
    }
}
