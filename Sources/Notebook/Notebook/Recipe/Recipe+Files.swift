import FoundationEssentials
import Glibc

extension Recipe {
    /// The recipes that paths name: a file stands for itself, a folder for the Markdown files in it, at any depth, that
    /// have cells. Sorted within each folder; hidden files and folders are left out.
    ///
    /// - Throws: `RunError.unreadable` for a path that does not exist, and for a folder of far too many files.
    public static func files(at paths: [String]) throws -> [String] {
        var found: [String] = []
        for path in paths {
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw RunError.unreadable(path: path, reason: String(cString: strerror(ENOENT)))
            }
            for file in try isFolder ? files(in: path) : [path] where !found.contains(file) { found.append(file) }
        }
        return found
    }

    private static func files(in folder: String) throws -> [String] {
        let folder = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
        let below = FilesBelow(folder)
        guard below.isWhole else {
            let reason = "it holds more than \(FilesBelow.most) files; name the folder of the recipes"
            throw RunError.unreadable(path: folder, reason: reason)
        }
        return below.found.filter { $0.isFile && isMarkdown($0.suffix) }.map { folder + $0.suffix }.filter { path in
            // A file that can't be read as a recipe is checked too, and says why.
            (try? Recipe(reading: path)).map { !$0.cells.isEmpty } ?? true
        }
    }
}
