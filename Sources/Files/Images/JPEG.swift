import CTurboJPEG
import Glibc
import Tensor

/// JPEG pictures, by TurboJPEG.
public enum JPEG {
    static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

    /// Decodes a picture: colour, grey or CMYK (as Adobe writes it, inverted), baseline or progressive, turned upright
    /// as its EXIF orientation asks. The accurate transform and smooth chroma are used, as in Pillow.
    /// - Parameter file: its name, for messages.
    public static func decode(_ bytes: UnsafeRawBufferPointer, file: String) throws -> Image {
        guard let handle = tjInitDecompress() else { throw FileError.system(.read, path: file, code: ENOMEM) }
        defer { tjDestroy(handle) }
        func check(_ code: Int32) throws(FileError) {
            guard code != 0 else { return }
            let reason = String(cString: tjGetErrorStr2(handle))
            let isWarning = tjGetErrorCode(handle) == TJERR_WARNING.rawValue
            if isWarning, harmless.contains(where: reason.contains) { return }
            let isCutShort = reason.contains("Premature end")
            throw .malformed(file: file, item: nil, isCutShort ? .cutShort : .other("JPEG: \(reason)"))
        }
        let start = bytes.bindMemory(to: UInt8.self).baseAddress
        let length = UInt(bytes.count)
        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colours: Int32 = 0
        try check(tjDecompressHeader3(handle, start, length, &width, &height, &subsampling, &colours))
        // A file cut off among its tables has, to TurboJPEG, tables and no picture; and of several warnings it tells
        // the first.
        if width == 0 || !JPEGMarkers.reachEnd(of: bytes) {
            throw FileError.malformed(file: file, item: nil, .cutShort)
        }
        try ImageFile.checkSize(width: Int(width), height: Int(height), file: file)
        let isCMYK = colours == TJCS_CMYK.rawValue || colours == TJCS_YCCK.rawValue
        let format = isCMYK ? TJPF_CMYK : TJPF_RGB
        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * (isCMYK ? 4 : 3))
        try check(
            tjDecompress2(handle, start, length, &pixels, width, 0, height, Int32(format.rawValue), TJFLAG_ACCURATEDCT))
        if isCMYK { pixels = rgb(fromInverted: pixels) }
        let orientation = Orientation(inJPEG: bytes) ?? .upright
        return try orientation.upright(Image(width: Int(width), height: Int(height), rgb: pixels))
    }

    /// Warnings of libjpeg that leave a whole picture; all others come of data that is damaged or missing.
    private static let harmless = [
        "extraneous bytes before marker", "Unknown Adobe color transform code", "unknown JFIF revision number",
    ]

    /// A picture as a JPEG file's bytes, values outside 0…1 clipped: baseline, chroma at half the side, as Pillow
    /// writes it.
    ///
    /// - Parameter quality: 1…100; Pillow's standard is 75.
    public static func encode(_ image: Image, quality: Int = 75) throws -> [UInt8] {
        guard let handle = tjInitCompress() else { throw FileError.system(.write, path: "JPEG", code: ENOMEM) }
        defer { tjDestroy(handle) }
        var start: UnsafeMutablePointer<UInt8>?
        var length: UInt = 0
        defer { tjFree(start) }
        let code = tjCompress2(
            handle, image.rgb8, Int32(image.width), 0, Int32(image.height), Int32(TJPF_RGB.rawValue), &start, &length,
            Int32(TJSAMP_420.rawValue), Int32(min(max(quality, 1), 100)), TJFLAG_ACCURATEDCT)
        guard code == 0, let start else {
            throw FileError.malformed(
                file: "JPEG", item: nil, .other("JPEG: \(String(cString: tjGetErrorStr2(handle)))"))
        }
        return [UInt8](UnsafeBufferPointer(start: start, count: Int(length)))
    }

    /// What is left of a picture that was written as a JPEG file and read back.
    public static func roundTrip(_ image: Image, quality: Int = 75) throws -> Image {
        try encode(image, quality: quality).withUnsafeBytes { try decode($0, file: "JPEG") }
    }

    /// Inverted inks times inverted black: what light is left.
    private static func rgb(fromInverted cmyk: [UInt8]) -> [UInt8] {
        var rgb: [UInt8] = []
        rgb.reserveCapacity(cmyk.count / 4 * 3)
        for pixel in stride(from: 0, to: cmyk.count, by: 4) {
            let black = Int(cmyk[pixel + 3])
            for ink in 0..<3 { rgb.append(UInt8((Int(cmyk[pixel + ink]) * black + 127) / 255)) }
        }
        return rgb
    }
}
