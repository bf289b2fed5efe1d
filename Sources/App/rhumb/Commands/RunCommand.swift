import ArgumentParser
import Notebook

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run recipes or scripts and save their results.",
        discussion: """
            A recipe is a Markdown file whose 'rhumb' fences run in order. The run leaves a folder with the \
            transcript, the figures with their scripts, tables, values, a manifest, and a page that shows it all, \
            report.html. A run that was killed or interrupted goes on with 'rhumb run --resume FOLDER'. A folder that \
            holds a run is left alone unless --force says that it may go; files that the run has not written stay in \
            any case.

            A recipe is a program: it may read any file that you may read, and write any file that you may write, also \
            from a cell marked 'quiet'. Look at those of others before you run them, or run them with --safe.

            With --cache a cell is skipped when nothing it depends on has changed since it ran: its code, the \
            variables, parameters and files that it takes, the seeds that it draws, the program, the machine. What it \
            gave is cached in runs/.cache, at most 8 GB; delete that folder to empty it. A cell whose fence is marked \
            'rhumb nocache' always runs.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var safety: SafeOptions

    @Argument(
        help: "Recipes (.md), notebooks (.ipynb) or scripts.", completion: .file(extensions: ["md", "ipynb", "rhumb"]))
    var files: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A value for a 'param' of the recipe; may be given several times.", valueName: "name=value"))
    var settings: [String] = []

    @Option(
        help: ArgumentHelp("The folder of this run, instead of runs/<recipe>-<time>.", valueName: "folder"),
        completion: .directory)
    var out: String?

    @Flag(help: "Replace the run that is in the folder of --out: the files it wrote, and no others.")
    var force = false

    @Flag(name: .customLong("no-report"), help: "Leave out the page of the run, report.html.")
    var skipsReport = false

    @Flag(help: "The short form: parameters that have a short value take it.")
    var short = false

    @Flag(help: "Skip cells whose results would be the same as before, and take those from runs/.cache.")
    var cache = false

    @Flag(help: "Say for each cell whether --cache would run it, and why; run nothing.")
    var dry = false

    @Option(help: ArgumentHelp("Go on with the run in this folder.", valueName: "folder"), completion: .directory)
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "Run once for each of these values, and tabulate; two sweeps make a grid.", valueName: "name=value,value"))
    var sweep: [String] = []

    @Option(help: ArgumentHelp("The numbers that a sweep tabulates; all by default.", valueName: "name,name"))
    var show: String?

    @Option(
        help: ArgumentHelp(
            "Processes of this machine that share the work, with the same results; for several machines: mpirun rhumb "
                + "run FILE.", valueName: "count"))
    var workers: Int?

    @Flag(help: "List the parameters that --set can change, and run nothing.")
    var parameters = false

    func validate() throws {
        if resume != nil {
            guard files.isEmpty, settings.isEmpty, out == nil, !force, !short, sweep.isEmpty, common.seed == nil,
                !cache, !dry, !safety.safe
            else {
                throw ValidationError(
                    "'--resume' goes on with a run as it began: no recipe, --set, --seed, --short, --cache, --out or --force"
                )
            }
        } else if files.isEmpty {
            throw ValidationError("name a recipe to run, or a run to go on with: --resume FOLDER")
        }
        if let workers, !(1...256).contains(workers) {
            throw ValidationError("'--workers' must be from 1 to 256, not \(workers)")
        }
        if workers ?? 1 > 1, dry || parameters {
            throw ValidationError("'--workers' shares out a run: leave it out of '\(dry ? "--dry" : "--parameters")'")
        }
        if force, out == nil {
            throw ValidationError("'--force' replaces the run in the folder of '--out': name that too")
        }
        if dry, !sweep.isEmpty {
            throw ValidationError("'--dry' tells about one run: give '--set' instead of '--sweep'")
        }
        if safety.safe, files.count != 1 || cache || dry || !sweep.isEmpty {
            throw ValidationError("'--safe' is for one run of one recipe: no --cache, --dry or --sweep")
        }
        if !sweep.isEmpty, files.count != 1 { throw ValidationError("'--sweep' takes one recipe") }
        if show != nil, sweep.isEmpty { throw ValidationError("'--show' says what '--sweep' tabulates") }
    }

    func run() throws {
        if parameters || dry {
            try RankedRun.refuse(parameters ? "rhumb run --parameters" : "rhumb run --dry")
        } else {
            try RankedRun.join(workers: workers, common, isSafe: safety.safe)
        }
        if let resume { return try RecipeJob(common: common, makesReport: !skipsReport).resume(resume) }
        let recipes = try files.map(Recipe.init(reading:))
        if parameters { return try list(recipes) }
        let job = RecipeJob(
            common: common, settings: try Self.parsed(settings), isShort: short, out: out, isForced: force,
            makesReport: !skipsReport,
            usesCache: cache || dry, safe: try safety.mode.map(Safeguard.resolved))
        if dry { return try job.plan(recipes) }
        guard sweep.isEmpty else {
            return try job.sweep(
                recipes[0], Sweep(sweep), showing: (show ?? "").split(separator: ",").map(String.init))
        }
        try job.run(recipes)
    }

    private func list(_ recipes: [Recipe]) throws {
        for parameter in try recipes.flatMap({ try $0.parameters() }) {
            let help = parameter.help.isEmpty ? "" : "    # " + parameter.help
            print("\(parameter.name)=\(parameter.defaultText)\(help)".visible)
        }
    }

    /// `name=value` pairs; the last of a name counts.
    static func parsed(_ settings: [String]) throws -> [String: String] {
        var values: [String: String] = [:]
        for setting in settings {
            guard let cut = setting.firstIndex(of: "="), cut != setting.startIndex else {
                throw RunError.malformedSetting(setting)
            }
            values[String(setting[..<cut])] = String(setting[setting.index(after: cut)...])
        }
        return values
    }
}
