import Basics
import Language

/// What can keep a run from starting. The messages stand here.
public enum RunError: ExplainedError, Equatable {
    /// `--out` names a folder with files that no run left.
    case folderInUse(String)
    /// `--out` names a folder with a run, and nothing says that it may go.
    case holdsRun(String, Manifest.Status)
    /// A folder inside a run's folder is a symbolic link.
    case linkInFolder(String)
    /// A recipe without anything to run.
    case noCells(String, Recipe.Lookalike)
    /// A folder without a manifest where one of a run is wanted.
    case notARun(String)
    /// A folder that should hold folders of runs.
    case noRuns(String)
    case unreadable(path: String, reason: String)
    /// A course was asked for where there is none.
    case noLessons(folder: String)
    case unknownLesson(Int, folder: String, count: Int)
    /// `--from` beyond the last step of a tour.
    case unknownStep(Int, count: Int)
    /// `--set` without `=`, or with nothing before it.
    case malformedSetting(String)
    /// `--set` names something that the recipe does not take.
    case unknownParameter(String, known: [String], suggestion: String?)
    /// Another process writes into the folder.
    case folderLocked(String)
    /// The recipe saved in a run's folder is not the one that ran.
    case changedRecipe(String)
    /// Files that a run has read, and that are not the same any more.
    case changedInputs([String], run: String)
    /// Files that changed while a run that uses the cache counted on them.
    case changedWhileRunning([String])
    /// `--sweep` that is not of the form name=value,value
    case malformedSweep(String)
    /// Two `--sweep` of one parameter, or a `--set` besides.
    case sweptTwice(String)
    /// `--show` names a number that no run of a sweep gave.
    case unknownResult(String, known: [String], suggestion: String?)
    /// `rhumb check` found nothing to run.
    case noRecipes(String)

    public var message: String {
        switch self {
        case .folderInUse(let path): "the folder '\(path)' holds files that are not those of an earlier run"
        case .holdsRun(let path, let status):
            "the folder '\(path)' holds a run that "
                + (status == .complete ? "is complete" : status == .failed ? "failed" : "is not finished")
        case .linkInFolder(let path): "can't write into '\(path)': it is a symbolic link"
        case .noCells(let path, .nothing): "'\(path)' has no cells"
        case .noCells(let path, .spelt(let marker, let word, let line)):
            "'\(path)' has no cells: '\(marker)\(word)' in line \(line) does not open one"
        case .noCells(let path, .inHTML(let line)):
            "'\(path)' has no cells: the fence in line \(line) stands in a comment or in HTML"
        case .noCells(let path, .indented(let line)):
            "'\(path)' has no cells: the fence in line \(line) is indented, which makes it an example of code"
        case .notARun(let path): "'\(path)' is not the folder of a run"
        case .noRuns(let path): "'\(path)' holds no folder of a run"
        case .unreadable(let path, let reason): "can't read '\(path)': \(reason)"
        case .noLessons(let folder): "there are no lessons in '\(folder)'"
        case .unknownLesson(let number, let folder, _): "there is no lesson \(number) in '\(folder)'"
        case .unknownStep(let number, _): "there is no step \(number)"
        case .malformedSetting(let text): "'--set' must be of the form name=value, not '\(text)'"
        case .unknownParameter(let name, _, _): "the recipe has no parameter '\(name)'"
        case .folderLocked(let path): "another run is writing into the folder '\(path)'"
        case .changedRecipe(let file): "'\(file)' is not the recipe that ran: its checksum differs from the manifest's"
        case .changedInputs(let paths, let run):
            "the run '\(run)' can't go on as it began: since then these have changed: "
                + paths.map { "'\($0)'" }.joined(separator: ", ")
        case .changedWhileRunning(let paths):
            "changed during the run: " + paths.map { "'\($0)'" }.joined(separator: ", ")
        case .malformedSweep(let text): "'--sweep' must be of the form name=value,value, not '\(text)'"
        case .sweptTwice(let name): "the parameter '\(name)' is given more than once"
        case .unknownResult(let name, _, _): "no run returned a number '\(name)'"
        case .noRecipes(let what): "no recipe to check \(what)"
        }
    }

    /// Whether the command line is at fault rather than the run.
    public var isUsage: Bool {
        switch self {
        case .malformedSetting, .unknownParameter, .unknownLesson, .unknownStep, .noRecipes, .malformedSweep,
            .sweptTwice, .unknownResult:
            true
        case .folderInUse, .holdsRun, .linkInFolder, .noCells, .notARun, .noRuns, .unreadable, .noLessons,
            .folderLocked, .changedRecipe, .changedInputs,
            .changedWhileRunning:
            false
        }
    }

    public var hint: String {
        switch self {
        case .folderInUse: "name a new or empty folder, or one that a run has written"
        case .holdsRun(_, .complete), .holdsRun(_, .failed): "name another folder, or replace it with --force"
        case .holdsRun(let path, _): "go on with it: rhumb run --resume \(path); or replace it with --force"
        case .linkInFolder: "remove the link, or put the whole folder of the run elsewhere: --out FOLDER"
        case .noCells(_, .spelt(let marker, _, _)): "a cell opens with \(marker)rhumb"
        case .noCells(_, .inHTML): "close the comment before it, or leave an empty line between a tag and the fence"
        case .noCells(_, .indented): "begin the fence at the left edge, or at that of the list it stands in"
        case .noCells(_, .nothing): "a cell is a fence that opens with ```rhumb and closes with ```"
        case .notARun, .noRuns:
            "a run's folder holds a 'manifest.json' of Rhumb's; 'rhumb run' names the folder it leaves"
        case .unreadable: "check the name and the permissions"
        case .noLessons:
            "name a recipe or a folder of lessons: rhumb tour FILE"
        case .unknownLesson(_, _, let count): "it has \(count): 'rhumb tour' lists them"
        case .unknownStep(_, let count): "the recipe has \(count)"
        case .malformedSetting: "for example --set alpha=0.5"
        case .folderLocked: "wait for its end, or name another folder"
        case .changedRecipe:
            "put it back as it was, or run it anew; rhumb replay --recipe FILE compares another with it"
        case .changedInputs: "put them back as they were, or run the recipe anew"
        case .changedWhileRunning: "run it again"
        case .malformedSweep: "for example --sweep alpha=0.25,0.5,1"
        case .sweptTwice: "a sweep takes each parameter from one place"
        case .unknownResult(_, _, let guess?): "did you mean '\(guess)'?"
        case .unknownResult(_, let known, nil): "there are: \(known.joined(separator: ", "))"
        case .noRecipes: "a recipe is a Markdown file with 'rhumb' fences"
        case .unknownParameter(_, _, let guess?): "did you mean '\(guess)'?"
        case .unknownParameter(_, let known, nil):
            known.isEmpty
                ? "a recipe takes a parameter with 'param', for example: param alpha = 0.5"
                : "its parameters: \(known.joined(separator: ", "))"
        }
    }
}
