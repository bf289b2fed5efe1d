import Basics
import Files
import Console
import Foundation
import Language
import Notebook
import Ranks
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
    /// Whether an earlier run in that folder is replaced.
    var isForced = false
    /// Whether each run's page is made at its end.
    var makesReport = true
    /// Whether cells that would give what they gave before are skipped.
    var usesCache = false
    /// What the recipe is granted; nil for everything.
    var safe: SafeMode?

    /// What runs are started with, for their manifests.
    static var environment: RecipeRun.Environment {
        .init(command: CommandLine.arguments, libraries: Installation.libraries, threads: Engine.threads)
    }

    /// What cells gave in earlier runs; nil where it is not wanted.
    private func cache(_ path: String = CellCache.standardFolder) throws -> CellCache? {
        guard usesCache else { return nil }
        try RankedRun.requireOne(for: "'--cache'")
        let facts = try CellCache.facts(libraries: Installation.libraries, threads: Engine.threads)
        return CellCache(path, facts: facts, make: StoredValues.make)
    }

    /// Prints what a run would do with each cell, and why.
    func plan(_ recipes: [Recipe]) throws {
        _ = Workbench(common)
        guard let cache = try cache() else { return }
        for (index, recipe) in recipes.enumerated() {
            if recipes.count > 1 { print((index > 0 ? "\n" : "") + recipe.path.visible) }
            let plan = try RecipePlan(
                recipe, registry: .rhumb(), request: .init(settings: settings, seed: common.seed, isShort: isShort),
                cache: cache)
            print(plan.text.visible, terminator: "")
        }
    }

    /// The folder of a run in safe mode, which begins here: before a library that tells its version starts threads.
    ///
    /// - Parameter others: what the program itself still reads.
    private static func held(
        by safe: SafeMode, _ recipe: Recipe, reading others: [String] = [], _ makeFolder: () throws -> RunFolder
    ) throws -> RunFolder {
        // A recipe with a mistake leaves no folder.
        _ = try recipe.parameters()
        let folder = try makeFolder()
        try Safeguard.begin(safe, folder: folder.path, reading: others)
        return folder
    }

    /// Runs the recipes in order, up to the first that fails.
    func run(_ recipes: [Recipe]) throws {
        _ = Workbench(common)
        for recipe in recipes {
            let console = RunConsole(Workbench.appearance(common))
            if Ranks.areMany { try Ranks.agree("the recipe", on: SHA256.hex(of: recipe.source.text)) }
            func makeFolder() throws -> RunFolder {
                try RankedRun.folder {
                    guard let out else { return try .create(in: "runs", name: recipe.name, date: Date()) }
                    return try .open(recipes.count == 1 ? out : out + "/" + recipe.name, replacing: isForced)
                }
            }
            let held = try safe.map { try Self.held(by: $0, recipe, makeFolder) }
            let run = try RecipeRun(
                recipe, registry: .rhumb(),
                request: .init(settings: settings, seed: common.seed, isShort: isShort, safe: safe),
                environment: Self.environment, cache: cache(), front: console
            ) { try held ?? makeFolder() }
            try finish(run, console)
        }
    }

    /// Goes on with the run in a folder, with the threads it had.
    func resume(_ path: String) throws {
        let path = try RankedRun.spread(path)
        var manifest = try Manifest(readingFolder: path)
        guard manifest.status != .complete else {
            return ConsoleFront.remark("the run '\(path)' is complete: there is nothing to resume\n")
        }
        var common = common
        // Several ranks have shared the processors out among themselves.
        if Ranks.count == 1 { common.threads = common.threads ?? manifest.threads }
        _ = Workbench(common)
        let console = RunConsole(Workbench.appearance(common))
        let folder = try RunFolder.reopen(Self.enter(manifest.directory, keeping: path))
        // It may have gone on while nobody held the lock.
        manifest = try Manifest(readingFolder: folder.path)
        if manifest.version != Rhumb.version {
            console.receive(.note("begun by Rhumb \(manifest.version), resumed by \(Rhumb.version)"))
        }
        var job = self
        job.usesCache = manifest.cache != nil
        let cache = try job.cache(manifest.cache ?? "")
        if let safe = manifest.safe {
            try RankedRun.requireOne(for: "a run in safe mode")
            try Safeguard.begin(safe, folder: folder.path)
        }
        try finish(RecipeRun(resuming: folder, manifest, registry: .rhumb(), cache: cache, front: console), console)
    }

    /// Runs again what a run folder holds, with what is set here changed, and compares.
    ///
    /// - Parameter recipe: runs instead of the one that is kept.
    func replay(_ path: String, recipe: Recipe?, tolerance: Double?) throws -> RunComparison {
        let record = try RecordedRun(path)
        let manifest = record.manifest
        let here = FileManager.default.currentDirectoryPath
        let recipe = try recipe ?? Recipe(recordedIn: path, manifest)
        var common = common
        common.threads = common.threads ?? manifest.threads
        _ = Workbench(common)
        let target = out.map { $0.hasPrefix("/") ? $0 : here + "/" + $0 }
        _ = Self.enter(manifest.directory, keeping: path)
        let console = RunConsole(Workbench.appearance(common))
        func makeFolder() throws -> RunFolder {
            guard let target else { return try .create(in: here + "/runs", name: recipe.name, date: Date()) }
            return try .open(target, replacing: isForced)
        }
        let earlier = path.hasPrefix("/") ? path : here + "/" + path
        let held = try manifest.safe.map { try Self.held(by: $0, recipe, reading: [earlier], makeFolder) }
        let run = try RecipeRun(
            recipe, registry: .rhumb(),
            request: .init(
                settings: manifest.settings.merging(settings) { $1 }, seed: common.seed ?? manifest.seed,
                isShort: manifest.isShort, safe: manifest.safe),
            environment: Self.environment, front: console
        ) { try held ?? makeFolder() }
        let failure = try run.run()
        console.conclude(run.manifest, folder: run.folder.path)
        if makesReport { try? Self.report(run.folder.path) }
        if failure?.kind == .interrupted { throw Failure.Shown(code: 130) }
        _ = FileManager.default.changeCurrentDirectoryPath(here)
        return try RunComparison(record, RecordedRun(run.folder.path), tolerance: tolerance)
    }

    /// Runs a recipe once for each point of a sweep, and tabulates.
    ///
    /// - Parameter shown: the numbers to tabulate; all when empty.
    func sweep(_ recipe: Recipe, _ sweep: Sweep, showing shown: [String]) throws {
        if let twice = sweep.axes.first(where: { settings[$0.name] != nil }) { throw RunError.sweptTwice(twice.name) }
        // A value of the wrong kind is found before the first run.
        let declared = try recipe.parameters()
        for axis in sweep.axes {
            guard let parameter = declared.first(where: { $0.name == axis.name }) else {
                let known = declared.map(\.name)
                throw RunError.unknownParameter(
                    axis.name, known: known, suggestion: Suggestion.closest(to: axis.name, in: known))
            }
            for value in axis.values { try parameter.check(value) }
        }
        _ = Workbench(common)
        if Ranks.areMany { try Ranks.agree("the recipe", on: SHA256.hex(of: recipe.source.text)) }
        let queue = try SweepQueue(out ?? "runs/\(recipe.name)-sweep-\(Timestamp.now)")
        let points = sweep.points
        func title(_ number: Int) -> String {
            "\n[\(number)/\(points.count)] "
                + points[number - 1].map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        }
        var mine: [SweepQueue.Point] = []
        for number in 1...points.count where try queue.takes(number) {
            ConsoleFront.remark(title(number).visible + "\n")
            let settings = settings.merging(points[number - 1].map { ($0.name, $0.value) }) { $1 }
            try mine.append(Ranks.apart { try self.run(recipe, settings, number, in: queue) })
        }
        let all: [SweepQueue.Point]
        do { all = try queue.all(mine, count: points.count) } catch is Interruption { throw Failure.Shown(code: 130) }
        guard Ranks.isFirst else { return }
        for point in all where point.rank != 0 {
            ConsoleFront.remark("\(title(point.number).visible)  \(point.status) by rank \(point.rank)\n")
        }
        let results = all.map { point in
            (
                status: Manifest.Status(rawValue: point.status) ?? .failed, seconds: point.seconds,
                numbers: zip(point.names, point.values).map { (name: $0, value: $1) }
            )
        }
        let table = try sweep.table(results, showing: shown)
        let file = queue.parent + "/sweep.csv"
        try TableFile.write(DataColumns(table), to: URL(fileURLWithPath: file))
        print("\n" + table.display(width: Screen.width(), rows: .max) + "\n\n" + file.visible)
        if results.contains(where: { $0.status != .complete }) { throw Failure.Shown(code: 1) }
    }

    /// Runs one point of a sweep, whatever becomes of it.
    private func run(
        _ recipe: Recipe, _ settings: [String: String], _ number: Int, in queue: SweepQueue
    ) throws -> SweepQueue.Point {
        let console = RunConsole(Workbench.appearance(common))
        let run = try RecipeRun(
            recipe, registry: .rhumb(), request: .init(settings: settings, seed: common.seed, isShort: isShort),
            environment: Self.environment, cache: cache(), front: console
        ) { try .open("\(queue.parent)/\(number)", replacing: isForced) }
        let failure = try run.run()
        if let problem = Ranks.failure { throw problem }
        console.conclude(run.manifest, folder: run.folder.path)
        if makesReport { try? Self.report(run.folder.path) }
        if failure?.kind == .interrupted { throw Failure.Shown(code: 130) }
        return .init(
            number: number, status: run.manifest.status.rawValue, seconds: run.manifest.seconds,
            names: run.numbers.map(\.name), values: run.numbers.map(\.value), rank: Ranks.rank)
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
        let report = Result { if makesReport, Ranks.isFirst { try Self.report(run.folder.path) } }
        if let failure, !Ranks.isFirst { throw failure }
        // What went wrong in the run counts for more than what went wrong with its page.
        if let failure { throw Failure.Shown(code: failure.kind.exitCode) }
        try report.get()
    }
}
