import CSpng
import Glibc
import Tensor

/// PNG pictures (ISO 15948), by libspng.
public enum PNG {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Decodes a picture of any colour type and depth. Grey becomes three equal planes; transparency is laid on white;
    /// 16-bit samples keep their precision; the picture is turned upright as its EXIF orientation asks. Gamma and
    /// colour profiles are ignored, as most image programs ignore them.
    /// - Parameter file: its name, for messages.
    public static func decode(_ bytes: UnsafeRawBufferPointer, file: String) throws -> Image {
        let decoder = try Decoder(bytes, file: file)
        let header = try decoder.header()
        let isDeep = header.bit_depth == 16
        let format = Int32((isDeep ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8).rawValue)
        var size = 0
        try decoder.check(spng_decoded_image_size(decoder.context, format, &size))
        let pixels = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { pixels.deallocate() }
        try decoder.check(
            spng_decode_image(decoder.context, pixels.baseAddress, size, format, Int32(SPNG_DECODE_TRNS.rawValue)))
        let planes = try Tensor(uninitialized: [3, Int(header.height), Int(header.width)])
        if isDeep {
            composite(pixels.bindMemory(to: UInt16.self), onto: planes)
        } else {
            composite(pixels.bindMemory(to: UInt8.self), onto: planes)
        }
        // What is said of a picture may stand behind its pixels.
        try decoder.check(spng_decode_chunks(decoder.context))
        return try decoder.orientation.upright(Image(planes))
    }

    /// Decodes a picture's 8-bit samples as they are stored: red, green, blue and alpha, rows top down, the colour not
    /// multiplied by alpha. Deeper samples are rounded; orientation is passed over.
    /// - Parameter file: its name, for messages.
    public static func samples(
        _ bytes: UnsafeRawBufferPointer, file: String
    ) throws(FileError) -> (width: Int, height: Int, rgba: [UInt8]) {
        let decoder = try Decoder(bytes, file: file)
        let header = try decoder.header()
        let format = Int32(SPNG_FMT_RGBA8.rawValue)
        var size = 0
        try decoder.check(spng_decoded_image_size(decoder.context, format, &size))
        var rgba = [UInt8](repeating: 0, count: size)
        let flags = Int32(SPNG_DECODE_TRNS.rawValue)
        try decoder.check(spng_decode_image(decoder.context, &rgba, size, format, flags))
        return (Int(header.width), Int(header.height), rgba)
    }

    /// Lays red, green, blue and alpha samples on white.
    private static func composite<Sample: FixedWidthInteger & UnsignedInteger>(
        _ pixels: UnsafeMutableBufferPointer<Sample>, onto planes: Tensor
    ) {
        let plane = planes.count / 3
        let full = Float(Sample.max)
        for channel in 0..<3 {
            let destination = planes.floatPointer + channel * plane
            for pixel in 0..<plane {
                let value = Float(pixels[4 * pixel + channel]) / full
                let alpha = pixels[4 * pixel + 3]
                destination[pixel] = alpha == Sample.max ? value : 1 - (1 - value) * (Float(alpha) / full)
            }
        }
    }

    /// The texts a picture carries, in their order: pairs of a keyword and a text.
    public static func texts(
        of bytes: UnsafeRawBufferPointer, file: String
    ) throws(FileError) -> [(keyword: String, text: String)] {
        let decoder = try Decoder(bytes, file: file)
        _ = try decoder.header()
        // Texts may stand behind the pixels, so these are read over.
        var size = 0
        let format = Int32(SPNG_FMT_PNG.rawValue)
        try decoder.check(spng_decoded_image_size(decoder.context, format, &size))
        let pixels = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { pixels.deallocate() }
        try decoder.check(spng_decode_image(decoder.context, pixels.baseAddress, size, format, 0))
        try decoder.check(spng_decode_chunks(decoder.context))
        var count: UInt32 = 0
        guard spng_get_text(decoder.context, nil, &count) == 0, count > 0 else { return [] }
        var entries = [spng_text](repeating: spng_text(), count: Int(count))
        try decoder.check(spng_get_text(decoder.context, &entries, &count))
        return entries.map { entry in
            let keyword = withUnsafeBytes(of: entry.keyword) { latin1($0.prefix { $0 != 0 }) }
            let raw = UnsafeRawBufferPointer(start: entry.text, count: entry.length)
            // International texts are UTF-8, the others Latin-1.
            let isUTF8 = entry.type == Int32(SPNG_ITXT.rawValue)
            return (keyword, isUTF8 ? String(decoding: raw, as: UTF8.self) : latin1(raw[...]))
        }
    }

    private static func latin1(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    }

