import Basics
import FoundationEssentials
import Glibc

/// Files that come with Rhumb: folders that the build leaves beside the executable, and that go where it goes.
public enum BundledFile {
    /// A file or folder of a room's `Resources`.
    ///
    /// SwiftPM's own `Bundle.module` ends the process where the folder is missing.
    ///
    /// - Parameters:
    ///   - path: below `Resources`.
    ///   - room: whose resources they are.
    /// - Throws: ``FileError/notInstalled(path:folder:)``.
    public static func url(_ path: String, of room: String) throws(FileError) -> URL {
        let folder = "Rhumb_\(room).resources"
        let url = beside.appending(path: "\(folder)/Resources/\(path)")
        guard access(url.path, R_OK) == 0 else { throw .notInstalled(path: url.path, folder: folder) }
        return url
    }

    /// The folder of the executable, links followed.
    private static let beside: URL = {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &path, Int(PATH_MAX))
        let executable =
            count > 0
            ? String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
            : CommandLine.arguments[0]
        return URL(filePath: executable).deletingLastPathComponent()
    }()
}
