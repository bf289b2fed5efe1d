/// A kind of file a figure can be written as.
public enum OutputFormat: String, Sendable, Hashable, CaseIterable {
    case png, svg, pdf

    /// The gnuplot command that selects the terminal for a figure of this size. A PNG has `scale` pixels a unit.
    func terminalCommand(_ size: FigureSize, scale: Double = 2) -> String {
        let font = "font 'Arial,\(Theme.fontSize.gnuplotText)'"
        switch self {
        case .png:
            let width = Int(size.width * scale), height = Int(size.height * scale)
            return "set terminal pngcairo size \(width),\(height) \(font) fontscale \((scale).gnuplotText) "
                + "linewidth \(scale.gnuplotText) pointscale \(scale.gnuplotText) background '#ffffff'"
        case .svg:
            return "set terminal svg size \(Int(size.width)),\(Int(size.height)) \(font) background '#ffffff'"
        case .pdf:
            return "set terminal pdfcairo size \((size.width / 96).gnuplotText),\((size.height / 96).gnuplotText) "
                + "\(font) background '#ffffff'"
        }
    }
}
