import Files
import Foundation

/// The files of a figure.
public struct FigureFiles: Sendable, Hashable {
    /// The path of the gnuplot script that draws the others.
    public var script: String
    /// The paths of the drawn files, in the order asked for.
    public var images: [String]
}

extension Figure {
    /// Draws this figure and saves it with its script: `stem.gp`, `stem.png`, ….
    ///
    /// - Parameters:
    ///   - stem: The path of the files without a suffix. Its folder is made when missing.
    ///   - formats: The kinds of file to draw.
    /// - Throws: ``PlotError``: as ``draw(_:)``, or a folder that can't be written to, or a full disk.
    @discardableResult
    public func write(to stem: String, formats: [OutputFormat] = [.png]) throws(PlotError) -> FigureFiles {
        try draw(formats).write(to: stem)
    }
}

extension Figure {
    /// Saves the script alone; it draws a PNG and an SVG when run.
    ///
    /// - Throws: ``PlotError`` for a folder that can't be written to, a full disk, a description that can't be drawn.
    public func saveScript(to path: String) throws(PlotError) {
        let bytes = Array(try script(formats: [.png, .svg]).utf8)
        try PlotError.writing { () throws(FileError) in
            let url = URL(fileURLWithPath: path)
            try Folder.make(url.deletingLastPathComponent())
            try AtomicFile.write(bytes, to: url, lasting: false)
        }
    }
}

extension DrawnFigure {
    /// Saves the files and the script: `stem.gp`, `stem.png`, ….
    ///
    /// They get their names when all are complete, so that an error leaves an older
    /// figure of that name as it was.
    /// - Throws: ``PlotError`` for a folder that can't be written to or a full disk.
    @discardableResult
    public func write(to stem: String) throws(PlotError) -> FigureFiles {
        let url = URL(fileURLWithPath: stem)
        let folder = url.deletingLastPathComponent().path, name = url.lastPathComponent
        let prefix = folder == "/" ? "/" : folder + "/"
        let contents = files.map { ($0.format.rawValue, $0.bytes) } + [("gp", Array(script.utf8))]
        try PlotError.writing { () throws(FileError) in
            try Folder.make(url.deletingLastPathComponent())
            var whole: [AtomicFile] = []
            for (suffix, bytes) in contents {
                let file = try AtomicFile(URL(fileURLWithPath: "\(prefix)\(name).\(suffix)"))
                try file.write(bytes)
                whole.append(file)
            }
            for file in whole { try file.commit(lasting: false) }
        }
        return FigureFiles(
            script: "\(prefix)\(name).gp", images: files.map { "\(prefix)\(name).\($0.format.rawValue)" })
    }
}

extension PlotError {
    /// Runs what writes files, whose errors become this room's.
    fileprivate static func writing(_ body: () throws(FileError) -> Void) throws(PlotError) {
        do throws(FileError) {
            try body()
        } catch {
            let path: String? =
                switch error {
                case .system(_, let path, _): path
                case .notWritable(let file, _, _): file
                default: nil
                }
            throw .unwritable(path: path ?? "", reason: error.reason)
        }
    }
}
