import Basics
import FoundationEssentials
import Tensor

/// Pictures on disk: PNG and JPEG in, PNG out.
public enum ImageFile {
    /// More pixels than this a side, or in all (400 megapixels), are taken for a mistake or an attack.
    static let widest: UInt32 = 1 << 16
    static let mostPixels = 400_000_000

    /// Reads a picture by what its first bytes say it is, whatever its name.
    /// - Throws: ``FileError`` naming the file; `RhumbError` when memory lacks.
    public static func read(_ url: URL) throws -> Image {
        let file = try FileBytes(url)
        return try decode(UnsafeRawBufferPointer(file.bytes), file: url.displayPath)
    }

    /// Decodes a picture in memory.
    /// - Parameter file: its name, for messages.
    public static func decode(_ bytes: UnsafeRawBufferPointer, file: String) throws -> Image {
        if bytes.starts(with: PNG.signature) { return try PNG.decode(bytes, file: file) }
        if bytes.starts(with: JPEG.signature) { return try JPEG.decode(bytes, file: file) }
        if let format = foreignFormat(bytes) {
            throw FileError.malformed(file: file, item: nil, .foreignPicture(format: format))
        }
        throw FileError.malformed(file: file, item: nil, .wrongMagic(expected: "PNG or JPEG"))
    }

    /// The texts a PNG carries; none for other files.
    public static func texts(_ url: URL) throws(FileError) -> [(keyword: String, text: String)] {
        let file = try FileBytes(url)
        let bytes = UnsafeRawBufferPointer(file.bytes)
        return bytes.starts(with: PNG.signature) ? try PNG.texts(of: bytes, file: url.displayPath) : []
    }

    /// Writes a PNG with 8 bits a channel; values outside 0…1 are clipped.
    /// - Parameter texts: pairs of a keyword and a text, such as the parameters the picture was made with.
    /// - Throws: ``FileError``; whatever stood at the place before is then untouched.
    public static func write(
        _ image: Image, to url: URL, texts: [(keyword: String, text: String)] = []
    ) throws(FileError) {
        try AtomicFile.write(PNG.encode(image, texts: texts, file: url.displayPath), to: url)
    }

    static func checkSize(width: Int, height: Int, file: String) throws(FileError) {
        guard width > 0, height > 0, width <= Int(widest), height <= Int(widest), width * height <= mostPixels else {
            throw .malformed(file: file, item: nil, .unsupported("a picture of \(width)×\(height) pixels"))
        }
    }

    /// What the first bytes of a picture in a format that is not read say it is; nil for anything else.
    static func foreignFormat(_ bytes: some Collection<UInt8>) -> String? {
        foreign.first { bytes.dropFirst($0.offset).starts(with: $0.mark.utf8) }?.name
    }

    /// Formats that are recognised to be named in the message.
    private static let foreign: [(mark: String, offset: Int, name: String)] = [
        ("WEBP", 8, "WebP"), ("GIF8", 0, "GIF"), ("II*\0", 0, "TIFF"), ("MM\0*", 0, "TIFF"),
        ("ftypavif", 4, "AVIF"), ("ftypheic", 4, "HEIC"), ("<svg", 0, "SVG"), ("BM", 0, "BMP"),
    ]
}
