import FoundationEssentials
import Language
import Notebook

/// Goes through a recipe step by step at the prompt: shows prose and cell, waits, runs the cell when asked, and takes
/// any line of the language in between. At an exercise it waits for the reader's answer.
package final class Tour {
    package enum End: Equatable {
        /// The last step was passed.
        case finished
        case left
    }

    private let recipe: Recipe
    /// What `rhumb tour` takes for it.
    private let name: String
    private let steps: [TourStep]
    private let session: Session
    private let front: TourFront
    private let source: BlockSource
    private let environment: [String: String]
    private let palette: Palette
    /// Names of the exercises that the reader solved.
    private var solved: Set<String> = []
    /// Number of the step being shown.
    private var position = 0

    /// - Parameter name: what `rhumb tour` takes for the recipe, to say how to come back; its path by default.
    /// - Throws: `Diagnostic` for a recipe whose cells don't follow the grammar or whose exercises are incomplete.
    package init(
        _ recipe: Recipe, called name: String? = nil, session: Session, front: TourFront,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(Diagnostic) {
        _ = try recipe.parameters()
        self.recipe = recipe
        self.name = name ?? recipe.path
        steps = try TourStep.all(of: recipe)
        self.session = session
        self.front = front
        self.environment = environment
        source = BlockSource(session: session, front: front, environment: environment)
        palette = Palette(isOn: front.output.hasColour)
    }

    /// What the reader can type besides the language.
    private enum Command: String, CaseIterable {
        case next, back, again, skip, hint, solution, list, edit, tour, quit, exit

        var meaning: String {
            switch self {
            case .next: "the same as Enter: run the cell, check the answer, or go on"
            case .back: "the step before"
            case .again: "show this step again; after its cell has run, run it again"
            case .skip: "go on without running the cell; an exercise is replaced by its solution"
            case .hint: "what to think of at an exercise"
            case .solution: "show an exercise's solution and take it"
            case .list: "the steps and where we are"
            case .edit: "change the cell in $EDITOR and run it"
            case .tour: "this list"
            case .quit, .exit: "leave, as Ctrl-D does"
            }
        }
    }

    /// What to do after a step.
    private enum Move { case forward, back, leave }

    /// - Parameter first: the step to begin at, from 1; the cells of those before run without being shown.
    /// - Throws: `RunError.unknownStep`.
    package func run(from first: Int = 1) throws -> End {
        guard first >= 1, first <= max(1, steps.count) else { throw RunError.unknownStep(first, count: steps.count) }
        front.write(
            palette.strong(recipe.title.visible) + palette.dim("  \(recipe.path.visible), \(steps.count) steps") + "\n")
        remark("Enter goes on  ·  any line of the language runs  ·  tour lists what else there is  ·  Ctrl-D leaves")
        while position < first - 1 {
            passUnseen(steps[position])
            position += 1
        }
        while position < steps.count {
            switch take(steps[position]) {
            case .forward: position += 1
            case .back: position = max(0, position - 1)
            case .leave:
                farewell()
                return .left
            }
        }
        front.write("\n" + palette.good("The end") + " of '\(recipe.title.visible)'" + score("; ") + ".\n")
        front.finish()
        return .finished
    }

    private func passUnseen(_ step: TourStep) {
        front.muted {
            switch step.task {
            case .reading: break
            case .cell(let cell): if !cell.attributes.isSkipped { session.execute(recorded: cell.code) }
            case .exercise(let exercise): session.execute(recorded: exercise.solution.code)
            }
        }
        front.finish()
    }

    private func farewell() {
        front.write(
            "\n"
                + palette.dim(
                    "Left at step \(position + 1) of \(steps.count)\(score("; ")). "
                        + "To go on there: rhumb tour \(name.visible) --from \(position + 1)") + "\n")
        front.finish()
    }

    private func score(_ separator: String) -> String {
        let count = steps.reduce(0) { if case .exercise = $1.task { $0 + 1 } else { $0 } }
        return count == 0 ? "" : separator + "\(solved.count) of \(count) exercises solved"
    }

    // MARK: showing

    private func show(_ step: TourStep) {
        let width = front.width
        let place = "── \(position + 1) of \(steps.count) "
        let rule = String(repeating: "─", count: max(2, min(width, 100) - place.count))
        front.write("\n" + palette.dim(place + rule) + "\n\n")
        let prose = ProseText(palette: palette, width: width)
        for text in step.prose { front.write(prose.text(text.visible) + "\n\n") }
        switch step.task {
        case .reading: break
        case .cell(let cell):
            if cell.attributes.isQuiet { break }
            show(cell, margin: "│ ")
            source.offer(cell.code.text)
        case .exercise(let exercise):
            show(exercise.start, margin: "│ ")
            front.write(palette.dim("  the check:") + "\n")
            show(exercise.check, margin: "┆ ")
            source.offer(exercise.start.code.text)
            let recall = source.isEditor ? "Up brings the cell back. " : ""
            remark(recall + "Type your answer, then Enter on an empty line checks it.")
            remark("hint  ·  solution  ·  skip")
        }
    }

    private func show(_ cell: Recipe.Cell, margin: String) {
        for line in cell.code.text.visible.split(separator: "\n", omittingEmptySubsequences: false) {
            for piece in Self.wrapped(line, to: front.width - margin.count) {
                front.write(palette.accent(margin) + piece + "\n")
            }
        }
    }

    /// A line of code in pieces that fit, parted at spaces; all but the first are indented.
    private static func wrapped(_ line: Substring, to width: Int) -> [String] {
        var pieces: [String] = []
        var rest = String(line)
        while rest.count > max(20, width), let cut = rest.prefix(max(20, width)).lastIndex(of: " "),
            rest[..<cut].contains(where: { $0 != " " })
        {
            pieces.append(String(rest[..<cut]))
            rest = "      " + rest[cut...].drop { $0 == " " }
        }
        return pieces + [rest]
    }

    private func remark(_ text: String) { front.write(palette.dim(text) + "\n") }

    // MARK: one step

    /// Shows a step and answers the reader until it is over.
    private func take(_ step: TourStep) -> Move {
        show(step)
        begin(step)
        var isDone = false
        while true {
            switch source.read(prompt: prompt(step, isDone: isDone)) {
            case .ended: return .leave
            case .interrupted: continue
            case .block(let block):
                let text = block.trimmingSpace
                guard let command = text.isEmpty ? .next : Command(rawValue: text) else {
                    source.remember(block)
                    session.execute(typed: block)
                    continue
                }
                switch command {
                case .next:
                    if isDone { return .forward }
                    front.hasShown = false
                    isDone = perform(step)
                    if isDone, !front.hasShown { return .forward }
                case .back: return .back
                case .again:
                    if isDone, case .cell = step.task {
                        _ = perform(step)
                    } else {
                        show(step)
                        begin(step)
                        isDone = false
                    }
                case .skip:
                    if !isDone, case .exercise(let exercise) = step.task {
                        remark("The solution is used instead.")
                        session.execute(recorded: exercise.solution.code)
                        front.finish()
                    }
                    return .forward
                case .hint: hint(step)
                case .solution: if solution(step) { isDone = true }
                case .list: list()
                case .edit: edit(step)
                case .tour: explain()
                case .quit, .exit: return .leave
                }
            }
        }
    }

    /// Tells what Enter does.
    private func prompt(_ step: TourStep, isDone: Bool) -> String {
        let word =
            switch step.task {
            case _ where isDone: "next"
            case .reading: "next"
            case .cell(let cell): cell.attributes.isSkipped ? "next" : "run"
            case .exercise: "check"
            }
        return "\(position + 1)/\(steps.count) \(word)> "
    }

    /// An exercise begins with what its cell leaves open, so that the check has something to look at.
    private func begin(_ step: TourStep) {
        guard case .exercise(let exercise) = step.task else { return }
        front.muted { _ = session.execute(exercise.start.code) }
        front.finish()
    }

    /// - Returns: whether the step is done.
    private func perform(_ step: TourStep) -> Bool {
        switch step.task {
        case .reading: return true
        case .cell(let cell):
            if cell.attributes.isSkipped { return true }
            let failure =
                cell.attributes.isQuiet
                ? front.muted { session.execute(recorded: cell.code) } : session.execute(recorded: cell.code)
            front.finish()
            guard let failure else { return true }
            if cell.attributes.mustFail, failure.kind != .interrupted {
                front.hasShown = true
                return true
            }
            remark("Enter runs the cell again, skip goes on without it.")
            return false
        case .exercise(let exercise):
            guard session.execute(exercise.check.code) == nil else {
                front.finish()
                remark("Not yet: change the answer and press Enter; or hint, solution, skip.")
                return false
            }
            solved.insert(exercise.name)
            front.finish()
            front.write(palette.good("Right.") + "\n")
            return true
        }
    }

    // MARK: commands

    private func hint(_ step: TourStep) {
        guard case .exercise(let exercise) = step.task else {
            return remark("There is a hint where there is an exercise.")
        }
        guard !exercise.hint.isEmpty else { return remark("There is no hint for this exercise.") }
        front.write(ProseText(palette: palette, width: front.width).text(exercise.hint.visible) + "\n")
    }

    /// Shows the solution and runs it with the check.
    ///
    /// - Returns: whether the step is done.
    private func solution(_ step: TourStep) -> Bool {
        guard case .exercise(let exercise) = step.task else {
            remark("There is a solution where there is an exercise.")
            return false
        }
        show(exercise.solution, margin: "│ ")
        let failure = session.execute(recorded: exercise.solution.code) ?? session.execute(exercise.check.code)
        front.finish()
        return failure == nil
    }

    private func edit(_ step: TourStep) {
        let cell: Recipe.Cell
        switch step.task {
        case .reading: return remark("There is no cell here.")
        case .cell(let own): cell = own
        case .exercise(let exercise): cell = exercise.start
        }
        guard source.isEditor else { return remark("That needs a terminal; type the cell as you want it.") }
        guard let block = ExternalEditor.edit(cell.code.text, environment: environment) else {
            return remark("Nothing was changed.")
        }
        source.remember(block)
        session.execute(typed: block)
    }

    private func list() {
        for (index, step) in steps.enumerated() where step.heading != nil || index == position {
            let mark = index == position ? "→" : " "
            front.write("\(mark) \("\(index + 1)".padded(to: 3)) \((step.heading ?? "").visible)\n")
        }
    }

    private func explain() {
        for command in Command.allCases where command != .exit {
            front.write("  \(palette.accent(command.rawValue.padded(to: 9)))\(palette.dim(command.meaning))\n")
        }
    }
}
