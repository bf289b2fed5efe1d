/// The colours of series.
public enum Palette {
    /// Eight colours that people with any common colour-vision deficiency can tell apart: those of Okabe and Ito
    /// ("Color Universal Design", 2008) with the yellow darkened and grey for black, the ones of best contrast to white
    /// first.
    public static let qualitative = [
        0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x666666, 0x8f6b12,
    ].map { Colour($0) }

    /// The colour of series number `index`; they repeat after the last.
    public static func colour(_ index: Int) -> Colour {
        qualitative[index % qualitative.count]
    }
}
