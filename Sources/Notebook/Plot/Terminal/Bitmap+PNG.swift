import CSpng

extension Bitmap {
    /// The pixels of a PNG file, composited on white; `nil` when the bytes aren't a PNG that can be decoded.
    public init?(png bytes: [UInt8]) {
        guard let context = spng_ctx_new(0) else { return nil }
        defer { spng_ctx_free(context) }
        // A picture larger than any screen is a mistake or an attack.
        spng_set_image_limits(context, 16_384, 16_384)
        var header = spng_ihdr()
        var size = 0
        let format = Int32(SPNG_FMT_RGBA8.rawValue)
        let decoded: [UInt8]? = bytes.withUnsafeBytes { buffer -> [UInt8]? in
            guard spng_set_png_buffer(context, buffer.baseAddress, buffer.count) == 0,
                spng_get_ihdr(context, &header) == 0, spng_decoded_image_size(context, format, &size) == 0
            else { return nil }
            var pixels = [UInt8](repeating: 0, count: size)
            let flags = Int32(SPNG_DECODE_TRNS.rawValue)
            return spng_decode_image(context, &pixels, size, format, flags) == 0 ? pixels : nil
        }
        guard let decoded else { return nil }
        var rgb = [UInt8](repeating: 255, count: size / 4 * 3)
        for pixel in 0..<size / 4 {
            let alpha = Int(decoded[pixel * 4 + 3])
            for channel in 0..<3 {
                let value = Int(decoded[pixel * 4 + channel]) * alpha + 255 * (255 - alpha)
                rgb[pixel * 3 + channel] = UInt8((value + 127) / 255)
            }
        }
        self.init(width: Int(header.width), height: Int(header.height), pixels: rgb)
    }

    /// The colour of a pixel, counted from the upper left corner.
    subscript(x: Int, y: Int) -> Colour {
        let i = (y * width + x) * 3
        return Colour(red: pixels[i], green: pixels[i + 1], blue: pixels[i + 2])
    }
}
