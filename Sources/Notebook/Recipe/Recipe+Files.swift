import FoundationEssentials
import Glibc

extension Recipe {
    /// The recipes that paths name: a file stands for itself, a folder for the Markdown files in it, at any depth, that
    /// have cells. Sorted within each folder; hidden files and folders are left out.
    ///
    /// - Throws: `RunError.unreadable` for a path that does not exist.
    public static func files(at paths: [String]) throws -> [String] {
        var found: [String] = []
        for path in paths {
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw RunError.unreadable(path: path, reason: String(cString: strerror(ENOENT)))
            }
            for file in isFolder ? files(in: path) : [path] where !found.contains(file) { found.append(file) }
        }
        return found
    }

    private static func files(in folder: String) -> [String] {
        let folder = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = folder + "/" + name
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
            if isFolder { return files(in: path) }
            guard isMarkdown(name) else { return [] }
            // A file that can't be read as a recipe is checked too, and says why.
            let recipe = try? Recipe(reading: path)
            return recipe.map { !$0.cells.isEmpty } ?? true ? [path] : []
        }
    }
}
