import FoundationEssentials

/// A picture of dots that a page can hold.
package struct Picture {
    package let type: String
    let bytes: [UInt8]
    /// Of a PNG; a JPEG's is left to the browser.
    let size: (width: Int, height: Int)?

    /// Nil when the bytes are neither PNG nor JPEG.
    package init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), bytes.count >= 24 {
            type = "image/png"
            func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
            size = (number(16), number(20))
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            type = "image/jpeg"
            size = nil
        } else {
            return nil
        }
    }

    package var base64: String { Data(bytes).base64EncodedString() }

    var address: String { "data:\(type);base64,\(base64)" }

    /// The size of a picture on a page, in its units. Pictures of a few dots, as those of small models, are larger, by
    /// whole numbers so that dots stay square; nil where the picture doesn't say its size.
    ///
    /// - Parameter density: dots a unit of the page; figures have two.
    package func shownSize(density: Int = 1) -> (width: Int, height: Int)? {
        guard let size, size.width > 0, size.height > 0 else { return nil }
        return (size.width * enlargement / density, size.height * enlargement / density)
    }

    private var enlargement: Int { size.map { max(1, min(4, 144 / max($0.width, $0.height, 1))) } ?? 1 }

    /// - Parameter isPixelated: whether to say in place that dots stay square, where no style sheet does.
    package func html(alternative: String, density: Int = 1, isPixelated: Bool = false) -> String {
        var attributes = "alt=\"\(HTML.escaped(alternative))\" decoding=\"async\""
        if let shown = shownSize(density: density) {
            attributes += " width=\"\(shown.width)\" height=\"\(shown.height)\""
            if enlargement > 1 { attributes += " class=\"dots\"" }
        }
        if isPixelated { attributes += " style=\"image-rendering: pixelated\"" }
        return "<img \(attributes) src=\"\(address)\" />"
    }
}
