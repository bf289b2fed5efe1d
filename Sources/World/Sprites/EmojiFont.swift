import ColourFont
import Foundation

/// The colour bitmaps of Noto Color Emoji, read through FreeType.
///
/// Debian's `fonts-noto-color-emoji` holds 136 × 128 PNG pictures (CBDT table). Only files on disk are read, through no
/// font service: `RHUMB_FONT` names the file, else the usual folders are searched.
final class EmojiFont {
    static let fileName = "NotoColorEmoji.ttf"

    let path: String
    private let font: OpaquePointer

    init(path: String) throws {
        var code: Int32 = 0
        guard let font = colourfont_open(path, &code) else {
            throw code == COLOURFONT_NO_BITMAPS
                ? WorldError.fontWithoutBitmaps(path) : WorldError.fontUnreadable(path, code: code)
        }
        (self.path, self.font) = (path, font)
    }

    deinit { colourfont_close(font) }

    /// The bitmap of a concept as the font has it, from BGRA to RGBA.
    func bitmap(of concept: Concept) throws -> Bitmap {
        var bitmap = colourfont_bitmap()
        let code = colourfont_draw(font, concept.scalar.value, &bitmap)
        guard code != COLOURFONT_NO_GLYPH else { throw WorldError.glyphMissing(concept.name, font: path) }
        guard code == 0, let buffer = bitmap.bgra else {
            throw WorldError.glyphUnreadable(concept.name, font: path, code: max(0, code))
        }
        let (width, height) = (Int(bitmap.width), Int(bitmap.height))
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
        if let home = environment["HOME"], !home.isEmpty {
            folders += ["\(home)/.local/share/fonts", "\(home)/.fonts"]
        }
        return folders
    }
}
