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
    /// Everything is written under temporary names and renamed when all of it is complete, the script last, so that an
    /// error leaves an older figure of that name as it was.
    /// - Parameters:
    ///   - stem: The path of the files without a suffix. Its folder is made when missing.
    ///   - formats: The kinds of file to draw.
    /// - Throws: ``PlotError``: gnuplot missing or at odds with the script, a folder that can't be written to, a full
    ///   disk, a description that can't be drawn.
    @discardableResult
    public func write(to stem: String, formats: [OutputFormat] = [.png]) throws(PlotError) -> FigureFiles {
        let url = URL(fileURLWithPath: stem)
        let folder = url.deletingLastPathComponent().path, name = url.lastPathComponent
        let path = "\(folder == "/" ? "" : folder)/\(name)"
        let temporary = "\(folder)/.\(name)-\(getpid())"
        let script = try script(name: name, formats: formats)
        let body = try body(formats: formats)

        try FileWriting.makeFolder(folder)
        defer { for suffix in formats.map(\.rawValue) + ["gp"] { unlink("\(temporary).\(suffix)") } }
        try FileWriting.write(Array(script.utf8), to: "\(temporary).gp")
        _ = try Gnuplot.run("name = \(temporary.gnuplotQuoted)\n" + body)
        for format in formats {
            try format.finish("\(temporary).\(format.rawValue)", shownAs: "\(path).\(format.rawValue)")
        }
        for suffix in formats.map(\.rawValue) + ["gp"] {
            try FileWriting.move("\(temporary).\(suffix)", to: "\(path).\(suffix)")
        }
        return FigureFiles(script: "\(path).gp", images: formats.map { "\(path).\($0.rawValue)" })
    }
}

extension OutputFormat {
    /// What a complete file of this kind ends with.
    private var ending: [UInt8] {
        switch self {
        case .png: [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]
        case .svg: Array("</svg>".utf8)
        case .pdf: Array("%%EOF".utf8)
        }
    }

    /// Checks that gnuplot completed a file: neither it nor cairo says so when a disk is full.
    package func finish(_ path: String, shownAs name: String) throws(PlotError) {
        guard let tail = FileWriting.tail(path, count: 64) else {
            throw .unwritable(path: name, reason: "gnuplot wrote no file")
        }
        guard tail.withUnsafeBytes({ Data($0) }).range(of: Data(ending)) != nil else {
            throw .unwritable(path: name, reason: "the file is incomplete; is the disk full?")
        }
    }
}
