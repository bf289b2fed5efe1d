import Tensor

/// How a camera was held: the EXIF orientation tag (CIPA DC-008, tag 0x0112).
enum Orientation: Int {
    case upright = 1
    case mirrored, upsideDown, flipped, transposed, turnedLeft, transverse, turnedRight

    /// The orientation that a JPEG's first EXIF segment names; nil where there is none or it makes no sense.
    init?(inJPEG bytes: UnsafeRawBufferPointer) {
        var at = 2
        while at + 4 <= bytes.count, bytes[at] == 0xFF {
            let marker = bytes[at + 1]
            let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
            // The compressed data begins: no more segments.
            if marker == 0xDA || length < 2 || at + 2 + length > bytes.count { return nil }
            let segment = UnsafeRawBufferPointer(rebasing: bytes[(at + 4)..<(at + 2 + length)])
            if marker == 0xE1, segment.starts(with: Array("Exif\0\0".utf8)) {
                self.init(inEXIF: segment)
                return
            }
            at += 2 + length
        }
        return nil
    }

    /// EXIF is a small TIFF file: a byte order, and a directory of tags. In a JPEG, and by some programs' mistake in a
    /// PNG too, a mark stands in front.
    init?(inEXIF segment: UnsafeRawBufferPointer) {
        let mark = Array("Exif\0\0".utf8)
        let bytes = UnsafeRawBufferPointer(rebasing: segment.dropFirst(segment.starts(with: mark) ? mark.count : 0))
        guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D else { return nil }
        let isLittle = bytes[0] == 0x49
        func word(_ at: Int) -> Int? {
            guard at >= 0, at + 2 <= bytes.count else { return nil }
            return isLittle ? Int(bytes[at]) | Int(bytes[at + 1]) << 8 : Int(bytes[at]) << 8 | Int(bytes[at + 1])
        }
        guard let high = word(isLittle ? 6 : 4), let low = word(isLittle ? 4 : 6) else { return nil }
        let directory = high << 16 | low
        guard let count = word(directory) else { return nil }
        for entry in 0..<count {
            let at = directory + 2 + entry * 12
            guard let tag = word(at) else { return nil }
            if tag == 0x0112, let value = word(at + 8) {
                self.init(rawValue: value)
                return
            }
        }
        return nil
    }

    /// The picture as it was seen, made of one as the camera stored it.
    func upright(_ image: Image) throws -> Image {
        if self == .upright { return image }
        let (width, height) = (image.width, image.height), plane = width * height
        let isTurned = rawValue >= Orientation.transposed.rawValue
        let (newWidth, newHeight) = isTurned ? (height, width) : (width, height)
        let turned = try Tensor(uninitialized: [3, newHeight, newWidth])
        let (source, target) = (image.tensor.floatPointer, turned.floatPointer)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let (sourceX, sourceY) =
                    switch self {
                    case .upright: (x, y)
                    case .mirrored: (width - 1 - x, y)
                    case .upsideDown: (width - 1 - x, height - 1 - y)
                    case .flipped: (x, height - 1 - y)
                    case .transposed: (y, x)
                    case .turnedLeft: (y, height - 1 - x)
                    case .transverse: (width - 1 - y, height - 1 - x)
                    case .turnedRight: (width - 1 - y, x)
                    }
                for channel in 0..<3 {
                    target[channel * plane + y * newWidth + x] = source[channel * plane + sourceY * width + sourceX]
                }
            }
        }
        return try Image(turned)
    }
}
