import Glibc
import Notebook

/// Asks which lesson of a course to take.
package struct LessonConsole {
    private let course: Course
    private let palette: Palette
    private let output = TextOutput(descriptor: STDOUT_FILENO)

    package init(_ course: Course, wantsColour: Bool) {
        self.course = course
        palette = Palette(isOn: Screen(descriptor: STDOUT_FILENO, wantsColour: wantsColour).hasColour)
    }

    /// Lists the lessons and waits for a number; nil when the reader leaves.
    package func choose() -> Recipe? {
        write(palette.strong("Lessons in \(course.name)".visible) + "\n")
        for lesson in course.lessons { write("  \(lesson.title.visible)\n") }
        while let answer = ask("lesson> ") {
            if answer.isEmpty { return course.lessons.first }
            if let number = Int(answer), let lesson = try? course.lesson(number: number) { return lesson }
            write(palette.dim("Type the number of a lesson; Enter takes the first, quit leaves.") + "\n")
        }
        return nil
    }

    /// Whether the reader wants to go on with a lesson.
    package func offers(_ lesson: Recipe) -> Bool {
        write("Next: \(lesson.title.visible). " + palette.dim("Enter goes on, quit leaves.") + "\n")
        return ask("next> ") != nil
    }

    /// What was typed, without white space around it; nil for leaving.
    private func ask(_ prompt: String) -> String? {
        let reader = PlainReader(
            write: {
                output.write($0)
                output.flush()
            }, isComplete: { _ in true })
        guard case .block(let text) = reader.read(prompt: prompt) else {
            write("\n")
            return nil
        }
        let answer = text.trimmingSpace
        return ["quit", "exit", "q"].contains(answer) ? nil : answer
    }

    private func write(_ text: String) {
        output.write(text)
        output.flush()
    }
}
