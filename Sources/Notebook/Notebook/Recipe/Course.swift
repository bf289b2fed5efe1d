import FoundationEssentials
import Glibc

/// Lessons that follow one another: the recipes of a folder whose names begin with their number, `01-angles.md`.
public struct Course {
    /// Where the course of Rhumb lies, from the folder of its sources.
    public static let standardFolder = "recipes/course"

    /// What messages call the folder.
    public let name: String
    public let lessons: [Recipe]
    /// Whether these are the lessons that come with Rhumb.
    private let isStandard: Bool

    /// The lessons that come with Rhumb: those of the current folder, where it is that of Rhumb's sources, else those
    /// that lie with the program, wherever it is started.
    ///
    /// - Throws: `RunError.noLessons` when they are nowhere; `RunError.unreadable` or `Diagnostic` for a lesson that
    ///   can't be read.
    public init() throws {
        let place = Self.places.first { !Self.lessonNames(in: $0).isEmpty }
        try self.init(place: place ?? Self.standardFolder, name: Self.standardFolder, isStandard: true)
    }

    /// The lessons of a folder.
    ///
    /// - Throws: as ``init()``.
    public init(folder: String) throws { try self.init(place: folder, name: folder, isStandard: false) }

    /// - Parameter name: what lessons call the folder in messages, whatever its place.
    private init(place: String, name: String, isStandard: Bool) throws {
        (self.name, self.isStandard) = (name, isStandard)
        lessons = try Self.lessonNames(in: place).map { try Recipe(reading: place + "/" + $0, as: name + "/" + $0) }
        guard !lessons.isEmpty else {
            let here = FileManager.default.currentDirectoryPath
            throw RunError.noLessons(folder: place.hasPrefix("/") ? place : here + "/" + place)
        }
    }

    /// The lesson whose file's name begins with a number.
    ///
    /// - Throws: `RunError.unknownLesson`.
    public func lesson(number: Int) throws(RunError) -> Recipe {
        guard let lesson = lessons.first(where: { Self.number(of: $0.name) == number }) else {
            throw .unknownLesson(number, folder: name, count: lessons.count)
        }
        return lesson
    }

    /// The lesson after another one; nil at the end.
    public func lesson(after recipe: Recipe) -> Recipe? {
        lessons.drop { $0.path != recipe.path }.dropFirst().first
    }

    /// What `rhumb tour` takes for a lesson, from any folder: its number, or its path in a course of one's own.
    public func argument(for lesson: Recipe) -> String {
        isStandard ? Self.number(of: lesson.name).map(String.init) ?? lesson.path : lesson.path
    }

    /// Where the lessons that come with Rhumb may lie: here, in a folder above the program, installed beside it, and in
    /// the sources it was built from.
    private static var places: [String] {
        var places = [standardFolder]
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let program = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let built = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        var parts = program.split(separator: "/").dropLast()
        while !parts.isEmpty {
            let folder = "/" + parts.joined(separator: "/")
            places += [folder + "/" + standardFolder, folder + "/share/rhumb/" + standardFolder]
            parts.removeLast()
        }
        return places + ["/" + built + "/" + standardFolder]
    }

    private static func lessonNames(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".md") && number(of: $0) != nil }.sorted()
    }

    private static func number(of name: String) -> Int? {
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        return name.dropFirst(digits.count).first == "-" ? Int(digits) : nil
    }
}
