import Basics
import Files
import Foundation

/// The picture of a concept: one of Noto Color Emoji 2.042, from `Resources/emoji-pictures`.
///
/// They come with the package because the bundled models learnt from them: later versions of the font draw some things
/// anew, and a detector does not know those as well.
enum EmojiPicture {
    /// Reads the picture of a concept, 136 × 128 pixels, and multiplies its colour by alpha.
    ///
    /// - Throws: `FileError`, also where Rhumb was installed without its resources.
    static func of(_ concept: Concept) throws -> Bitmap {
        let name = String(concept.scalar.value, radix: 16, uppercase: true)
        let file = try BundledFile.url("emoji-pictures/\(name).png", of: "World")
        var (width, height, rgba) = try FileContents.bytes(of: file).withUnsafeBytes { bytes in
            try PNG.samples(bytes, file: file.path)
        }
        for p in stride(from: 0, to: rgba.count, by: 4) {
            for c in p..<p + 3 { rgba[c] = product(rgba[c], rgba[p + 3]) }
        }
        return Bitmap(width: width, height: height, rgba: rgba)
    }

    /// `a * b / 255`, rounded as FreeType rounds when it reads such a font.
    private static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
        let product = UInt32(a) * UInt32(b) + 0x80
        return UInt8((product + product >> 8) >> 8)
    }
}
