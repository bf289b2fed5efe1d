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
    var isShort = false
    /// The folder of the run; with several recipes, each gets one of its own below it.
    var out: String?
    /// Whether each run's page is made at its end.
    var makesReport = true

    /// What runs are started with, for their manifests.
    static var circumstances: RecipeRun.Circumstances {
        .init(command: CommandLine.arguments, libraries: Installation.libraries, threads: Engine.threads)
    }

    /// Runs the recipes in order, up to the first that fails.
    func run(_ recipes: [Recipe]) throws {
        _ = Workbench(common)
        for recipe in recipes {
            let console = RunConsole(wantsColour: !common.noColor, draw: Workbench.draw)
            let run = try RecipeRun(
                recipe, registry: .rhumb(),
                request: .init(settings: settings, seed: common.seed, isShort: isShort),
                circumstances: Self.circumstances, front: console
            ) {
                guard let out else { return try .create(in: "runs", name: recipe.name, date: Date()) }
                return try .open(recipes.count == 1 ? out : out + "/" + recipe.name)
            }
            try finish(run, console)
        }
    }

    /// Goes on with the run in a folder, with the threads it had.
    func resume(_ path: String) throws {
        var manifest = try Manifest(readingFolder: path)
        guard manifest.status != .complete else {
            return ConsoleFront.remark("the run '\(path)' is complete: there is nothing to resume\n")
        }
        var common = common
        common.threads = common.threads ?? manifest.threads
        _ = Workbench(common)
        let console = RunConsole(wantsColour: !common.noColor, draw: Workbench.draw)
        let folder = try RunFolder.reopen(Self.enter(manifest.directory, keeping: path))
        // It may have gone on while nobody held the lock.
        manifest = try Manifest(readingFolder: folder.path)
        if manifest.version != Rhumb.version {
            console.receive(.note("begun by Rhumb \(manifest.version), resumed by \(Rhumb.version)"))
        }
        try finish(RecipeRun(resuming: folder, manifest, registry: .rhumb(), front: console), console)
    }

    /// Goes where a run was started, from where relative paths in its code count; on another machine, stays here.
    ///
    /// - Returns: the path as it is named from there.
    static func enter(_ directory: String, keeping path: String) -> String {
        let here = FileManager.default.currentDirectoryPath
        guard directory != here, FileManager.default.changeCurrentDirectoryPath(directory) else { return path }
        return path.hasPrefix("/") ? path : here + "/" + path
    }

    private static func report(_ folder: String) throws {
        let registry = Registry.rhumb()
        try Report.write(ofRun: folder) { registry[$0] != nil }
    }

    private func finish(_ run: RecipeRun, _ console: RunConsole) throws {
        let failure = try run.run()
        console.conclude(run.manifest, folder: run.folder.path)
        let report = Result { if makesReport { try Self.report(run.folder.path) } }
        // What went wrong in the run counts for more than what went wrong with its page.
        if let failure { throw Failure.Shown(code: failure.kind.exitCode) }
        try report.get()
    }
}
