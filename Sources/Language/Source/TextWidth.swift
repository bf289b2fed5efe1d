/// Columns that text takes in a terminal, so that tables and carets line up with emoji, CJK and accents in them.
extension Character {
    var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        let code = first.value
        if code < 0x300 { return code < 0x20 && code != 0x09 ? 0 : 1 }
        // VS16 asks for the emoji form, which is two columns wide whatever the base character is.
        if unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        if first.properties.isEmojiPresentation || WideRanges.contains(code) { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return 1
        }
    }
}

extension StringProtocol {
    public var displayWidth: Int {
        var width = 0
        for character in self { width += character.displayWidth }
        return width
    }

    /// The text filled with spaces up to a width in columns.
    package func padded(to width: Int, right: Bool = false) -> String {
        let fill = String(repeating: " ", count: Swift.max(0, width - displayWidth))
        return right ? fill + self : self + fill
    }

    /// The text in lines of at most a width in columns, broken at spaces; lines after the first begin with `indent`
    /// spaces.
    ///
    /// A word that is wider stays whole, and so does a text for which too little room is left.
    package func wrapped(to width: Int, from column: Int = 0, indent: Int) -> String {
        guard width - Swift.max(column, indent) >= 20 else { return String(self) }
        var result = "", used = column
        for word in split(separator: " ", omittingEmptySubsequences: false) {
            let wide = word.displayWidth
            if result.isEmpty {
                result = String(word)
            } else if used + 1 + wide <= width {
                result += " " + word
                used += 1
            } else {
                result += "\n" + String(repeating: " ", count: indent) + word
                used = indent
            }
            used += wide
        }
        return result
    }

    /// The text cut to a width in columns; a cut shows as `…`.
    package func clipped(to width: Int) -> String {
        if displayWidth <= width { return String(self) }
        var result = ""
        var used = 0
        for character in self {
            if used + character.displayWidth > width - 1 { break }
            result.append(character)
            used += character.displayWidth
        }
        return result + "…"
    }
}

/// East Asian wide and full-width blocks (Unicode Standard Annex 11), without those that emoji presentation covers.
private enum WideRanges {
    static func contains(_ code: UInt32) -> Bool {
        switch code {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
