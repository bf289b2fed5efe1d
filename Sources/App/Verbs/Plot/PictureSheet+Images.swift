import Notebook
import Language
import Plot
import Tensor

extension PictureSheet {
    /// The longer side of a picture on a sheet, in pixels.
    private static let side = 128
    private static let mostColumns = 8, mostRows = 8

    /// The first pictures of each row, and the first rows; larger ones are made smaller, places left over stay black.
    ///
    /// - Parameters:
    ///   - images: of one size.
    ///   - columns: how many are a row.
    package init?(_ images: [Image], columns: Int) {
        guard columns > 0, let first = images.first else { return nil }
        let across = min(columns, Self.mostColumns, images.count)
        let down = min((images.count + columns - 1) / columns, Self.mostRows)
        let scale = min(1, Double(Self.side) / Double(max(first.width, first.height)))
        let width = max(1, Int(Double(first.width) * scale))
        let height = max(1, Int(Double(first.height) * scale))
        let fullWidth = across * (width + Self.gap) - Self.gap
        let fullHeight = down * (height + Self.gap) - Self.gap
        var rgb = [UInt8](repeating: 0, count: fullWidth * fullHeight * 3)
        for row in 0..<down {
            for column in 0..<across where row * columns + column < images.count {
                guard let whole = images[row * columns + column].bitmap else { return nil }
                let bitmap =
                    whole.width == width && whole.height == height
                    ? whole : whole.averaged(width: width, height: height)
                for y in 0..<height {
                    let target = ((row * (height + Self.gap) + y) * fullWidth + column * (width + Self.gap)) * 3
                    rgb.replaceSubrange(
                        target..<target + width * 3, with: bitmap.pixels[y * width * 3..<(y + 1) * width * 3])
                }
            }
        }
        self.init(width: fullWidth, height: fullHeight, rgb: rgb, columns: across, rows: down)
    }
}
