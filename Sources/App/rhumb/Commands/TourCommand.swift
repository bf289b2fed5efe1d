import ArgumentParser
import Console
import FoundationEssentials
import Notebook

struct TourCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tour", abstract: "Go through a recipe or a lesson of the course step by step.",
        discussion: """
            Shows a piece of text and a cell and waits: Enter runs the cell and goes on, any line of the language can \
            be tried in between, and an exercise waits for its answer. Without a file it offers the lessons of the \
            course that comes with Rhumb, from whatever folder it is started.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("A recipe, the number of a lesson, or a folder of lessons.", valueName: "file"),
        completion: .file(extensions: ["md", "rhumb"]))
    var file: String?

    @Option(help: ArgumentHelp("The step to begin at; the cells before it run unseen.", valueName: "step"))
    var from: Int = 1

    func run() throws {
        guard let file else { return try take(Course(), number: nil) }
        if let number = Int(file) { return try take(Course(), number: number) }
        var isFolder = false
        if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder {
            return try take(Course(folder: file), number: nil)
        }
        let recipe = try Recipe(reading: file)
        try recipe.requireCells()
        _ = try Workbench(common).runTour(recipe, from: from)
    }

    /// Goes through a course from one lesson on, as long as the reader wants to.
    private func take(_ course: Course, number: Int?) throws {
        let console = LessonConsole(course, wantsColour: !common.noColor)
        var lesson = try number.map(course.lesson) ?? console.choose()
        var first = from
        while let recipe = lesson {
            let end = try Workbench(common).runTour(recipe, called: course.argument(for: recipe), from: first)
            guard end == .finished, let next = course.lesson(after: recipe), console.offers(next) else { return }
            lesson = next
            first = 1
        }
    }
}
