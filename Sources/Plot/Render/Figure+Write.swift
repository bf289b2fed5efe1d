import Foundation

/// The files of a figure.
public struct FigureFiles: Sendable, Hashable {
    /// The gnuplot script that draws the others.
    public var script: String
    /// The drawn files, in the order asked for.
    public var images: [String]
}

extension Figure {
    /// Draws this figure and saves it with its script: `stem.gp`, `stem.png`, ….
    ///
    /// Every file is written under a temporary name and renamed, the script last, so that no half-written figure is seen.
    /// - Parameters:
    ///   - stem: The path of the files without a suffix. Its folder is made when missing.
    ///   - formats: The kinds of file to draw.
    /// - Throws: ``PlotError``.
    @discardableResult
    public func write(to stem: String, formats: [OutputFormat] = [.png]) throws -> FigureFiles {
        let url = URL(fileURLWithPath: stem)
        let folder = url.deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw PlotError.unwritable(path: folder, reason: error.localizedDescription)
        }
        let temporary = "\(folder)/.\(url.lastPathComponent)-\(getpid())"
        defer { for format in formats { unlink("\(temporary).\(format.rawValue)") } }
        let script = try script(name: url.lastPathComponent, formats: formats)
        _ = try Gnuplot.run("name = \(temporary.gnuplotQuoted)\n" + body(formats: formats))
        let path = url.path
        for format in formats {
            guard rename("\(temporary).\(format.rawValue)", "\(path).\(format.rawValue)") == 0 else {
                throw PlotError.unwritable(path: "\(path).\(format.rawValue)", reason: String(cString: strerror(errno)))
            }
        }
        do {
            try Data(script.utf8).write(to: URL(fileURLWithPath: "\(path).gp"), options: .atomic)
        } catch {
            throw PlotError.unwritable(path: "\(path).gp", reason: error.localizedDescription)
        }
        return FigureFiles(script: "\(path).gp", images: formats.map { "\(path).\($0.rawValue)" })
    }
}
