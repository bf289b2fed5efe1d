/// The look that all figures share. Sizes of text are in points, lengths in units of 1/96 inch.
package enum Theme {
    static let font = "Arial"
    static let titleSize = 11.0
    static let labelSize = 10.0
    static let tickSize = 9.0
    static let legendSize = 9.0
    static let noteSize = 8.5

    package static let ink = Colour(0x262626)
    package static let softInk = Colour(0x5c5c5c)
    package static let frame = Colour(0x8c8c8c)
    package static let grid = Colour(0xe6e6e6)
    static let missing = Colour(0xd9d9d9)

    static let lineWidth = 2.0
    static let bandOpacity = 0.18
    static let tickLength = 4.0
    static let gap = 6.0
    /// The empty edge of a panel.
    static let edge = 10.0
}
