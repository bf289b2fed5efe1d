import ArgumentParser
import Console
import FoundationEssentials
import Language
import Notebook
import Report
import Verbs

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Make a document of a run, or a page that lists a folder of runs.",
        discussion: """
            The HTML page has everything in it: prose, code, outputs, tables, figures and the manifest; reading it \
            needs no network and no script. A folder that holds runs gets an index page, and each run in it its \
            report.
            """)

    @Argument(help: "The folder of a run, finished or not, or a folder of runs.", completion: .directory)
    var folder = "runs"

    @Option(help: ArgumentHelp("html, md, or ipynb for Jupyter.", valueName: "format"))
    var format = Report.Format.html

    @Option(
        help: ArgumentHelp("The document's file; by default it goes into the folder.", valueName: "file"),
        completion: .file())
    var out: String?

    func run() throws {
        let isRun = FileManager.default.fileExists(atPath: folder + "/" + Manifest.fileName)
        if !isRun, format != .html {
            throw ValidationError("the page of a folder of runs is HTML, and '\(folder)' is not the folder of a run")
        }
        let registry = Registry.rhumb()
        let isVerb = { registry[$0] != nil }
        if isRun { return print(try Report.write(format, ofRun: folder, to: out, isVerb: isVerb).visible) }
        let (path, damage) = try Report.writeIndex(of: folder, to: out, isVerb: isVerb)
        for reason in damage { ConsoleFront.remark("left out, since it can't be read: \(reason.visible)\n") }
        print(path.visible)
    }
}

extension Report.Format: ExpressibleByArgument {}
