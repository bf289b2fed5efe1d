import Files
import Console
import Foundation
import Language
import Notebook
import Verbs

/// Runs recipes as tests.
struct CheckJob {
    let common: CommonOptions
    let isShort: Bool
    /// Where the recipes' run folders are kept; nil keeps none.
    let out: String?
    /// Whether earlier runs there are replaced.
    let isForced: Bool

    /// Runs each recipe, whatever became of the one before it.
    func run(_ files: [String]) throws {
        _ = Workbench(common)
        let console = CheckConsole(names: files, Workbench.appearance(common))
        let parent = try out ?? Self.temporaryFolder()
        defer { if out == nil { try? FileManager.default.removeItem(atPath: parent) } }
        for file in files {
            if try !check(file, below: parent, console) {
                console.conclude()
                throw Failure.Shown(code: 130)
            }
        }
        console.conclude()
        if console.failed > 0 { throw Failure.Shown(code: 1) }
    }

    /// A new folder that nobody else can write into, whatever its place is shared with.
    private static func temporaryFolder() throws -> String {
        let place = FileManager.default.temporaryDirectory.path
        var path = Array((place + "/rhumb-check-XXXXXX").utf8CString)
        guard mkdtemp(&path) != nil else { throw FileError.system(.create, path: place, code: errno) }
        return path.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// - Returns: false when the user wants no more of it.
    private func check(_ file: String, below parent: String, _ console: CheckConsole) throws -> Bool {
        console.begin(file)
        let clock = Stopwatch()
        var cells = (done: 0, all: 0)
        var problem: String?
        var goesOn = true
        // The path keeps recipes of one name in different folders apart.
        let folder = parent + "/" + file.split(separator: "/").filter { $0 != ".." && $0 != "." }.joined(separator: "-")
        do {
            let recipe = try Recipe(reading: file)
            cells.all = recipe.cells.count
            let run = try RecipeRun(
                recipe, registry: .rhumb(), request: .init(seed: common.seed, isShort: isShort),
                environment: RecipeJob.environment, isConfined: true, front: console
            ) { try .open(folder, replacing: isForced) }
            let failure = try run.run()
            cells.done = run.manifest.cells.count { [.complete, .skipped].contains($0.status) }
            problem = failure?.text(colour: console.hasColour)
            goesOn = failure?.kind != .interrupted
        } catch {
            guard let text = Failure.text(of: error, colour: console.hasColour) else { throw error }
            problem = text
        }
        console.end(file, cells: cells, seconds: clock.seconds, problem: problem)
        if out == nil { try? FileManager.default.removeItem(atPath: folder) }
        return goesOn
    }
}
