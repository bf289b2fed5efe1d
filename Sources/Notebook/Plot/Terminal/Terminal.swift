/// How a terminal can show pictures.
public enum TerminalGraphics: String, Sendable, Hashable, CaseIterable {
    /// The graphics protocol of kitty, also of Ghostty and Konsole: takes PNG files.
    case kitty
    /// The inline images of iTerm2, also of WezTerm and mintty: take PNG files.
    case iterm
    /// DEC's six-pixel columns: foot, mlterm, contour, xterm -ti vt340 and others.
    case sixel
    /// Characters: braille dots for figures and, where there are colours, halves of two colours for pictures.
    case blocks
    /// No pictures: a pipe.
    case none
}

/// How many colours a terminal's text can have.
public enum ColourDepth: String, Sendable, Hashable {
    case none
    /// The 256 colours of xterm.
    case indexed
    /// Any colour.
    case full
}

/// What is known about the terminal that output goes to.
public struct Terminal: Sendable, Hashable {
    public var graphics: TerminalGraphics
    public var depth: ColourDepth
    /// The size in characters.
    public var columns: Int
    public var rows: Int
    /// The size of a character in pixels.
    public var cellWidth: Int
    public var cellHeight: Int

    public init(
        graphics: TerminalGraphics, depth: ColourDepth, columns: Int = 80, rows: Int = 24, cellWidth: Int = 9,
        cellHeight: Int = 18
    ) {
        self.graphics = graphics
        self.depth = depth
        self.columns = max(columns, 20)
        self.rows = max(rows, 8)
        self.cellWidth = max(cellWidth, 1)
        self.cellHeight = max(cellHeight, 1)
    }

    /// Something that isn't a terminal.
    public static let none = Terminal(graphics: .none, depth: .none)
}
