/// The colours of figures.
public enum Palette {
    /// Eight colours that people with any common colour-vision deficiency can tell apart (Okabe and Ito, "Color
    /// Universal Design", 2008), ordered so that the first few have the best contrast to white; as `#rrggbb`.
    public static let qualitative = [
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5f5f5f", "#8c6d1f",
    ]

    /// The qualitative colour of series number `index`; they repeat after the last.
    public static func colour(_ index: Int) -> String {
        qualitative[index % qualitative.count]
    }
}
