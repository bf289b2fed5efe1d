import FoundationEssentials

/// Lessons that follow one another: the recipes of a folder whose names begin with their number, `01-angles.md`.
public struct Course {
    /// Where the course of Rhumb lies, from the folder of its sources.
    public static let standardFolder = "recipes/course"

    public let folder: String
    public let lessons: [Recipe]

    /// - Throws: `RunError.noLessons` when the folder is not there or holds none; `RunError.unreadable` or `Diagnostic` for
    ///   a lesson that can't be read.
    public init(folder: String = standardFolder) throws {
        self.folder = folder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        lessons = try names.filter { $0.hasSuffix(".md") && Self.number(of: $0) != nil }.sorted()
            .map { try Recipe(reading: folder + "/" + $0) }
        guard !lessons.isEmpty else {
            let here = FileManager.default.currentDirectoryPath
            throw RunError.noLessons(folder: folder.hasPrefix("/") ? folder : here + "/" + folder)
        }
    }

    /// The lesson whose file's name begins with a number.
    ///
    /// - Throws: `RunError.unknownLesson`.
    public func lesson(number: Int) throws(RunError) -> Recipe {
        guard let lesson = lessons.first(where: { Self.number(of: $0.name) == number }) else {
            throw .unknownLesson(number, folder: folder, count: lessons.count)
        }
        return lesson
    }

    /// The lesson after another one; nil at the end.
    public func lesson(after recipe: Recipe) -> Recipe? {
        lessons.drop { $0.path != recipe.path }.dropFirst().first
    }

    private static func number(of name: String) -> Int? {
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        return name.dropFirst(digits.count).first == "-" ? Int(digits) : nil
    }
}
