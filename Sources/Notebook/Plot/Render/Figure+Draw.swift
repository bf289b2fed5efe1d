/// A figure as gnuplot drew it.
public struct DrawnFigure: Sendable, Hashable {
    /// The script that draws the files again; saved as `figure.gp`, it writes `figure.png` and the like beside itself.
    public var script: String
    /// The bytes of each kind of file, in the order asked for.
    public var files: [File]

    public struct File: Sendable, Hashable {
        public var format: OutputFormat
        public var bytes: [UInt8]
    }

    /// This figure with one kind of file; its script still draws all.
    package func only(_ format: OutputFormat) -> DrawnFigure {
        DrawnFigure(script: script, files: files.filter { $0.format == format })
    }

    /// The bytes of one kind of file.
    public subscript(format: OutputFormat) -> [UInt8]? { files.first { $0.format == format }?.bytes }
}

extension Figure {
    /// Draws this figure in one run of gnuplot, without touching the disk.
    ///
    /// - Throws: ``PlotError``: gnuplot missing or at odds with the script, a description that can't be drawn.
    public func draw(_ formats: [OutputFormat] = [.png]) throws(PlotError) -> DrawnFigure {
        let script = try script(formats: formats)
        let body = try body(formats: formats)
        let output = try Gnuplot.run(files: formats.count) { paths in
            zip(formats, paths).map { "\($0.fileVariable) = '\($1)'\n" }.joined() + body
        }
        var files: [DrawnFigure.File] = []
        for (format, bytes) in zip(formats, output.files) {
            guard bytes.suffix(64).contains(format.ending) else { throw .incomplete(format) }
            files.append(.init(format: format, bytes: bytes))
        }
        return DrawnFigure(script: script, files: files)
    }
}

extension OutputFormat {
    /// What a complete file of this kind ends with; gnuplot doesn't always say so when it couldn't complete one.
    fileprivate var ending: [UInt8] {
        switch self {
        case .png: [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]
        case .svg: Array("</svg>".utf8)
        case .pdf: Array("%%EOF".utf8)
        }
    }
}