    /// Encodes a picture with 8 bits a channel.
    /// - Parameters:
    ///   - texts: pairs of a keyword (1 to 79 Latin-1 characters) and a text, such as what the picture was made from.
    ///   - file: its name, for messages.
    public static func encode(
        _ image: Image, texts: [(keyword: String, text: String)] = [], file: String
    ) throws(FileError) -> [UInt8] {
        guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else {
            throw .system(.write, path: file, code: ENOMEM)
        }
        defer { spng_ctx_free(context) }
        func check(_ code: Int32) throws(FileError) {
            guard code == 0 else {
                throw .notWritable(file: file, item: nil, reason: "PNG: \(String(cString: spng_strerror(code)))")
            }
        }
        guard image.width > 0, image.height > 0 else {
            throw .notWritable(
                file: file, item: nil, reason: "a picture of \(image.width)×\(image.height) has no pixels")
        }
        try check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1))
        var header = spng_ihdr(
            width: UInt32(image.width), height: UInt32(image.height), bit_depth: 8,
            color_type: UInt8(SPNG_COLOR_TYPE_TRUECOLOR.rawValue), compression_method: 0, filter_method: 0,
            interlace_method: 0)
        try check(spng_set_ihdr(context, &header))
        var entries: [spng_text] = []
        defer { for entry in entries { free(entry.text) } }
        // A chunk holds one character at least; what is not there is empty.
        for (keyword, text) in texts where !text.isEmpty { entries.append(try entry(keyword, text, file: file)) }
        if !entries.isEmpty { try check(spng_set_text(context, &entries, UInt32(entries.count))) }
        let pixels = image.rgb8
        try check(
            spng_encode_image(
                context, pixels, pixels.count, Int32(SPNG_FMT_PNG.rawValue), Int32(SPNG_ENCODE_FINALIZE.rawValue)))
        var length = 0
        var code: Int32 = 0
        let buffer = spng_get_png_buffer(context, &length, &code)
        defer { free(buffer) }
        try check(code)
        return Array(UnsafeRawBufferPointer(start: buffer, count: length))
    }

    /// A text chunk; its text is the caller's to free.
    private static func entry(_ keyword: String, _ text: String, file: String) throws(FileError) -> spng_text {
        let scalars = keyword.unicodeScalars
        guard (1...79).contains(scalars.count), scalars.allSatisfy({ (32...126).contains($0.value) }),
            keyword.first != " ", keyword.last != " "
        else {
            throw .notWritable(
                file: file, item: keyword, reason: "a PNG keyword has 1 to 79 ASCII characters and no space at its ends"
            )
        }
        var entry = spng_text()
        withUnsafeMutableBytes(of: &entry.keyword) { $0.copyBytes(from: keyword.utf8) }
        entry.type = Int32((text.utf8.allSatisfy { 1...127 ~= $0 } ? SPNG_TEXT : SPNG_ITXT).rawValue)
        // A zero would end the text, and the format has none.
        entry.text = strdup(text.replacing("\0", with: "\u{2400}"))
        entry.length = strlen(entry.text)
        // International texts also carry a language and a translated keyword, here empty.
        entry.language_tag = empty
        entry.translated_keyword = empty
        return entry
    }

    /// An empty C string that lives as long as the process; never written to.
    nonisolated(unsafe) private static let empty: UnsafeMutablePointer<CChar>? = strdup("")

    /// libspng's context, freed with this object.
    private final class Decoder {
        let context: OpaquePointer
        let file: String

        init(_ bytes: UnsafeRawBufferPointer, file: String) throws(FileError) {
            guard let context = spng_ctx_new(0) else { throw .system(.read, path: file, code: ENOMEM) }
            self.context = context
            self.file = file
            // A few bytes can announce gigabytes of pixels or of text.
            try check(spng_set_image_limits(context, ImageFile.widest, ImageFile.widest))
            try check(spng_set_chunk_limits(context, 1 << 26, 1 << 27))
            try check(spng_set_png_buffer(context, bytes.baseAddress, bytes.count))
        }

        deinit { spng_ctx_free(context) }

        func header() throws(FileError) -> spng_ihdr {
            var header = spng_ihdr()
            try check(spng_get_ihdr(context, &header))
            try ImageFile.checkSize(width: Int(header.width), height: Int(header.height), file: file)
            return header
        }

        /// Of the EXIF chunk, once all chunks are decoded.
        var orientation: Orientation {
            var exif = spng_exif()
            guard spng_get_exif(context, &exif) == 0, let data = exif.data else { return .upright }
            return Orientation(inEXIF: UnsafeRawBufferPointer(start: data, count: exif.length)) ?? .upright
        }

        func check(_ code: Int32) throws(FileError) {
            if code == 0 { return }
            if code == SPNG_IO_EOF.rawValue || code == Int32(SPNG_EIDAT_TOO_SHORT.rawValue) {
                throw .malformed(file: file, item: nil, .cutShort)
            }
            throw .malformed(file: file, item: nil, .other("PNG: \(String(cString: spng_strerror(code)))"))
        }
    }
}
