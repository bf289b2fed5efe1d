import Foundation

/// Escape sequences that carry a whole PNG file.
public enum InlineFile {
    /// kitty's graphics protocol: base64 in pieces of 4096 characters, shown at once, no answer wanted.
    ///
    /// - Parameters:
    ///   - columns: How many characters wide the picture is shown.
    ///   - rows: How many lines high.
    ///   - identifier: A name to take it away by; another picture of that name takes its place. The cursor then stays.
    public static func kitty(png: [UInt8], columns: Int, rows: Int, identifier: Int? = nil) -> String {
        let text = Array(Data(png).base64EncodedString().utf8)
        let name = identifier.map { "i=\($0),p=1,C=1," } ?? ""
        var result = ""
        var start = 0
        repeat {
            let end = min(start + 4096, text.count)
            let keys = start == 0 ? "a=T,f=100,q=2,\(name)c=\(columns),r=\(rows)," : ""
            let more = end < text.count ? 1 : 0
            result += "\u{1b}_G\(keys)m=\(more);\(String(decoding: text[start..<end], as: UTF8.self))\u{1b}\\"
            start = end
        } while start < text.count
        return result
    }

    /// Takes a picture away by its name.
    public static func kittyRemoving(identifier: Int) -> String { "\u{1b}_Ga=d,d=I,i=\(identifier),q=2\u{1b}\\" }

    /// iTerm2's inline image.
    public static func iterm(png: [UInt8], columns: Int) -> String {
        "\u{1b}]1337;File=inline=1;size=\(png.count);width=\(columns);preserveAspectRatio=1:"
            + Data(png).base64EncodedString() + "\u{7}"
    }
}
