import Basics
import Glibc
import Language
import Markdown
import Notebook

/// Shows a recipe as it runs: its headings, and below them what the cells give.
package final class RunConsole: ConsoleFront, RunFront {
    private var cellCount = 0
    private var cachedCount = 0

    package func willShow(_ prose: Recipe.Prose) {
        let palette = Palette(isOn: output.hasColour)
        for heading in MarkdownTree(prose.text)?.headings ?? [] { write("\n" + palette.strong(heading.visible) + "\n") }
    }

    package func willRun(_ cell: Recipe.Cell) {}

    package func didRun(_ cell: Manifest.Cell) {
        finish()
        if cell.status == .complete { cellCount += 1 }
        if cell.cached != nil { cachedCount += 1 }
    }

    package func didRepeat(cells: Int, seconds: Double) {
        finish()
        cellCount += cells
        let what = cells == 1 ? "the first cell" : "the first \(cells) cells"
        remark(Palette(isOn: errors.hasColour).dim("\(what) as before, in \(ProgressText.clock(seconds))") + "\n")
    }

    /// The closing line: what was done and where it is.
    package func conclude(_ manifest: Manifest, folder: String) {
        let palette = Palette(isOn: errors.hasColour)
        defer {
            if manifest.status == .interrupted {
                remark(palette.dim("to go on: rhumb run --resume \(folder.visible)") + "\n")
            }
        }
        let figures = Set(manifest.cells.flatMap(\.files).filter { $0.hasSuffix(".png") }).count
        var facts = ["\(cellCount) of \(manifest.cells.count) cells", "\(ProgressText.clock(manifest.seconds))"]
        if cachedCount > 0 { facts[0] += " (\(cachedCount) from the cache)" }
        if figures > 0 { facts.insert(Words.count(figures, "figure"), at: 1) }
        if !manifest.exercises.isEmpty {
            let solved = manifest.exercises.filter(\.isSolved).count
            facts.append("\(solved) of \(manifest.exercises.count) exercises solved")
        }
        let status =
            manifest.status == .complete
            ? palette.good("complete") : palette.bad(manifest.status.rawValue)
        remark("\n\(status)  \(facts.joined(separator: ", "))  \(palette.dim("→ " + folder.visible))\n")
    }
}
