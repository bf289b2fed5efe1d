import CFreeType
import Foundation

/// The colour bitmaps of Noto Color Emoji, read through FreeType.
///
/// Debian's `fonts-noto-color-emoji` holds 136 × 128 PNG pictures (CBDT table). Only files on disk are read, through no
/// font service: `RHUMB_FONT` names the file, else the usual folders are searched.
final class EmojiFont {
    static let fileName = "NotoColorEmoji.ttf"

    let path: String
    private let library: FT_Library
    private let face: FT_Face

    init(path: String) throws {
        var library: FT_Library?
        var code = FT_Init_FreeType(&library)
        guard code == 0, let library else { throw WorldError.fontUnreadable(path, code: code) }
        var face: FT_Face?
        code = FT_New_Face(library, path, 0, &face)
        guard code == 0, let face else {
            FT_Done_FreeType(library)
            throw WorldError.fontUnreadable(path, code: code)
        }
        guard face.pointee.num_fixed_sizes > 0, FT_Select_Size(face, 0) == 0 else {
            FT_Done_Face(face)
            FT_Done_FreeType(library)
            throw WorldError.fontWithoutBitmaps(path)
        }
        (self.path, self.library, self.face) = (path, library, face)
    }

    deinit {
        FT_Done_Face(face)
        FT_Done_FreeType(library)
    }

    /// The bitmap of a concept as the font has it, from BGRA to RGBA.
    func bitmap(of concept: Concept) throws -> Bitmap {
        let glyph = FT_Get_Char_Index(face, FT_ULong(concept.scalar.value))
        guard glyph != 0 else { throw WorldError.glyphMissing(concept.name, font: path) }
        let code = FT_Load_Glyph(face, glyph, RHUMB_FT_LOAD_COLOR)
        let bitmap = face.pointee.glyph.pointee.bitmap
        guard code == 0, bitmap.pixel_mode == UInt8(FT_PIXEL_MODE_BGRA.rawValue), let buffer = bitmap.buffer else {
            throw WorldError.glyphUnreadable(concept.name, font: path, code: code)
        }
        let (width, height) = (Int(bitmap.width), Int(bitmap.rows))
        var rgba = [UInt8](repeating: 0, count: width * height * 4)
        for y in 0..<height {
            let row = buffer + y * Int(bitmap.pitch)
            for x in 0..<width {
                let p = (y * width + x) * 4
                rgba[p] = row[x * 4 + 2]
                rgba[p + 1] = row[x * 4 + 1]
                rgba[p + 2] = row[x * 4]
                rgba[p + 3] = row[x * 4 + 3]
            }
        }
        return Bitmap(width: width, height: height, rgba: rgba)
    }

    // MARK: Where the font is

    /// The font that `RHUMB_FONT` names, or the first `NotoColorEmoji.ttf` of the usual folders.
    static func locate(environment: [String: String]) throws -> String {
        if let path = environment["RHUMB_FONT"], !path.isEmpty { return path }
        return try locate(in: folders(environment: environment))
    }

    static func locate(in folders: [String]) throws -> String {
        // Where distributions put it, before any search.
        for place in ["truetype/noto", "noto", "noto-emoji", "google-noto-emoji", "google-noto-color-emoji-fonts"] {
            for folder in folders {
                let path = "\(folder)/\(place)/\(fileName)"
                if FileManager.default.fileExists(atPath: path) { return path }
            }
        }
        for folder in folders {
            guard let files = FileManager.default.enumerator(atPath: folder) else { continue }
            for case let file as String in files where file.hasSuffix(fileName) { return "\(folder)/\(file)" }
        }
        throw WorldError.fontNotFound(searched: folders)
    }

    private static func folders(environment: [String: String]) -> [String] {
        var folders = ["/usr/share/fonts", "/usr/local/share/fonts"]
        if let data = environment["XDG_DATA_HOME"], !data.isEmpty { folders.append("\(data)/fonts") }
        if let home = environment["HOME"], !home.isEmpty { folders += ["\(home)/.local/share/fonts", "\(home)/.fonts"] }
        return folders
    }
}
