/// The look that all figures share.
enum Theme {
    /// The size of ordinary text in points.
    static let fontSize = 11.0
    static let ink = "#333333"

    /// Commands that stand once at the head of every script.
    static let commands = [
        "set encoding utf8",
        "set border 3 linecolor '#808080' linewidth 1",
        "set tics nomirror out scale 0.5 textcolor '\(ink)'",
        "set grid linetype 1 linecolor '#e4e4e4' linewidth 0.8",
        "set key noenhanced samplen 1.6 spacing 1.15 textcolor '\(ink)'",
    ]
}
