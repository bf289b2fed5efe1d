import ArgumentParser
import Basics
import Console
import Files
import Foundation
import Language
import Notebook

struct FormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Put code into the one style of the language.",
        discussion: """
            Scripts are formatted whole, of Markdown, Quarto documents and Jupyter notebooks the cells; every other \
            byte of a notebook stays as it is. Only spaces, line ends and idle semicolons change; \
            comments stay where they are. A file that does not follow the grammar is left alone and named, with exit \
            code 2. A file is replaced whole or not at all.
            """)

    @Argument(
        help: "Scripts, recipes, notebooks, folders of recipes; - for standard input, which goes to standard output.")
    var paths: [String]

    @Flag(help: "Write nothing; name the files that would change, with exit code 1 if there are any.")
    var check = false

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("What standard input is, by a name that ends in .md, .qmd or .ipynb.", valueName: "name"))
    var inputName: String?

    func validate() throws {
        if inputName != nil, paths != ["-"] {
            throw ValidationError("'--as' says what standard input is: it goes with '-' alone")
        }
        if paths.count > 1, paths.contains("-") {
            throw ValidationError("'-' is standard input, which is formatted alone")
        }
    }

    func run() throws {
        if paths == ["-"] { return try formatStandardInput() }
        var changed = 0, failed: Int32 = 0
        for path in try TextFile.paths(paths) {
            do {
                if try format(path) { changed += 1 }
            } catch {
                guard let text = Failure.text(of: error, colour: Screen(descriptor: STDERR_FILENO).hasColour) else {
                    throw error
                }
                ConsoleFront.remark(text + "\n")
                failed = max(failed, Failure.code(of: error))
            }
        }
        if failed > 0 { throw Failure.Shown(code: failed) }
        if check, changed > 0 { throw Failure.Shown(code: 1) }
    }

    /// - Returns: whether the file changes.
    private func format(_ path: String) throws -> Bool {
        try TextFile.checkKind(of: path)
        let bytes = try TextFile.bytes(of: path)
        let formatted = try Self.formatted(bytes, path: path)
        guard formatted != bytes else { return false }
        if check {
            print("\(path.visible) would change")
        } else {
            try AtomicFile.write(formatted, to: URL(fileURLWithPath: path))
            print("\(path.visible) formatted")
        }
        return true
    }

    private static func formatted(_ bytes: [UInt8], path: String) throws -> [UInt8] {
        if Recipe.isNotebook(path) { return try NotebookCode(bytes, path: path).formatted() }
        let file = try TextFile(bytes, path: path)
        guard Recipe.isQuarto(path) else {
            return try Array(file.restored(Recipe(path: path, text: file.text).formatted()).utf8)
        }
        return try Array(file.restored(Recipe(quarto: path, text: file.plain).formatted(in: file.plain)).utf8)
    }

    private func formatStandardInput() throws {
        let bytes = Array(FileHandle.standardInput.readDataToEndOfFile())
        let formatted = try Self.formatted(bytes, path: inputName ?? "standard input")
        guard check else { return FileHandle.standardOutput.write(Data(formatted)) }
        if formatted != bytes {
            print("standard input would change")
            throw Failure.Shown(code: 1)
        }
    }
}

/// A text with the ends of lines and the mark of the byte order that its file has.
struct TextFile {
    let text: String
    private let hasMark: Bool
    private let hasReturns: Bool

    /// The files that paths name, of a folder its recipes.
    static func paths(_ given: [String]) throws -> [String] {
        let files = try Recipe.files(at: given)
        guard !files.isEmpty else {
            let folders = given.map { "'\($0)'" }.joined(separator: ", ")
            throw RhumbError("there is no recipe (.md) in \(folders)", hint: "scripts are named one by one")
        }
        return files
    }

    /// JSON, for one, would pass for a record of the language.
    static func checkKind(of path: String) throws {
        let name = path.split(separator: "/").last ?? ""
        let suffix = name.lastIndex(of: ".").map { name[$0...] } ?? ""
        guard ["", ".rhumb", ".md", ".markdown", ".ipynb", ".qmd"].contains(suffix) else {
            throw RhumbError(
                "'\(path)' is neither a script (.rhumb) nor a recipe (.md), a notebook (.ipynb) or a Quarto document "
                    + "(.qmd)",
                hint: "a script of another name goes through standard input: rhumb fmt - < \(path)")
        }
    }

    static func bytes(of path: String) throws -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw RunError.unreadable(path: path, reason: (error as NSError).localizedFailureReason ?? "no such file")
        }
    }

    init(_ bytes: [UInt8], path: String) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RunError.unreadable(path: path, reason: "it is not UTF-8 text")
        }
        self.text = text
        hasMark = text.unicodeScalars.first == "\u{FEFF}"
        hasReturns =
            text.utf8.firstIndex(of: 0x0A).map {
                $0 > text.startIndex && text.utf8[text.utf8.index(before: $0)] == 0x0D
            } ?? false
    }

    /// Without the mark, each line ended by one character.
    var plain: String {
        (hasMark ? String(text.unicodeScalars.dropFirst()) : text).replacingOccurrences(of: "\r\n", with: "\n")
    }

    /// A text made from this one, as the file would have it.
    func restored(_ other: String) -> String {
        (hasMark ? "\u{FEFF}" : "") + (hasReturns ? other.replacingOccurrences(of: "\n", with: "\r\n") : other)
    }
}
