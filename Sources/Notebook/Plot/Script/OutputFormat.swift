/// A kind of file a figure can be written as.
public enum OutputFormat: String, Sendable, Hashable, CaseIterable {
    case png, svg, pdf

    /// The gnuplot variable with the path of the file.
    var fileVariable: String { rawValue + "_file" }

    /// Pixels of a side of a PNG, at most: Cairo, which gnuplot draws it with, holds no more than 32,767.
    private static let longestSide = 32_000.0

    /// The gnuplot terminal that selects the terminal for a figure of this size. A PNG has two pixels a unit, or as many
    /// as it can hold.
    ///
    /// A point of text is 4/3 units in all three: pngcairo draws it so, svg needs the factor, and pdfcairo, which draws
    /// 7/4 units at a `fontscale` of 1, another.
    func terminal(_ size: FigureSize) -> String {
        let font = "font '\(Theme.font),\(Theme.labelSize.shortText)'"
        switch self {
        case .png:
            let scale = min(2, Self.longestSide / max(size.width, size.height))
            let factor = scale.shortText
            let width = Int((size.width * scale).rounded()), height = Int((size.height * scale).rounded())
            return "pngcairo size \(width),\(height) \(font) fontscale \(factor) linewidth \(factor) "
                + "pointscale \(factor) background '#ffffff'"
        case .svg:
            let width = Int(size.width.rounded()), height = Int(size.height.rounded())
            return "svg size \(width),\(height) \(font) fontscale 1.333 background '#ffffff'"
        case .pdf:
            return "pdfcairo size \((size.width / 96).shortText)in,\((size.height / 96).shortText)in \(font) "
                + "fontscale 0.76 linewidth 1.333 background '#ffffff'"
        }
    }
}
