import ArgumentParser
import Basics
import Files
import FoundationEssentials
import Notebook

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Make a Jupyter notebook of a recipe, or a recipe of a notebook.",
        discussion: """
            Converting there and back gives the same file, byte for byte. Prose becomes Markdown cells, front matter a \
            raw cell; a fence that is shown and does not run stays in the prose. The other way outputs are left aside, \
            and what a recipe has no place for is refused: raw cells, pictures pasted into Markdown. \
            'rhumb run book.ipynb' runs a notebook without converting it.
            """)

    @Argument(help: "A recipe (.md) or a notebook (.ipynb).", completion: .file(extensions: ["md", "ipynb"]))
    var file: String

    @Argument(
        help: "What to write; by default the file's name with the other suffix.",
        completion: .file(extensions: ["md", "ipynb"]))
    var out: String?

    @Flag(help: "Replace a file that is there.")
    var force = false

    func run() throws {
        guard Recipe.isMarkdown(file) || Recipe.isNotebook(file) else {
            throw ValidationError("a recipe ends in '.md' and a notebook in '.ipynb', not '\(file)'")
        }
        let suffix = Recipe.isNotebook(file) ? ".md" : ".ipynb"
        let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
        let out = self.out ?? stem + suffix
        guard Recipe.isNotebook(out) != Recipe.isNotebook(file), Recipe.isMarkdown(out) || Recipe.isNotebook(out) else {
            throw ValidationError("'\(file)' becomes a file that ends in '\(suffix)', not '\(out)'")
        }
        let recipe = try Recipe(reading: file)
        try recipe.requireCells()
        if !force, FileManager.default.fileExists(atPath: out) {
            throw RhumbError("'\(out)' is there already", hint: "name another file, or replace it with --force")
        }
        let text = Recipe.isNotebook(file) ? recipe.source.text : recipe.notebook
        if let slash = out.lastIndex(of: "/"), slash != out.startIndex {
            try RunFolder.makeFolder(String(out[..<slash]))
        }
        try AtomicFile.write(text, to: URL(filePath: out))
        print(out.visible)
    }
}
