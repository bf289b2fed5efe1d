import Files

extension Bitmap {
    /// The pixels of a PNG file, laid on white; `nil` when the bytes aren't a PNG that can be decoded.
    public init?(png bytes: [UInt8]) {
        let decoded = try? bytes.withUnsafeBytes { try PNG.samples($0, file: "the picture") }
        guard let (width, height, rgba) = decoded else { return nil }
        var rgb = [UInt8](repeating: 255, count: rgba.count / 4 * 3)
        for pixel in 0..<rgba.count / 4 {
            let alpha = Int(rgba[pixel * 4 + 3])
            for channel in 0..<3 {
                let value = Int(rgba[pixel * 4 + channel]) * alpha + 255 * (255 - alpha)
                rgb[pixel * 3 + channel] = UInt8((value + 127) / 255)
            }
        }
        self.init(width: width, height: height, pixels: rgb)
    }

    /// The colour of a pixel, counted from the upper left corner.
    subscript(x: Int, y: Int) -> Colour {
        let i = (y * width + x) * 3
        return Colour(red: pixels[i], green: pixels[i + 1], blue: pixels[i + 2])
    }
}
