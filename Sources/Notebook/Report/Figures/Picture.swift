import FoundationEssentials

/// A picture of dots that a page can hold.
struct Picture {
    let type: String
    let bytes: [UInt8]
    /// Of a PNG; a JPEG's is left to the browser.
    let size: (width: Int, height: Int)?

    /// Nil when the bytes are neither PNG nor JPEG.
    init?(_ bytes: [UInt8]) {
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

    var base64: String { Data(bytes).base64EncodedString() }

    var address: String { "data:\(type);base64,\(base64)" }

    /// Pictures of a few dots, as those of small models, are drawn larger, by whole numbers so that dots stay square.
    ///
    /// - Parameter density: dots a unit of the page; figures have two.
    func html(alternative: String, density: Int = 1) -> String {
        var attributes = "alt=\"\(HTML.escaped(alternative))\" decoding=\"async\""
        if let size, size.width > 0, size.height > 0 {
            let scale = max(1, min(4, 144 / max(size.width, size.height)))
            attributes += " width=\"\(size.width * scale / density)\" height=\"\(size.height * scale / density)\""
            if scale > 1 { attributes += " class=\"dots\"" }
        }
        return "<img \(attributes) src=\"\(address)\" />"
    }
}
