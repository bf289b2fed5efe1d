import Language
import Markdown
import Notebook

/// What a tour shows at once: prose, and below it a cell, an exercise, or nothing more.
struct TourStep {
    enum Task {
        case reading
        case cell(Recipe.Cell)
        case exercise(Recipe.Exercise)
    }

    var prose: [String]
    var task: Task

    /// A recipe in steps. Solutions and what is said to them are left out: an exercise holds its own.
    static func all(of recipe: Recipe) throws(Diagnostic) -> [TourStep] {
        let exercises = try recipe.exercises()
        var steps: [TourStep] = []
        var prose: [String] = []
        func add(_ task: Task) {
            steps.append(TourStep(prose: prose, task: task))
            prose = []
        }
        for part in recipe.parts {
            switch part {
            case .prose(let text): prose.append(text.text)
            case .cell(let cell):
                switch cell.attributes.role {
                case nil: add(.cell(cell))
                case .exercise(let name):
                    if let exercise = exercises.first(where: { $0.name == name }) { add(.exercise(exercise)) }
                case .check:
                    steps[steps.count - 1].prose += prose
                    prose = []
                case .solution:
                    let own = prose.popLast().map { Recipe.parted(beforeSolution: $0).text } ?? ""
                    if !own.isEmpty { prose.append(own) }
                }
            }
        }
        if !prose.isEmpty { add(.reading) }
        return steps
    }

    /// The first heading, for a list of steps.
    var heading: String? { MarkdownTree(prose.joined(separator: "\n\n"))?.headings.first }
}
